"""Hold what a recorded decision by a person does to the rules that ask for one, and to no other."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given, settings

from contracts.base import Category
from hub.rulebook import Outcome, decide, shipped
from hub.rulebook.rule import OPEN
from tests.rulebook.questions import disclosed, questions

LAW = shipped()
DAY = date(2026, 7, 1)
QUESTIONS = questions(LAW)
POLICE = dict(LAW.rule("police-request").file.scene)
"""A request that states its offence: only a named person can say yes to it."""


def without(facts: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if name != "person_decided"}


def test_without_a_persons_decision_the_matter_is_referred() -> None:
    decision = decide(POLICE, LAW, DAY)
    assert decision.outcomes[Category.CONCERN] is Outcome.REFER
    assert decision.shown == frozenset()
    assert "human_review" in decision.obligations


def test_a_decision_to_share_shows_what_the_rule_covers_and_keeps_its_other_obligations() -> None:
    decision = decide(POLICE | {"person_decided": "share"}, LAW, DAY)
    rule = LAW.rule("police-request")
    assert decision.shown == rule.categories
    assert decision.lead[Category.CONCERN] == "police-request"
    assert set(rule.file.obligations) - {"human_review"} == set(decision.obligations)


def test_a_decision_not_to_share_leaves_no_basis() -> None:
    decision = decide(POLICE | {"person_decided": "do_not_share"}, LAW, DAY)
    assert decision.outcomes[Category.CONCERN] is Outcome.NO_BASIS
    assert "police-request" not in {name.partition("@")[0] for name in decision.permits}


def test_a_decision_to_share_lifts_no_bar() -> None:
    held = POLICE | {
        "person_decided": "share", "recipient_implicated": "yes", "hold": "active",
    }  # fmt: skip
    decision = decide(held, LAW, DAY)
    assert decision.shown == frozenset()
    assert decision.outcomes[Category.EXISTENCE] is Outcome.WITHHOLD


def test_a_decision_to_share_settles_no_doubt_of_a_bar() -> None:
    doubted = POLICE | {"person_decided": "share", "recipient_implicated": "yes"}
    assert decide(doubted, LAW, DAY).outcomes[Category.CONCERN] is Outcome.REFER


@given(facts=QUESTIONS)
@settings(max_examples=300)
def test_share_shows_no_less_than_silence_and_silence_no_less_than_do_not_share(
    facts: dict[str, str],
) -> None:
    found = [
        decide(without(facts) | said, LAW, DAY)
        for said in ({"person_decided": "do_not_share"}, {}, {"person_decided": "share"})
    ]
    for narrower, wider in pairwise(found):
        assert narrower.shown <= wider.shown
        assert disclosed(narrower.outcomes) <= disclosed(wider.outcomes)


@given(facts=QUESTIONS)
@settings(max_examples=300)
def test_left_open_it_counts_as_a_decision_to_share(facts: dict[str, str]) -> None:
    opened = decide(without(facts), LAW, DAY, open_facts=frozenset({"person_decided"}))
    shared = decide(without(facts) | {"person_decided": "share"}, LAW, DAY)
    assert opened.shown == shared.shown
    assert decide(without(facts) | {"person_decided": OPEN}, LAW, DAY) == opened


@given(facts=QUESTIONS)
@settings(max_examples=300)
def test_it_changes_nothing_where_no_rule_asks_for_a_person(facts: dict[str, str]) -> None:
    freely = replace(LAW, rules=tuple(rule for rule in LAW.rules if not rule.blocks))
    plain = decide(without(facts), freely, DAY)
    for said in ("share", "do_not_share"):
        told = decide(without(facts) | {"person_decided": said}, freely, DAY)
        assert told.outcomes == plain.outcomes
        assert told.shown == plain.shown
