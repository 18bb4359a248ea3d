"""Run every case that stands in a rule file, and break every condition to see it noticed."""

from dataclasses import replace
from datetime import date

import pytest

from hub.rulebook import Rule, decide, shipped
from hub.rulebook.cases import all_cases, differences, facts_of
from hub.rulebook.model import Case
from hub.rulebook.mutate import mutants, replace_rule, unpinned

LAW = shipped()
NAMED_IN_THE_ISSUE = {
    "consent-given",
    "incapacity-best-interests",
    "public-interest-serious-harm",
    "s42-enquiry",
    "sab-s45",
    "sab-aggregate",
    "prov-notify-cqc",
    "cqc-disclose",
    "ftp-demand",
    "police-request",
    "child-risk",
    "emergency-life",
    "prevent-refer",
    "x-tipping-off",
    "x-whistleblower",
    "x-third-party",
    "x-safe-address",
    "x-capacity-refusal",
    "x-purpose-lock",
}


@pytest.mark.parametrize(
    ("rule", "case"), [pytest.param(r, c, id=f"{r.id}: {c.name}") for r, c in all_cases(LAW)]
)
def test_case_holds(rule: Rule, case: Case) -> None:
    assert differences(LAW, rule, case) == ()


def test_the_law_holds_every_rule_that_was_asked_for() -> None:
    assert {rule.id for rule in LAW.rules} >= NAMED_IN_THE_ISSUE


def test_no_two_cases_of_a_rule_ask_the_same_question() -> None:
    for rule in LAW.rules:
        asked = [sorted(facts_of(rule, case).items()) for case in rule.file.case]
        assert all(asked.count(facts) == 1 for facts in asked), rule.id


def test_breaking_any_condition_fails_a_case_of_its_own_file() -> None:
    assert unpinned(LAW) == ()
    assert len(list(mutants(LAW))) >= 2 * sum(len(rule.clauses) for rule in LAW.rules)


def test_a_condition_without_a_case_is_reported() -> None:
    rule = LAW.rule("s42-enquiry")
    fewer = tuple(case for case in rule.file.case if "necessary" not in case.given)
    thin = replace(rule, file=rule.file.model_copy(update={"case": fewer}))
    found = unpinned(replace_rule(LAW, thin))
    assert found == ("s42-enquiry: necessary dropped",)


def test_a_wrong_expectation_is_told_apart_from_a_right_one() -> None:
    rule = LAW.rule("ftp-demand")
    case = rule.file.case[0]
    then = case.then.model_copy(
        update={
            "rule": "waits",
            "share": ("identity",),
            "refer": ("health",),
            "must": ("human_review",),
            "waits_for": ("s42",),
        }
    )
    found = differences(LAW, rule, case.model_copy(update={"then": then}))
    assert [line.partition(":")[0] for line in found] == [
        "share",
        "health",
        "must",
        "rule",
        "waits_for",
    ]


@pytest.mark.parametrize("rule", LAW.rules, ids=lambda rule: rule.id)
def test_rule_counts_from_its_first_day_and_not_on_its_last(rule: Rule) -> None:
    last = date(2030, 1, 1)
    ending = replace_rule(LAW, replace(rule, until=last))
    facts = facts_of(rule, rule.file.case[0])

    def applies(day: date) -> bool:
        decision = decide(facts, ending, day)
        return rule.name in {*decision.permits, *decision.forbids}

    before, eve = rule.since.replace(year=rule.since.year - 1), date(2029, 12, 31)
    assert [applies(day) for day in (before, rule.since, eve, last)] == [False, True, True, False]
    assert differences(ending, ending.rule(rule.id), rule.file.case[0]) == ()
    late = rule.file.case[0].model_copy(update={"on": last})
    assert any("does_not_apply" in line for line in differences(ending, ending.rule(rule.id), late))
