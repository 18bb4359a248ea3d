"""Fold a ledger's headers by hand, and find the very facts each released item was decided on."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.base import Category
from contracts.concern import ConcernRaised
from contracts.disclosure import DisclosureMade, DisclosureRefused
from contracts.governance import AgencyRegistered
from contracts.integrity import Retracted
from hub.audit import again
from hub.audit.history import Past, replay
from hub.rulebook import Decision, Rulebook, decide, shipped
from hub.rulebook.cases import commenced
from hub.rulebook.releases import Releases
from hub.rulebook.whatif import whatif
from hub.views.days import starts_at
from hub.views.rows import HeaderRow

LAW = shipped()
DAY = date(2026, 7, 1)
NOON_MS = 1_782_903_600_000
ANN = "0b5c6c0e-4a55-4c3e-9b6f-0d1f2a3b4c5d"
JTI = "1b5c6c0e-4a55-4c3e-9b6f-0d1f2a3b4c5d"
ITEM = {
    "own_record": "no",
    "addressed_to_recipient": "yes",
    "item_kind": "concern",
    "item_status": "live",
    "subject_kind": "adult",
    "at_risk": "yes",
    "sender_kind": "gp",
    "sender_public_authority": "yes",
    "recipient_kind": "council",
    "recipient_prevent_specified": "yes",
}
ASKED = {
    "purpose": "safeguarding_enquiry",
    "legal_demand": "none",
    "necessary": "yes",
    "emergency": "no",
    "offence_stated": "no",
    "aggregate": "no",
}


def row(position: int, kind: str, agency: str, **said: Any) -> HeaderRow:  # noqa: ANN401 - a row
    return HeaderRow(
        position=position,
        agency=agency,
        jti=said.get("jti", f"{position:08d}-4a55-4c3e-9b6f-0d1f2a3b4c5d"),
        subject=said.get("subject", ANN),
        type_uri=kind,
        occurred_at=NOON_MS // 1000,
        recorded_at_ms=NOON_MS + position,
        categories=0,
        routing=said.get("routing", {}),
        facts=said.get("facts", []),
        partner=said.get("partner"),
        pseq=None,
    )


def agency(position: int, slug: str, **facts: str) -> HeaderRow:
    stated = [(f"a:{slug}", name, value, None) for name, value in facts.items()]
    return row(position, AgencyRegistered.TYPE, "hub", facts=stated)


def concern(position: int, *, ends: int | None = None) -> HeaderRow:
    facts = [(f"s:{ANN}", "subject_kind", "adult", None), (f"s:{ANN}", "at_risk", "yes", ends)]
    routing = {"addressees": ["council"]}
    return row(position, ConcernRaised.TYPE, "gp", jti=JTI, facts=facts, routing=routing)


def disclosed(
    position: int, facts: dict[str, str], rulebook: str = LAW.sha256, on: date = DAY
) -> HeaderRow:
    item = {"position": 3, "decision": decide(facts, LAW, on).id, "categories": ["concern"]}
    routing = {"purpose": ASKED["purpose"], "legal_demand": "none", "rulebook": rulebook}
    return row(
        position,
        DisclosureMade.TYPE,
        "hub",
        partner="council",
        routing={**routing, "items": [item]},
    )


REGISTER = [
    agency(1, "gp", sender_kind="gp", sender_public_authority="yes"),
    agency(2, "council", recipient_kind="council", recipient_prevent_specified="yes"),
]


def read(*rows: HeaderRow) -> Past:
    return replay([*REGISTER, *rows], Releases(first=LAW))


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """Return the days of the decisions that are taken from now on."""
    days: list[date] = []

    def counted(facts: Mapping[str, str], law: Rulebook, on: date) -> Decision:
        days.append(on)
        return decide(facts, law, on)

    monkeypatch.setattr(again, "decide", counted)
    return days


def test_the_facts_of_a_release_are_found_again_and_give_its_decision() -> None:
    past = read(concern(3), disclosed(4, ITEM | ASKED))
    assert (past.released, past.not_reproduced) == (1, 0)
    assert past.sets == [(ITEM | ASKED, 1)]


def test_what_a_request_stated_is_found_by_the_decision_it_led_to() -> None:
    urgent = ASKED | {"emergency": "yes", "offence_stated": "yes"}
    past = read(concern(3), disclosed(4, ITEM | urgent))
    assert past.sets == [(ITEM | urgent, 1)]


def test_the_same_facts_come_once_with_their_count() -> None:
    past = read(concern(3), disclosed(4, ITEM | ASKED), disclosed(5, ITEM | ASKED))
    assert past.sets == [(ITEM | ASKED, 2)]


def test_what_is_equal_is_found_once_and_what_is_not_is_not_taken_for_it(
    tried: list[date],
) -> None:
    usual, crime = ITEM | ASKED, ITEM | ASKED | {"offence_stated": "yes"}
    said = [usual, crime, usual, crime, usual]
    told = [disclosed(n, facts) for n, facts in enumerate(said, 4)]
    other_law = disclosed(9, usual, rulebook="f" * 64)
    next_day = disclosed(10, usual)._replace(recorded_at_ms=NOON_MS + 86_400_000)
    past = read(concern(3), *told, other_law, next_day)
    assert past.sets == [(usual, 5), (crime, 2)]
    assert past.not_reproduced == 2
    assert tried == [DAY] * 32, "that of another day is tried on all a request may have stated"


def test_a_decision_of_another_day_is_found_without_being_taken_again(
    tried: list[date],
) -> None:
    usual, later = ITEM | ASKED, date(2026, 7, 2)
    next_day = disclosed(5, usual, on=later)._replace(recorded_at_ms=NOON_MS + 86_400_000)
    past = read(concern(3), disclosed(4, usual), next_day)
    assert (past.sets, past.not_reproduced) == ([(usual, 2)], 0)
    assert tried == [DAY]


def test_a_day_on_which_other_rules_count_is_another_question() -> None:
    turns = LAW.index.turns
    before, after = turns[-1] - timedelta(days=1), turns[-1]
    assert LAW.index.in_force(before) != LAW.index.in_force(after)
    usual = ITEM | ASKED
    told = [
        disclosed(n, usual, on=day)._replace(recorded_at_ms=starts_at(day) * 1000)
        for n, day in ((4, before), (5, after))
    ]
    past = read(concern(3), *told)
    assert (past.sets, past.not_reproduced) == ([(usual, 2)], 0)


def test_a_fact_learned_since_is_not_known_then() -> None:
    news = row(5, Retracted.TYPE, "gp", facts=[(f"i:gp:{JTI}", "item_status", "retracted", None)])
    past = read(concern(3), disclosed(4, ITEM | ASKED), news)
    assert past.sets == [(ITEM | ASKED, 1)]
    retracted = ITEM | ASKED | {"item_status": "retracted"}
    after = read(concern(3), news._replace(position=4), disclosed(5, retracted))
    assert after.sets == [(retracted, 1)]


def test_a_fact_that_had_ended_is_not_on_record() -> None:
    ended = {name: value for name, value in (ITEM | ASKED).items() if name != "at_risk"}
    past = read(concern(3, ends=NOON_MS // 1000 - 1), disclosed(4, ended))
    assert past.sets == [(ended, 1)]


def test_a_decision_of_another_release_is_counted_as_not_reproduced() -> None:
    past = read(concern(3), disclosed(4, ITEM | ASKED, rulebook="f" * 64))
    assert (past.released, past.not_reproduced) == (1, 1)
    assert past.sets == [(ITEM | ASKED, 1)]


def test_a_draft_is_tried_on_what_was_released() -> None:
    past = read(concern(3), disclosed(4, ITEM | ASKED))
    rule = LAW.rule("child-duty-16LA")
    report = whatif(past.sets, LAW, commenced(LAW, rule.id, DAY), DAY)
    assert (report.decisions, report.differing) == (1, 0)
    assert Category.CONCERN in decide(past.sets[0][0], LAW, DAY).shown


def test_what_was_refused_is_replayed_with_the_facts_of_its_moment() -> None:
    refused = {
        "subject": ANN, "channel": "disclosure", "purpose": "crime_investigation",
        "legal_demand": "none", "rulebook": LAW.sha256, "reason_code": "no_gateway",
    }  # fmt: skip
    rows = [
        agency(1, "gp", sender_kind="gp", sender_public_authority="yes"),
        agency(2, "police", recipient_kind="police", recipient_prevent_specified="yes"),
        row(3, DisclosureRefused.TYPE, "hub", partner="police", routing=refused, subject="-"),
        concern(4),
        row(5, DisclosureRefused.TYPE, "hub", partner="police", routing=refused, subject="-"),
        row(6, DisclosureRefused.TYPE, "hub", partner="gp", routing=refused, subject="-"),
        row(7, DisclosureRefused.TYPE, "hub", partner="police", subject="-",
            routing={**refused, "channel": "find"}),
    ]  # fmt: skip
    past = replay(rows, Releases(first=LAW))
    ((facts, times),) = past.refused
    assert times == 1, "there was nothing before it was posted, and its poster is no stranger to it"
    assert facts["purpose"] == "crime_investigation"
    assert facts["at_risk"] == "yes"
    assert facts["recipient_kind"] == "police"
    assert past.sets == []
