"""Break each rule on purpose, and see whether a case in its own file notices.

In: a Rulebook. Out: for each way to break a condition, whether some case fails ("pinned").
Never here: random choice; every way is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from hub.rulebook.book import OPEN, Clause, Rule, Rulebook, Verdict
from hub.rulebook.cases import differences

_NAMES: dict[Verdict, str] = {True: "applies", None: "refer", False: "ignore"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to break a rule, and the cases of its file that fail when it is broken so."""

    rule: str
    change: str
    noticed_by: tuple[str, ...]

    @property
    def pinned(self) -> bool:
        """True when some case would stop this mistake."""
        return bool(self.noticed_by)


def mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    """Yield every mutant of every rule: condition dropped, turned round, or its gap filled."""
    for rule in rulebook.rules:
        for change, broken in _broken(rule):
            changed = replace_rule(rulebook, broken)
            noticed = (c.name for c in rule.file.case if differences(changed, broken, c))
            yield Mutant(rule.id, change, tuple(noticed))


def unpinned(rulebook: Rulebook) -> tuple[str, ...]:
    """Return the mistakes no case would stop, as `rule: change`."""
    return tuple(f"{m.rule}: {m.change}" for m in mutants(rulebook) if not m.pinned)


def replace_rule(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """Return the rulebook with one rule exchanged for another of the same id."""
    return replace(
        rulebook, rules=tuple(rule if other.id == rule.id else other for other in rulebook.rules)
    )


def _broken(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for place, clause in enumerate(rule.clauses):
        before, after = rule.clauses[:place], rule.clauses[place + 1 :]
        yield f"{clause.fact} dropped", replace(rule, clauses=before + after)
        for change, other in _changed(clause, permits=rule.permits):
            label = f"{clause.fact} {change}"
            yield label, replace(rule, clauses=(*before, other, *after))


def _changed(clause: Clause, *, permits: bool) -> Iterator[tuple[str, Clause]]:
    turned = {v: holds is (v == OPEN) for v, holds in clause.verdicts.items()}
    yield "turned round", replace(clause, verdicts=MappingProxyType(turned))
    for verdict in () if permits else _NAMES:
        if verdict is not clause.unrecorded:
            yield f"if not recorded {_NAMES[verdict]}", replace(clause, unrecorded=verdict)
