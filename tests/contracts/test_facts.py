"""What each event puts on record, and what it leaves unknown."""

import json
from typing import Any

import pytest

from contracts.base import Scope, type_uri
from contracts.catalogue import read
from tests.contracts.fact_cases import CASES, JTI


def facts(name: str, version: int = 1, **said: Any) -> set[tuple[str, str, str | None]]:  # noqa: ANN401 - JSON
    """Return (name, value, whom or what it is about) of the facts of one event about an adult."""
    payload = read(type_uri(name, version), json.dumps({"about": "adult", **said}).encode())
    return {
        (fact.name, fact.value, fact.item or fact.agency)
        for fact in payload.facts()
        if fact.name != "subject_kind"
    }


@pytest.mark.parametrize(
    ("name", "said", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_event_puts_on_record(
    name: str, said: dict[str, Any], expected: set[tuple[str, str, str | None]]
) -> None:
    assert facts(name, **said) == expected


def test_a_dispute_names_whose_item_it_is_about() -> None:
    payload = read(
        type_uri("disputed"),
        json.dumps(
            {"about": "adult", "item": JTI, "item_by": "council-a", "by": "subject"}
        ).encode(),
    )
    (disputed,) = [fact for fact in payload.facts() if fact.name == "item_status"]
    assert (disputed.scope, disputed.item, disputed.agency) == (Scope.ITEM, JTI, "council-a")


def test_consent_lasts_as_long_as_it_was_given_for() -> None:
    payload = read(
        type_uri("consent-given"),
        b'{"about":"adult","recipients":["police-a"],"lasts_days":30}',
    )
    assert {f.lasts_days for f in payload.facts() if f.name != "subject_kind"} == {30}
