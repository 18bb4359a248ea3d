"""Replay history under drafts: the quick way finds exactly what the slow way finds."""

import time
from dataclasses import asdict, replace
from datetime import date

import pytest

from contracts.base import Category
from hub.rulebook import Rulebook, shipped
from hub.rulebook.cases import commenced, facts_of, replace_rule
from hub.rulebook.whatif import History, Report, summary, whatif
from tests.rulebook.questions import Dice, throw

LAW = shipped()
DAY = date(2026, 7, 1)
DUTY = LAW.rule("child-duty-16LA")


def history(sets: int) -> list[tuple[dict[str, str], int]]:
    dice = Dice("history")
    return [(throw(dice, LAW), 1 + dice.below(9)) for _ in range(sets)]


def narrowed() -> Rulebook:
    consent = LAW.rule("consent-given")
    return replace_rule(LAW, replace(consent, clauses=consent.clauses[:1] + consent.clauses[2:]))


DRAFTS = {
    "a duty commences": commenced(LAW, DUTY.id, DAY),
    "a gateway ends": replace_rule(LAW, replace(LAW.rule("s42-enquiry"), until=DAY)),
    "a condition goes": narrowed(),
    "a bar goes": replace(LAW, rules=tuple(r for r in LAW.rules if r.id != "x-third-party")),
    "a layer goes": replace(LAW, rules=tuple(r for r in LAW.rules if r.id != "L-public-task")),
}
PAST = history(1500)


def same(past: History, draft: Rulebook, assume: dict[str, str] | None = None) -> Report:
    quick = whatif(past, LAW, draft, DAY, assume=assume)
    slow = whatif(past, LAW, draft, DAY, assume=assume, every=True)
    assert slow.evaluated == slow.decisions >= quick.evaluated
    assert asdict(replace(quick, evaluated=0)) == asdict(replace(slow, evaluated=0))
    return quick


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS.keys())
def test_only_what_a_change_can_touch_is_evaluated_and_nothing_is_missed(draft: Rulebook) -> None:
    report = same(PAST, draft)
    assert report.decisions == sum(weight for _, weight in PAST)
    assert report.differing > 0 or report.cannot_be_judged
    assert report.evaluated < report.decisions


def test_a_new_duty_gains_what_it_covers_once_its_facts_are_known() -> None:
    facts = facts_of(DUTY, DUTY.file.case[0])
    report = same([(facts, 7)], DRAFTS["a duty commences"])
    assert report.gained[Category.HEALTH] == report.differing == 7
    assert report.lost == {}
    assert report.cannot_be_judged == 0


def test_a_fact_that_nobody_recorded_cannot_be_judged_until_an_officer_assumes_it() -> None:
    facts = facts_of(DUTY, DUTY.file.case[0])
    unasked = {n: v for n, v in facts.items() if n not in {"child_welfare", "detriment_to_child"}}
    silent = same([(unasked, 3)], DRAFTS["a duty commences"])
    assert (silent.differing, silent.cannot_be_judged) == (0, 3)
    assert set(silent.unasked) == {"child_welfare", "detriment_to_child"}
    taken = {"child_welfare": "relevant", "detriment_to_child": "not_greater"}
    assumed = same([(unasked, 3)], DRAFTS["a duty commences"], taken)
    assert (assumed.gained[Category.CONCERN], assumed.cannot_be_judged) == (3, 0)
    assert summary(assumed)["assumed"] == taken


def test_an_assumption_never_replaces_what_was_recorded() -> None:
    facts = facts_of(DUTY, DUTY.file.case[0]) | {"child_welfare": "not_relevant"}
    report = same([(facts, 1)], DRAFTS["a duty commences"], {"child_welfare": "relevant"})
    assert report.differing == 0


def test_another_vocabulary_evaluates_everything() -> None:
    fewer = {n: f for n, f in LAW.vocabulary.items() if n != "learning_disability"}
    rules = tuple(rule for rule in LAW.rules if rule.id != "leder")
    report = same(PAST[:200], replace(LAW, vocabulary=fewer, rules=rules))
    assert report.evaluated == report.decisions


def test_the_summary_is_plain_and_names_only_what_differs() -> None:
    said = summary(whatif(PAST, LAW, LAW, DAY))
    assert (said["differing"], said["evaluated"], said["changed_rules"]) == (0, 0, [])
    assert (said["gained"], said["lost"]) == ({}, {})


@pytest.mark.heavy
def test_a_million_decisions_are_replayed_five_times_faster_than_one_by_one() -> None:
    past = [(facts, weight * 5) for facts, weight in history(40_000)]
    assert sum(weight for _, weight in past) > 900_000
    draft = DRAFTS["a duty commences"]
    took = []
    for every in (False, True):
        start = time.process_time()
        report = whatif(past, LAW, draft, DAY, every=every)
        took.append((time.process_time() - start, summary(report) | {"evaluated": 0}))
    assert took[0][1] == took[1][1]
    assert took[0][0] * 5 < took[1][0]
