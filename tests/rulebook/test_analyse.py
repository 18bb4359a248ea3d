"""Check the box algebra against the evaluator, and the proofs against seeded faults."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Category
from hub.rulebook import Outcome, decide, shipped
from hub.rulebook.analyse import check_promises, check_rules, exposures
from hub.rulebook.boxes import Box, box_of, meet, outside, within
from hub.rulebook.cases import in_force_on, replace_rule
from hub.rulebook.errors import BrokenPromiseError, NeverMatchesError
from hub.rulebook.rule import ALL, BIT
from tests.rulebook.questions import Dice, questions

LAW = shipped()
DAY = date(2026, 7, 1)
IN_FORCE = in_force_on(LAW, DAY)
PLACES = st.integers(0, len(LAW.rules) - 1)


def test_no_permit_ever_holds_on_a_fact_nobody_recorded() -> None:
    for rule in LAW.rules:
        if rule.permits:
            assert box_of(rule)
            assert all(None not in values for values in box_of(rule).values())


@pytest.mark.parametrize("category", Category)
def test_every_exposure_found_is_one_the_evaluator_confirms(category: Category) -> None:
    dice = Dice(category)
    found = 0
    for _, box in zip(range(60), exposures(LAW, category, {}), strict=False):
        facts = {}
        for name, values in box[1].items():
            value = dice.one(sorted(values, key=str))
            if value is not None:
                facts[name] = value
        for hidden in ("own_record", "item_kind"):
            facts.setdefault(hidden, {"own_record": "no", "item_kind": "enquiry"}[hidden])
        if within(facts, box[1]):
            found += 1
            outcome = decide(facts, LAW, DAY).outcomes[category]
            assert outcome in {Outcome.DISCLOSE, Outcome.REFER}
    assert found > 0


@given(facts=questions(LAW), category=st.sampled_from(Category))
def test_whatever_is_disclosed_lies_in_an_exposure(
    facts: dict[str, str], category: Category
) -> None:
    decision = decide(facts, LAW, DAY)
    asked: Box = {name: frozenset({facts.get(name)}) for name in LAW.vocabulary}
    exposed = next(exposures(IN_FORCE, category, asked), None) is not None
    reviewed = category in decision.lead and LAW.rule(decision.lead[category]).blocks
    assert exposed is (decision.outcomes[category] is Outcome.DISCLOSE or reviewed)


@given(facts=questions(LAW), one=PLACES, other=PLACES)
def test_boxes_meet_and_outside_as_sets_do(facts: dict[str, str], one: int, other: int) -> None:
    left, right = box_of(LAW.rules[one]), box_of(LAW.rules[other])
    both = meet(left, right)
    assert (both is not None and within(facts, both)) is (
        within(facts, left) and within(facts, right)
    )
    pieces = [
        box for box in outside(left, LAW.domains.holes([right]), LAW.domains) if within(facts, box)
    ]
    assert len(pieces) == (within(facts, left) and not within(facts, right))


@pytest.mark.parametrize(
    ("forbid", "promise"),
    [
        ("x-tipping-off", "never.3"),
        ("x-prevent-unspecified", "never.2"),
        ("x-prevent-cqc", "never.1"),
    ],
)
def test_dropping_a_forbid_that_a_promise_rests_on_breaks_it(forbid: str, promise: str) -> None:
    fewer = replace(LAW, rules=tuple(other for other in LAW.rules if other.id != forbid))
    with pytest.raises(BrokenPromiseError) as error:
        check_promises(fewer)
    assert error.value.field == promise


def test_a_careless_permit_for_whistleblowers_breaks_the_promise_even_while_sealed() -> None:
    """The seal gives way to a court order, and there the careless permit would show it too."""
    rule = LAW.rule("child-risk")
    careless = replace(rule, mask=rule.mask | BIT[Category.WHISTLEBLOWER])
    with pytest.raises(BrokenPromiseError, match=r"`child-risk` when .*court_order") as error:
        check_promises(replace_rule(LAW, careless))
    assert error.value.field == "never.0"


def test_a_permit_that_a_bar_always_beats_is_named_as_dead() -> None:
    rule = LAW.rule("prevent-refer")
    clause = next(c for c in rule.clauses if c.fact == "recipient_kind")
    only_cqc = {value: value == "cqc" for value in clause.verdicts}
    dead = replace(clause, verdicts=MappingProxyType(only_cqc))
    clauses = tuple(dead if c is clause else c for c in rule.clauses)
    with pytest.raises(NeverMatchesError, match="prevent-refer"):
        check_rules(replace_rule(LAW, replace(rule, clauses=clauses)))


def test_the_same_permit_without_the_seal_is_told_with_its_situation() -> None:
    rule = LAW.rule("child-risk")
    careless = replace(rule, mask=ALL)
    unsealed = tuple(r for r in LAW.rules if r.id not in {"x-whistleblower", "child-risk"})
    draft = replace(LAW, rules=(*unsealed, careless))
    with pytest.raises(BrokenPromiseError, match=r"`child-risk` when .*child_at_risk=yes") as error:
        check_promises(draft)
    assert error.value.field == "never.0"


def test_a_forbid_leaves_open_what_a_duty_it_yields_to_covers() -> None:
    demand: Box = {
        "recipient_kind": frozenset({"sab"}),
        "consent": frozenset({"refused"}),
        "own_record": frozenset({"no"}),
        "coercion": frozenset({None}),
    }
    found = {permit for permit, _ in exposures(LAW, Category.IDENTITY, demand)}
    assert "sab-s45" in found
