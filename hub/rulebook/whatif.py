"""Say what a draft would have answered on what was decided: gained, lost, and not to be judged.

In: fact sets with how often each was decided, two rulebooks, the day. Out: a Report.
Never here: where the fact sets come from, a fact nobody recorded (unless an officer assumes one and
the report says so), or a change to anything.

A fact set that every changed rule fails on has the same answer under both, and so has one on which
a changed permit only waits for a fact: it is not evaluated. A test holds that this finds exactly
what evaluating every set finds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from contracts.base import Category
from hub.rulebook.book import Rulebook
from hub.rulebook.decide import decide
from hub.rulebook.decision import Decision, Outcome
from hub.rulebook.diff import changed_rules
from hub.rulebook.rule import Rule

History: TypeAlias = Iterable[tuple[Mapping[str, str], int]]
"""Facts as they were known when something was decided, and how many decisions rested on them."""
Against: TypeAlias = tuple[str, frozenset[str | None]]
"""A fact, and what of it speaks against a rule; None where its absence does."""
Look: TypeAlias = Callable[[Mapping[str, str]], frozenset[str] | None]
"""Gives the facts a changed permit waits for, or None where a set has to be evaluated."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What would have been otherwise. Counts are of decisions, by category."""

    live: str
    draft: str
    changed: tuple[str, ...]
    assumed: Mapping[str, str]
    decisions: int = 0
    evaluated: int = 0
    differing: int = 0
    gained: Counter[Category] = field(default_factory=Counter)
    lost: Counter[Category] = field(default_factory=Counter)
    to_a_person: Counter[Category] = field(default_factory=Counter)
    cannot_be_judged: int = 0
    """Decisions in which a changed rule waits for a fact that nobody recorded."""
    unasked: Counter[str] = field(default_factory=Counter)
    """Which facts those were."""


def whatif(
    history: History,
    live: Rulebook,
    draft: Rulebook,
    on: date,
    *,
    assume: Mapping[str, str] | None = None,
    every: bool = False,
) -> Report:
    """Compare two rulebooks on what was decided.

    Args:
        history: fact sets with their weights, in any order; a set may come more than once.
        live: what it was, or would be, decided under.
        draft: what might replace it.
        on: the London day both are asked on.
        assume: facts to take as recorded where none was; the report states them.
        every: evaluate every set (the slow way, for comparison).
    """
    changed = changed_rules(live, draft)
    report = Report(
        live=live.sha256,
        draft=draft.sha256,
        changed=tuple(sorted(changed)),
        assumed=dict(assume or {}),
    )
    look = _looking(live, draft, changed, on)
    for facts, weight in history:
        report.decisions += weight
        known = {**(assume or {}), **facts}
        waiting = None if every else look(known)
        if waiting is None:
            report.evaluated += weight
            waiting = _compare(report, decide(known, live, on), decide(known, draft, on), weight)
        report.cannot_be_judged += weight * bool(waiting)
        for fact in waiting:
            report.unasked[fact] += weight
    return report


def _compare(report: Report, before: Decision, after: Decision, weight: int) -> frozenset[str]:
    """Note what differs; return the facts that a changed rule of the draft waits for."""
    for category in after.shown - before.shown:
        report.gained[category] += weight
    for category in before.shown - after.shown:
        report.lost[category] += weight
    for category in _referred(after) - _referred(before):
        report.to_a_person[category] += weight
    differs = before.outcomes != after.outcomes or before.shown != after.shown
    report.differing += weight * differs
    return frozenset(fact for rule_id, fact in after.missing if rule_id in report.changed)


def _referred(decision: Decision) -> frozenset[Category]:
    return frozenset(c for c, o in decision.outcomes.items() if o is Outcome.REFER)


def _looking(live: Rulebook, draft: Rulebook, changed: frozenset[str], on: date) -> Look:
    """Return a test of what a set of facts leaves of the changed rules."""
    if _wholly_otherwise(live, draft):
        return lambda _facts: None
    tests = [
        (_against(book, book.by_id[rule_id]), book.by_id[rule_id].permits, book is draft)
        for book in (live, draft)
        for rule_id in sorted(changed & book.by_id.keys())
        if book.by_id[rule_id].in_force(on)
    ]

    def look(facts: Mapping[str, str]) -> frozenset[str] | None:
        waiting: frozenset[str] = frozenset()
        for test, permits, drafted in tests:
            if any(facts.get(fact) in against for fact, against in test):
                continue
            missing = [fact for fact, _ in test if fact not in facts]
            if not permits or not missing:
                return None
            if drafted:
                waiting = waiting.union(missing)
        return waiting

    return look


def _against(book: Rulebook, rule: Rule) -> tuple[Against, ...]:
    """Return what speaks against each condition of a rule.

    A value the vocabulary does not know reads as not recorded, so it never speaks against a rule
    by itself; the set is then evaluated, which is right though slower.
    """
    found: list[Against] = []
    for clause in rule.clauses:
        values: set[str | None] = {v for v, holds in clause.verdicts.items() if not holds}
        values &= set(book.vocabulary[clause.fact].values)
        if clause.unrecorded is False:
            values.add(None)
        found.append((clause.fact, frozenset(values)))
    return tuple(found)


def _wholly_otherwise(live: Rulebook, draft: Rulebook) -> bool:
    """Tell whether more than rules changed: then any answer may differ, and all are evaluated."""
    facts = [{n: sorted(f.values) for n, f in book.vocabulary.items()} for book in (live, draft)]
    blocking = [
        sorted(n for n, o in book.obligations.items() if o.blocks_release) for book in (live, draft)
    ]
    return (
        facts[0] != facts[1]
        or blocking[0] != blocking[1]
        or live.semantics != draft.semantics
        or live.manifest.tiers != draft.manifest.tiers
    )


def summary(report: Report) -> dict[str, object]:
    """Return a report as plain values, in a fixed order."""
    counts = ((report.gained, "gained"), (report.lost, "lost"), (report.to_a_person, "to_a_person"))
    return {
        "live": report.live,
        "draft": report.draft,
        "changed_rules": list(report.changed),
        "assumed": dict(sorted(report.assumed.items())),
        "decisions": report.decisions,
        "evaluated": report.evaluated,
        "differing": report.differing,
        **{name: {c: count[c] for c in Category if count[c]} for count, name in counts},
        "cannot_be_judged": report.cannot_be_judged,
        "facts_nobody_recorded": dict(sorted(report.unasked.items())),
    }
