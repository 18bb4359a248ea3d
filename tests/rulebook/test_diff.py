"""Compare drafts with the law: where exactly wider, where narrower, and whether it matters."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.base import Category
from hub.rulebook import Rulebook, decide, shipped
from hub.rulebook.cases import commenced, replace_rule
from hub.rulebook.diff import changed_rules, diff
from tests.rulebook.questions import disclosed, questions

LAW = shipped()
DAY = date(2026, 7, 1)
DUTY = "child-duty-16LA"
PROVISIONS = [rule.id for rule in LAW.rules if rule.since and rule.effect != "layer"]


def without(rule_id: str) -> Rulebook:
    return replace(LAW, rules=tuple(rule for rule in LAW.rules if rule.id != rule_id))


def allowing(rule_id: str, fact: str, *values: str) -> Rulebook:
    """The law with one condition of one rule changed to these values."""
    rule = LAW.rule(rule_id)
    clauses = tuple(
        replace(c, verdicts=MappingProxyType({v: v in (*values, "*") for v in c.verdicts}))
        if c.fact == fact
        else c
        for c in rule.clauses
    )
    return replace_rule(LAW, replace(rule, clauses=clauses))


def test_the_law_does_not_differ_from_itself() -> None:
    assert diff(LAW, LAW) == ()
    assert changed_rules(LAW, LAW) == frozenset()


def test_commencing_the_childs_welfare_duty_is_wider_in_exactly_its_own_situations() -> None:
    found = diff(LAW, commenced(LAW, DUTY, DAY), on=DAY)
    wider = [each for each in found if each.way == "wider"]
    assert {each.rule for each in found} == {DUTY}
    assert {c for each in wider for c in each.categories} == LAW.rule(DUTY).categories
    assert all("child_welfare=relevant" in place for each in wider for place in each.where)
    assert all(each.matters for each in wider)
    assert any("from 2026-07-01 instead of on no day" in each.words for each in found)


def test_a_dormant_rule_differs_only_by_its_day_when_every_day_is_looked_at() -> None:
    found = diff(LAW, commenced(LAW, DUTY, DAY))
    assert [(each.rule, each.way) for each in found] == [(DUTY, "other")]


def test_a_purpose_taken_away_is_narrower_by_that_purpose() -> None:
    draft = allowing("s42-enquiry", "purpose", "safeguarding_enquiry", "protect_from_harm")
    found = diff(LAW, draft)
    assert {(each.rule, each.way) for each in found} == {("s42-enquiry", "narrower")}
    assert all("purpose=crime_investigation" in place for each in found for place in each.where)
    assert {(each.rule, each.way) for each in diff(draft, LAW)} == {("s42-enquiry", "wider")}


def test_dropping_a_bar_is_wider_where_it_used_to_bite() -> None:
    found = diff(LAW, without("x-retracted"))
    assert {(each.rule, each.way) for each in found} == {("x-retracted", "wider")}
    assert {c for each in found for c in each.categories} == set(Category)
    assert all("item_status=retracted" in place for each in found for place in each.where)


def test_a_layer_withdrawn_is_narrower_for_every_gateway_that_rested_on_it() -> None:
    found = diff(LAW, without("L-legitimate-interests"))
    assert {each.way for each in found} == {"narrower"}
    assert "s42-cooperation" in {each.rule for each in found}
    assert "cqc-disclose" not in {each.rule for each in found}
    assert all("sender_public_authority=no" in place for each in found for place in each.where)


def test_a_layer_that_another_one_contains_makes_no_difference_to_anybody() -> None:
    """Whatever safeguarding lets a private body share, its legitimate interests let it share."""
    assert diff(LAW, without("L-rli-safeguarding")) == ()


def test_a_bar_that_reads_a_new_fact_is_told_where_it_no_longer_bites() -> None:
    bar = LAW.rule("x-safe-address")
    clause = replace(bar.clauses[0], fact="made_up", unrecorded=False)
    draft = replace_rule(LAW, replace(bar, clauses=(*bar.clauses, clause)))
    entry = LAW.vocabulary[bar.clauses[0].fact]
    draft = replace(draft, vocabulary=MappingProxyType({**LAW.vocabulary, "made_up": entry}))
    wider = [each for each in diff(LAW, draft) if each.way == "wider"]
    assert {each.rule for each in wider} == {bar.id}
    assert all("made_up=" in place for each in wider for place in each.where)
    assert {each.way for each in diff(draft, LAW) if each.rule == bar.id} == {"narrower"}


def test_another_obligation_is_told_and_one_that_asks_for_a_person_is_narrower() -> None:
    rule = LAW.rule("setting-concern")
    asked = (*rule.file.obligations, "human_review")
    file = rule.file.model_copy(update={"obligations": asked})
    draft = replace_rule(LAW, replace(rule, file=file, blocks=True))
    ways = {each.way for each in diff(LAW, draft)}
    assert ways >= {"narrower"}
    assert any("human_review more" in each.words for each in diff(LAW, draft))


@given(facts=questions(LAW), picked=st.sampled_from(PROVISIONS))
@settings(max_examples=40)
def test_where_answers_differ_some_changed_rule_says_so(facts: dict[str, str], picked: str) -> None:
    draft = without(picked)
    before, after = (disclosed(decide(facts, law, DAY).outcomes) for law in (LAW, draft))
    if before != after:
        assert changed_rules(LAW, draft) == {picked}
        told = {each.way for each in diff(LAW, draft, on=DAY)}
        assert "wider" in told or not after - before
        assert "narrower" in told or not before - after
