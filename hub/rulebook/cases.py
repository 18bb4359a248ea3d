"""Run the cases that stand in the rule files, and say what came out differently.

In: a Rulebook. Out: one line per difference; none means the case holds.
Never here: pytest, printing, or a case of our own.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from contracts.base import Category
from hub.rulebook.book import Rule, Rulebook
from hub.rulebook.decide import Decision, Outcome, decide, weigh
from hub.rulebook.model import Case

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


def differences(rulebook: Rulebook, rule: Rule, case: Case) -> tuple[str, ...]:
    """Return what the rulebook answers otherwise than the case expects.

    Args:
        rulebook: the law to ask, perhaps with a changed copy of the rule in it.
        rule: the rule whose file the case stands in, as it is in that rulebook.
        case: what a lawyer wrote.
    """
    day = case.on or DAY
    facts = facts_of(rule, case)
    decision = decide(facts, rulebook, day)
    state, waits = _state(rulebook, rule, facts, day)
    found = list(_outcome_differences(decision, case))
    if state != case.then.rule:
        found.append(f"rule: expected {case.then.rule}, got {state}")
    if waits != set(case.then.waits_for):
        found.append(f"waits_for: got {sorted(waits)}")
    return tuple(found)


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
    if day < rule.since or (rule.until is not None and day >= rule.until):
        return "does_not_apply", set()
    verdict, waiting = weigh(rule, rulebook.known(facts, ()))
    if verdict is None:
        return "waits" if rule.permits else "refers", set(waiting)
    return "applies" if verdict else "does_not_apply", set()
