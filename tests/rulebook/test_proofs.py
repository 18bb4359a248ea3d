"""See every proof held by the shipped law, and each one fail on a law that breaks it."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from contracts.base import Category
from hub.rulebook import Rulebook, load, shipped
from hub.rulebook.cases import replace_rule
from hub.rulebook.loader import shipped_folder
from hub.rulebook.proofs import check, conflicts, proofs, ungoverned
from hub.rulebook.rule import BIT

LAW = shipped()
BOARD = {"example-board": load(shipped_folder(), board="example-board")}


def without(*rule_ids: str) -> Rulebook:
    return replace(LAW, rules=tuple(rule for rule in LAW.rules if rule.id not in rule_ids))


def failing(rulebook: Rulebook, local: dict[str, Rulebook] | None = None) -> set[str]:
    return {name for name, held in proofs(rulebook, local or {}) if not held}


def test_everything_is_proved_of_the_shipped_law() -> None:
    report = check(LAW, BOARD)
    assert report.ok
    assert (report.wrong, report.unpinned, report.conflicts) == ((), (), ())
    assert report.gateways + report.layers + report.bars == len(LAW.rules) >= 65
    assert report.cases > 700
    assert report.pinned > 400
    assert len(report.proofs) >= 10


@pytest.mark.parametrize(
    ("dropped", "broken"),
    [
        ("x-whistleblower", "Only an agency's own record, or a court order that names them"),
        ("x-prevent-cqc", "CQC can never see a Prevent record"),
    ],
)
def test_a_law_without_a_bar_fails_the_proof_that_rests_on_it(dropped: str, broken: str) -> None:
    rule = LAW.rule("s42-enquiry")
    careless = replace(rule, mask=rule.mask | BIT[Category.WHISTLEBLOWER])
    cqc = dict.fromkeys(rule.clauses[3].verdicts, True)
    clauses = list(rule.clauses)
    clauses[3] = replace(clauses[3], verdicts=MappingProxyType(cqc))
    draft = replace_rule(without(dropped), replace(careless, clauses=tuple(clauses)))
    assert any(name.startswith(broken) for name in failing(draft))


def test_a_permit_that_reads_silence_fails() -> None:
    rule = LAW.rule("child-risk")
    clause = replace(rule.clauses[0], unrecorded=True)
    sleepy = replace(rule, effect="forbid", clauses=(clause, *rule.clauses[1:]))
    found = failing(replace_rule(LAW, sleepy))
    assert "Nothing is shown on a fact that nobody recorded" not in found
    condition = rule.file.when[0].model_copy(update={"if_not_recorded": "ignore"})
    file = rule.file.model_copy(update={"when": (condition, *rule.file.when[1:])})
    broken = failing(replace_rule(LAW, replace(rule, file=file)))
    assert "Nothing is shown on a fact that nobody recorded" in broken


def test_a_local_rule_that_widens_fails() -> None:
    assert "The rules of a-board only narrow" in failing(LAW, {"a-board": without("x-third-party")})


def test_an_ungoverned_category_is_named_with_its_event() -> None:
    assert list(ungoverned(LAW)) == []
    bare = replace(LAW, rules=tuple(r for r in LAW.rules if r.id == "own-record"))
    assert any("health" in line for line in ungoverned(bare))


def test_rules_in_conflict_are_named() -> None:
    assert list(conflicts(LAW)) == []
    rule = LAW.rule("x-third-party")
    twice = replace(LAW, rules=(*LAW.rules, replace(rule, id="x-again")))
    assert list(conflicts(twice)) == ["x-again says what x-third-party says"]
    never = replace_rule(LAW, replace(rule, yields_to=frozenset({"sab-aggregate"})))
    assert "x-third-party yields to sab-aggregate, which it never meets" in list(conflicts(never))


def test_a_dormant_rule_that_got_a_day_is_no_longer_dormant() -> None:
    rule = LAW.rule("csa-report")
    awake = replace_rule(LAW, replace(rule, since=date(2027, 1, 1)))
    assert awake.index.in_force(date(2027, 1, 1)) != LAW.index.in_force(date(2027, 1, 1))
