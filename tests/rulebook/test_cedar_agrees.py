"""Put the same questions to Cedar, compiled from the same law: not one answer may differ."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from contracts.base import Category
from hub.bench.cedar import agrees, compile_law
from hub.rulebook import Rule, Rulebook, decide, shipped
from hub.rulebook.cases import replace_rule
from tests.rulebook.questions import Dice, throw

LAW = shipped()
DAY = date(2026, 7, 1)
BATCH = 500
PREVENT = tuple(LAW.rule(name) for name in ("s42-cooperation", "x-prevent-unspecified"))


def compared(
    ours: Rulebook,
    theirs: Rulebook,
    *,
    seed: str,
    asked: int,
    each: int,
    near: tuple[Rule, ...] = (),
) -> list[int]:
    """Return [decisions compared, disclosed, referred, differences] over random questions."""
    cedar = compile_law(theirs, DAY)
    dice = Dice(seed)
    tally = [0, 0, 0, 0]
    for _ in range(asked // BATCH or 1):
        batch = []
        expected = []
        for _ in range(min(asked, BATCH)):
            facts = throw(dice, ours, near)
            decision = decide(facts, ours, DAY)
            start = dice.below(len(Category))
            for step in range(each):
                category = list(Category)[(start + step * 3) % len(Category)]
                batch.append((facts, category))
                expected.append(decision.outcomes[category])
        for outcome, answer in zip(expected, cedar.outcomes(batch), strict=True):
            tally[0] += 1
            tally[1] += outcome == "disclose"
            tally[2] += outcome == "refer"
            tally[3] += not agrees(outcome, answer)
    return tally


def test_cedar_answers_three_hundred_questions_alike() -> None:
    decisions, disclosed, referred, differences = compared(
        LAW, LAW, seed="light", asked=300, each=10
    )
    assert decisions == 3000
    assert disclosed > 200
    assert referred > 20
    assert differences == 0


@pytest.mark.heavy
@pytest.mark.parametrize("part", range(8))  # each within the time that one test may take
def test_cedar_answers_an_eighth_of_fifty_thousand_questions_alike(
    part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions, disclosed, referred, differences = compared(
        LAW, LAW, seed=f"heavy {part}", asked=6_500, each=4
    )
    with capsys.disabled():
        print(  # noqa: T201 - the figure is the point of a long run
            f"\ncedar {part}: {decisions} category decisions over 6500 questions compared "
            f"({disclosed} disclose, {referred} refer), {differences} differences"
        )
    assert decisions == 26_000  # of all eight, 208,000
    assert differences == 0


def test_the_comparison_finds_an_unrecorded_fact_that_a_forbid_skips() -> None:
    rule = LAW.rule("x-prevent-unspecified")
    skipping = tuple(replace(clause, unrecorded=False) for clause in rule.clauses)
    theirs = replace_rule(LAW, replace(rule, clauses=skipping))
    assert compared(LAW, theirs, seed="skip", asked=100, each=10, near=PREVENT)[3] > 0


def test_the_comparison_finds_one_value_too_many() -> None:
    rule = LAW.rule("s42-enquiry")
    clause = rule.clauses[0]
    wider = replace(clause, verdicts=MappingProxyType(dict.fromkeys(clause.verdicts, True)))
    theirs = replace_rule(LAW, replace(rule, clauses=(wider, *rule.clauses[1:])))
    assert compared(LAW, theirs, seed="wide", asked=100, each=10, near=(rule,))[3] > 0
