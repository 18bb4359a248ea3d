"""A decision that rested on what was wrong is flagged, until an officer has looked at it again."""

from typing import Any

import pytest

from contracts.base import Payload
from contracts.integrity import Corrected, Retracted
from contracts.triage import S42Decision
from tests.journeys.people import answer, concern, enquiry, person, seen
from tests.support.hub_process import IG, RunningHub


@pytest.fixture(scope="module")
def officer(hub: RunningHub) -> str:
    return hub.enrol("other", scopes=("read", "ig"))


def register(hub: RunningHub, **filters: str) -> list[dict[str, Any]]:
    hub.settle()
    found = answer(hub, IG, "GET", "/disclosures", params={"limit": "500", **filters}).json()
    return [entry for entry in found["entries"] if entry["channel"] == "timeline"]


def waiting(hub: RunningHub, subject: str) -> list[dict[str, Any]]:
    """Return the answers of timelines that wait for another look."""
    return register(hub, subject=subject, review="flagged")


def read_by(hub: RunningHub, reader: str, number: str) -> str:
    """Let an agency read a person's timeline; return the person's id."""
    hub.settle()
    assert seen(hub, reader, number)
    return hub.find("oak-gp", number)


@pytest.mark.parametrize(
    ("kind", "said"), [(Retracted, {"reason": "wrong_person"}), (Corrected, {})]
)
def test_an_answer_that_held_what_was_wrong_is_flagged_and_a_later_one_is_not(
    hub: RunningHub, kind: type[Payload], said: dict[str, str]
) -> None:
    number = hub.nhs_number()
    wrong, right = concern(hub, number), concern(hub, number)
    subject = read_by(hub, "north-council", number)
    assert waiting(hub, subject) == []
    jti = hub.post(
        "oak-gp", kind.model_validate({"about": "adult", "item": wrong, **said}), person(number)
    )
    hub.settle()
    assert seen(hub, "north-council", number)
    hub.post("oak-gp", Retracted(about="adult", item=right, reason="mistaken"), person(number))
    first, second = waiting(hub, subject)
    assert [f["type"] for f in first["flags"]] == [kind.TYPE, Retracted.TYPE]
    assert {f["item"] for f in second["flags"]} <= set(second["items"])
    assert [f["shown"] for f in first["flags"]] == [True, True]
    assert first["flags"][0]["by"] == "oak-gp"
    assert jti not in str(first)  # the register names places, never what was posted


def test_a_decision_is_flagged_when_a_fact_it_was_taken_on_came_from_what_was_wrong(
    hub: RunningHub,
) -> None:
    police = hub.enrol("police")
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, police)
    yes = dict.fromkeys(("care_and_support_needs", "abuse_or_risk", "cannot_protect_self"), "yes")
    decision = S42Decision.model_validate({"about": "adult", "decision": "s42_enquiry", **yes})
    wrong = hub.post("north-council", decision, person(number))
    subject = read_by(hub, police, number)
    retracted = Retracted(about="adult", item=wrong, reason="mistaken")
    hub.post("north-council", retracted, person(number))
    (entry,) = (e for e in waiting(hub, subject) if e["partner"] == police)
    (flag,) = entry["flags"]
    assert "s42" in flag["facts"]
    assert flag["by"] == "north-council"


def test_an_officers_review_settles_it_and_a_second_correction_opens_it_again(
    hub: RunningHub, officer: str
) -> None:
    number = hub.nhs_number()
    first, second = concern(hub, number), concern(hub, number)
    subject = read_by(hub, "north-council", number)
    hub.post("oak-gp", Retracted(about="adult", item=first, reason="mistaken"), person(number))
    entries = waiting(hub, subject)
    assert entries != []
    for entry in entries:
        hub.client(officer).review(
            entry["jti"], verdict="upheld_with_learning", note="the rest stands", user="ig-7"
        )
    assert waiting(hub, subject) == []
    (reviewed,) = (e for e in register(hub, subject=subject) if e["jti"] == entries[-1]["jti"])
    assert [f["reviewed"] for f in reviewed["flags"]] == [True]
    hub.post("oak-gp", Retracted(about="adult", item=second, reason="mistaken"), person(number))
    assert [e["jti"] for e in waiting(hub, subject)] == [e["jti"] for e in entries]


def test_an_entry_in_full_says_what_it_rested_on(hub: RunningHub) -> None:
    number = hub.nhs_number()
    wrong = concern(hub, number)
    subject = read_by(hub, "north-council", number)
    hub.post("oak-gp", Retracted(about="adult", item=wrong, reason="malicious"), person(number))
    entry = waiting(hub, subject)[-1]
    whole = answer(hub, IG, "GET", f"/disclosures/{entry['jti']}").json()
    assert whole["flags"] == entry["flags"]
