"""The judge: an upper bound with the request left open, asked once for each set of facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.base import Category
from contracts.labels import mask
from hub.rulebook import Rulebook
from hub.views.days import ends_at, london_day, starts_at
from hub.views.judge import Answer, Judge
from hub.views.question import facts_of

DAY = date(2026, 9, 21)
AGENCIES = {
    "trust-a": {"recipient_kind": "nhs_trust", "sender_kind": "nhs_trust"},
    "board-a": {"recipient_kind": "sab", "sender_kind": "sab"},
}


def facts(recipient: str, **relation: str) -> dict[str, str]:
    return facts_of(
        subject={"subject_kind": "adult", "s42": "reasonable_cause"},
        relation=relation,
        item={"item_kind": "enquiry", "item_status": "live"},
        poster="trust-a",
        addressed=("gp-a",),
        recipient=recipient,
        agencies=AGENCIES,
    )


def test_a_question_holds_the_poster_as_sender_and_the_other_as_recipient() -> None:
    asked = facts("board-a", role_on_case="partner")
    assert asked["sender_kind"] == "nhs_trust"
    assert asked["recipient_kind"] == "sab"
    assert (asked["own_record"], asked["addressed_to_recipient"]) == ("no", "no")
    assert facts("trust-a")["own_record"] == "yes"
    assert facts("gp-a")["addressed_to_recipient"] == "yes"
    assert "recipient_kind" not in facts("gp-a")


def test_no_request_is_shown_more_than_the_entitlement(rulebook: Rulebook) -> None:
    own = Judge(rulebook).entitled(facts("trust-a"), DAY)
    assert (own.mask, own.told, own.hidden) == (mask(Category), True, False)
    assert not Judge(rulebook).entitled(facts("board-a"), DAY).mask
    board = Judge(rulebook).entitled(facts("board-a", demand_on_record="s45"), DAY)
    assert board.mask
    assert not board.told


def test_what_a_silent_rule_keeps_back_is_hidden(rulebook: Rulebook) -> None:
    kept = facts("board-a", recipient_implicated="yes") | {"hold": "active"}
    assert Judge(rulebook).entitled(kept, DAY)[0::3] == (0, True)


def test_equal_facts_are_decided_once(rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = Judge(rulebook, keep=2)
    asked: list[object] = []
    decide = judge._decide

    def counted(facts: Mapping[str, str], day: date) -> Answer:
        asked.append(facts)
        return decide(facts, day)

    monkeypatch.setattr(judge, "_decide", counted)
    first = judge.entitled(facts("trust-a"), DAY)
    assert judge.entitled(dict(reversed(facts("trust-a").items())), DAY) == first
    assert len(asked) == 1
    for recipient in ("gp-a", "board-a", "trust-a"):
        judge.entitled(facts(recipient), DAY)
    assert len(asked) == 4  # it keeps no more than it was told to


def test_the_law_in_force_is_dated_by_its_last_change(rulebook: Rulebook) -> None:
    first, *rest = rulebook.rules
    ending = replace(first, until=DAY + timedelta(days=3))
    judge = Judge(replace(rulebook, rules=(ending, *rest)))
    assert judge.in_force_since(DAY) < DAY
    assert judge.next_turn(DAY) == ending.until
    assert judge.in_force_since(DAY + timedelta(days=9)) == ending.until
    assert judge.next_turn(DAY + timedelta(days=3)) is None
    assert judge.in_force_since(date.min) == date.min


def test_a_london_day_is_an_hour_shorter_in_march_and_longer_in_october() -> None:
    lengths = [
        (ends_at(day) - starts_at(day)) // 3600
        for day in (date(2026, 3, 29), date(2026, 7, 1), date(2026, 10, 25))
    ]
    assert lengths == [23, 24, 25]
    assert london_day(starts_at(DAY)) == DAY
    assert london_day(starts_at(DAY) - 1) == DAY - timedelta(days=1)
