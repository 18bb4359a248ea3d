"""Run every case that stands in a rule file, and break every condition to see it noticed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.base import Category
from hub.rulebook import Rule, decide, shipped
from hub.rulebook.analyse import exposures
from hub.rulebook.boxes import box_of
from hub.rulebook.cases import (
    DAY,
    all_cases,
    commenced,
    differences,
    facts_of,
    replace_rule,
)
from hub.rulebook.model import Case
from hub.rulebook.mutate import mutants, unpinned

LAW = shipped()
GATEWAYS = (
    "consent-given",
    "incapacity-best-interests",
    "public-interest-serious-harm",
    "capacity-but-coerced",
    "emergency-life",
    "s42-enquiry",
    "careact-cooperate",
    "sab-s45",
    "sar-s44",
    "sab-aggregate",
    "advocate-records",
    "opg-attorney",
    "direct-care-251B",
    "prov-notify-cqc",
    "cqc-compel",
    "cqc-disclose",
    "cqc-alert-to-LA",
    "cqc-action-notify",
    "setting-concern",
    "pipot",
    "dbs-refer",
    "ftp-refer",
    "ftp-demand",
    "fit-proper",
    "police-request",
    "victim-info-request",
    "crime-disorder-115",
    "police-common-law",
    "dvds",
    "marac",
    "mappa-325",
    "prevent-refer",
    "channel-38",
    "terror-38B",
    "serious-violence-16",
    "child-risk",
    "child-duty-16LA",
    "child-review",
    "csa-report",
    "fgm-5B",
    "slavery-52",
    "coroner",
    "leder",
    "da-death-review",
    "candour",
    "whistleblow-in",
    "referrer-feedback",
    "subject-access",
    "court-order",
    "deceased-records",
)
EXTRA = ("own-record", "x-retracted")
"""What the hub needs beside the law: sight of one's own record, and none of a withdrawn one."""
LAYERS = (
    "L-public-task",
    "L-legal-obligation",
    "L-rli-safeguarding",
    "L-special",
    "L-offence",
    "L-exempt",
)
BARS = (
    "x-s76",
    "x-tipping-off",
    "x-whistleblower",
    "x-third-party",
    "x-safe-address",
    "x-protected-witness",
    "x-gender-history",
    "x-adoption",
    "x-hfea",
    "x-sexual-health",
    "x-intelligence",
    "x-privilege",
    "x-family-court",
    "x-anon-victim",
    "x-hssib",
    "x-purpose-lock",
    "x-small-numbers",
    "x-capacity-refusal",
    "x-prevent-unspecified",
    "x-slavery-identity",
    "x-own-conflict",
)


@pytest.mark.parametrize(
    ("rule", "case"), [pytest.param(r, c, id=f"{r.id}: {c.name}") for r, c in all_cases(LAW)]
)
def test_case_holds(rule: Rule, case: Case) -> None:
    assert differences(LAW, rule, case) == ()


@pytest.mark.parametrize(
    ("effect", "named"), [("permit", GATEWAYS), ("layer", LAYERS), ("forbid", BARS)]
)
def test_the_law_holds_every_rule_that_was_asked_for(effect: str, named: tuple[str, ...]) -> None:
    there = {rule.id: rule for rule in LAW.rules if rule.effect == effect}
    assert set(named) <= set(there)
    assert {rule.file.serves for rule in there.values()} <= {*GATEWAYS, *LAYERS, *BARS, *EXTRA}
    assert all(rule.file.basis.cite for rule in there.values())


def test_no_two_cases_of_a_rule_ask_the_same_question() -> None:
    for rule in LAW.rules:
        asked = [(case.on, sorted(facts_of(rule, case).items())) for case in rule.file.case]
        assert all(asked.count(question) == 1 for question in asked), rule.id


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
    first, last = rule.since or date(2026, 1, 1), date(2030, 1, 1)
    ending = replace_rule(LAW, replace(rule, since=first, until=last))
    bit = 1 << LAW.rules.index(rule)

    def weighed(day: date) -> bool:
        return bool(ending.index.in_force(day) & bit)

    before, eve = first - timedelta(days=1), date(2029, 12, 31)
    assert [weighed(day) for day in (before, first, eve, last)] == [False, True, True, False]
    assert differences(ending, ending.rule(rule.id), rule.file.case[0]) == ()
    late = rule.file.case[0].model_copy(update={"on": last})
    assert any("does_not_apply" in line for line in differences(ending, ending.rule(rule.id), late))


@pytest.mark.parametrize("dormant", ["child-duty-16LA", "csa-report"])
def test_a_rule_that_is_not_in_force_is_analysed_and_never_decides(dormant: str) -> None:
    rule = LAW.rule(dormant)
    facts = facts_of(rule, rule.file.case[0])
    assert decide(facts, LAW, date(9999, 12, 31)).permits == ()
    assert rule.name in decide(facts, commenced(LAW, dormant, DAY), DAY).permits
    assert dormant in {permit for permit, _ in exposures(LAW, Category.IDENTITY, box_of(rule))}
