"""Run the cases that stand in the rule files, and say what came out differently.

In: a Rulebook. Out: one line per difference; none means the case holds.
Never here: pytest, printing, or a case of our own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from contracts.base import Category
from hub.rulebook.book import Rulebook
from hub.rulebook.decide import decide, weigh
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.model import Case
from hub.rulebook.rule import Rule

DAY = date(2026, 7, 1)
"""The day a case is asked on, where it names none."""


def all_cases(rulebook: Rulebook) -> Iterator[tuple[Rule, Case]]:
    """Yield every case with the rule whose file it stands in."""
    for rule in rulebook.rules:
        for case in rule.file.case:
            yield rule, case


def facts_of(rule: Rule, case: Case) -> dict[str, str]:
    """Return the recorded facts of a case: the file's scene, with its differences."""
    facts = {**rule.file.scene, **case.given}
    return {name: value for name, value in facts.items() if name not in case.not_recorded}


def replace_rule(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """Return the rulebook with one rule exchanged for another of the same id."""
    return replace(
        rulebook, rules=tuple(rule if other.id == rule.id else other for other in rulebook.rules)
    )


def commenced(rulebook: Rulebook, rule_id: str, since: date) -> Rulebook:
    """Return the rulebook as if a rule were in force from a day on."""
    return replace_rule(rulebook, replace(rulebook.rule(rule_id), since=since))


def in_force_on(rulebook: Rulebook, on: date) -> Rulebook:
    """Return the rulebook with only the rules that count on a day."""
    rules = tuple(rule for rule in rulebook.rules if rule.in_force(on))
    ids = tuple(rule.id for rule in rules)
    # Kept: what is worked out of it, for each question of an advice, would be worked out anew.
    if ids not in rulebook.selections:
        rulebook.selections[ids] = replace(rulebook, rules=rules)
    return rulebook.selections[ids]


def differences(rulebook: Rulebook, rule: Rule, case: Case) -> tuple[str, ...]:
    """Return what the rulebook answers otherwise than the case expects.

    The cases of a rule that is not in force are asked as if it were.

    Args:
        rulebook: the law to ask, perhaps with a changed copy of the rule in it.
        rule: the rule whose file the case stands in, as it is in that rulebook.
        case: what a lawyer wrote.
    """
    day = case.on or DAY
    if rule.since is None:
        rulebook = commenced(rulebook, rule.id, day)
        rule = rulebook.rule(rule.id)
    facts = facts_of(rule, case)
    decision = decide(facts, rulebook, day)
    state, waits = _state(rulebook, rule, facts, day)
    found = list(_outcome_differences(decision, case))
    if state != case.then.rule:
        found.append(f"rule: expected {case.then.rule}, got {state}")
    if waits != set(case.then.waits_for):
        found.append(f"waits_for: got {sorted(waits)}")
    return tuple(found)


def state_differs(rulebook: Rulebook, rule: Rule, case: Case) -> bool:
    """Tell whether a rule by itself does otherwise than the case expects."""
    day = case.on or DAY
    weighed = rule if rule.since is not None else replace(rule, since=day)
    state, waits = _state(rulebook, weighed, facts_of(rule, case), day)
    return state != case.then.rule or waits != set(case.then.waits_for)


def _outcome_differences(decision: Decision, case: Case) -> Iterator[str]:
    then = case.then
    if decision.shown != frozenset(map(Category, then.share)):
        yield f"share: got {sorted(decision.shown)}"
    expected: Mapping[Outcome, tuple[str, ...]] = {
        Outcome.REFER: then.refer,
        Outcome.WITHHOLD: then.take_out,
        Outcome.NO_BASIS: then.no_basis,
    }
    for outcome, names in expected.items():
        for name in names:
            if (got := decision.outcomes[Category(name)]) is not outcome:
                yield f"{name}: expected {outcome}, got {got}"
    if unmet := set(then.must) - set(decision.obligations):
        yield f"must: lacks {sorted(unmet)}"


def _state(
    rulebook: Rulebook, rule: Rule, facts: Mapping[str, str], day: date
) -> tuple[str, set[str]]:
    """Return what the rule itself does on these facts, and the facts it waits for."""
    if not rule.in_force(day):
        return "does_not_apply", set()
    verdict, waiting = weigh(rule, rulebook.known(facts, ()))
    if verdict is None:
        return "refers" if rule.forbids else "waits", set(waiting)
    return "applies" if verdict else "does_not_apply", set()
