"""Break each rule on purpose, and see whether a case in its own file notices.

In: a Rulebook. Out: for each way to break a condition, whether some case fails ("pinned").
Never here: random choice; every way is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from hub.rulebook.book import Rulebook
from hub.rulebook.cases import differences, replace_rule, state_differs
from hub.rulebook.rule import OPEN, Clause, Rule, Verdict

_NAMES: dict[Verdict, str] = {True: "applies", None: "refer", False: "ignore"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to break a rule, and a case of its file that fails when it is broken so."""

    rule: str
    fact: str
    change: str
    noticed_by: str | None

    @property
    def pinned(self) -> bool:
        """True when some case would stop this mistake."""
        return self.noticed_by is not None


def mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    """Yield every mutant of every rule: condition dropped, turned round, or its gap filled."""
    for rule in rulebook.rules:
        yield from mutants_of(rulebook, rule)


def mutants_of(rulebook: Rulebook, rule: Rule) -> Iterator[Mutant]:
    """Yield every mutant of one rule of a rulebook."""
    for fact, change, broken in _broken(rule):
        yield Mutant(rule.id, fact, change, _noticed(rulebook, broken))


def unpinned(rulebook: Rulebook) -> tuple[str, ...]:
    """Return the mistakes no case would stop, as `rule: change`."""
    return tuple(f"{m.rule}: {m.fact} {m.change}" for m in mutants(rulebook) if not m.pinned)


def _noticed(rulebook: Rulebook, broken: Rule) -> str | None:
    """Return the first case that fails, asking first what costs little: the rule by itself."""
    cases = broken.file.case
    found = (case.name for case in cases if state_differs(rulebook, broken, case))
    if (name := next(found, None)) is not None:
        return name
    changed = replace_rule(rulebook, broken)
    return next((case.name for case in cases if differences(changed, broken, case)), None)


def _broken(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    for place, clause in enumerate(rule.clauses):
        before, after = rule.clauses[:place], rule.clauses[place + 1 :]
        yield clause.fact, "dropped", replace(rule, clauses=before + after)
        for change, other in _changed(clause, forbids=rule.forbids):
            yield clause.fact, change, replace(rule, clauses=(*before, other, *after))


def _changed(clause: Clause, *, forbids: bool) -> Iterator[tuple[str, Clause]]:
    turned = {v: holds is (v == OPEN) for v, holds in clause.verdicts.items()}
    yield "turned round", replace(clause, verdicts=MappingProxyType(turned))
    for verdict in _NAMES if forbids else ():
        if verdict is not clause.unrecorded:
            yield f"if not recorded {_NAMES[verdict]}", replace(clause, unrecorded=verdict)
