"""Every line of the attack list is answered as it says there, and touches no network."""

import socket
import sys
from typing import NoReturn

import pytest

from tests.intake.attack_list import EVENT_ATTACKS
from tests.intake.attack_list_auth import SIGN_IN_ATTACKS
from tests.intake.attack_tools import Attack

ATTACKS = [*EVENT_ATTACKS, *SIGN_IN_ATTACKS]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> NoReturn:
        raise AssertionError("the hub opened a connection")

    monkeypatch.setattr(socket, "socket", type("NoSocket", (), {"__init__": refuse}))
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_answered_as_the_list_says(attack: Attack) -> None:
    depth = sys.getrecursionlimit()

    assert attack.send() == attack.expected
    assert sys.getrecursionlimit() == depth


def test_every_attack_has_a_name_of_its_own() -> None:
    names = [attack.name for attack in ATTACKS]

    assert len(set(names)) == len(names)
    assert len(names) > 150
