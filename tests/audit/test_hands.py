"""The past read by several processes is the past that one reads."""

import json
from collections.abc import Mapping

import pytest

from hub.audit.hands import past_of
from hub.audit.history import History, Past
from tests.disclosure.scene import enquiry
from tests.support.parts import NHS_NUMBERS, Parts


def counted(history: History) -> Mapping[str, int]:
    return {json.dumps(facts, sort_keys=True): times for facts, times in history}


def told(past: Past) -> tuple[Mapping[str, int], Mapping[str, int], int, int]:
    return counted(past.sets), counted(past.refused), past.released, past.not_reproduced


@pytest.mark.parametrize("hands", [2, 3])
def test_hands_find_together_what_one_finds(parts: Parts, hands: int) -> None:
    first = enquiry(parts, "home-e")
    for partner in ("home-e", "gp-c", "council-a", "police-b"):
        parts.timeline(partner, first)
    second = enquiry(parts, "gp-c", NHS_NUMBERS[1])
    for partner in ("gp-c", "home-e", "police-b", "gp-c", "police-b"):
        parts.timeline(partner, second)
    url = parts.hub.settings.database_url
    alone = past_of(url, 1)
    assert alone.released >= 5, "so that there is something to deal out"
    assert alone.refused
    assert told(past_of(url, hands, worth_it=0)) == told(alone)


def test_a_small_ledger_starts_no_process(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.audit.hands.ProcessPoolExecutor", None)
    parts.timeline("home-e", enquiry(parts, "home-e"))
    assert past_of(parts.hub.settings.database_url, 8).released > 0


def test_an_empty_ledger_has_no_past(hub_database: str) -> None:
    past = past_of(hub_database, 2)
    assert (past.sets, past.refused, past.released, past.not_reproduced) == ([], [], 0, 0)
