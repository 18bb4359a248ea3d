"""Weigh every rule on the recorded facts, and say what may be shown and why. Semantics 1.

In: facts (name -> closed value), a Rulebook, the London day asked. Out: a Decision.
Never here: a clock, a database, a network, a log line, names, or text from an event.

Held by properties in tests/rulebook/test_decide.py:
  * nothing is shown unless a permit covers it, and one forbid outweighs every permit;
  * a fact nobody recorded never widens sharing, save where a forbid says why it may be ignored;
  * the order of the rules never matters, and one more forbid never widens;
  * what is shown for any completion of the open facts is shown when they are left open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from contracts.base import Category
from hub.rulebook.book import BIT, SETS, Rule, Rulebook, Verdict, digest

EXISTENCE = BIT[Category.EXISTENCE]
_PLACES = tuple(BIT.items())


class Outcome(StrEnum):
    """The answer for one category of one item towards one agency."""

    DISCLOSE = "disclose"
    REFER = "refer"  # a person has to decide, or to find out a fact, first
    WITHHOLD = "withhold"  # a rule forbids it
    NO_BASIS = "no_basis"  # no rule permits it


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The answer for all categories, the rules it rests on, and the facts it waits for.

    It holds closed values and ids only, so it may outlive the payload it is about.
    """

    release: str
    rulebook: str
    semantics: str
    on: date
    facts: Mapping[str, str]
    """The recorded facts it rests on; a fact left open has the value `*`."""
    outcomes: Mapping[Category, Outcome]
    lead: Mapping[Category, str]
    """The id of the rule each outcome rests on. A category without a basis has none."""
    permits: tuple[str, ...]
    """Every permit that applied, as rule@version, the leading one first."""
    forbids: tuple[str, ...]
    """Every forbid that bit or referred, as rule@version."""
    missing: tuple[tuple[str, str], ...]
    """(rule id, fact) for each fact that would settle a rule nothing else speaks against."""
    obligations: tuple[str, ...]
    """What comes with whatever goes out, or would after a person's decision."""
    shown: frozenset[Category]
    """What may leave. Empty unless existence itself may be shown."""
    silent: frozenset[Category]
    """Withheld or referred by a forbid whose very existence may not be told."""
    nameable: frozenset[Category]
    """Withheld or referred, and the asker may be told so: a permit covers it, no silent forbid."""

    @cached_property
    def id(self) -> str:
        """The content address (hex): the same facts under the same law have the same id."""
        return digest(self.body())

    def body(self) -> dict[str, Any]:
        """Return the canonical body, which is what `id` is the hash of."""
        return {
            "decided_on": self.on.isoformat(),
            "facts": dict(self.facts),
            "forbids": self.forbids,
            "lead": self.lead,
            "missing": self.missing,
            "obligations": self.obligations,
            "outcomes": self.outcomes,
            "permits": self.permits,
            "release": self.release,
            "rulebook_sha256": self.rulebook,
            "semantics": self.semantics,
            "silent": sorted(self.silent),
        }


Bar: TypeAlias = tuple[Rule, int, bool]
"""A forbid, what it still covers after yielding, and whether it bites (else: it refers)."""


class _Masks(NamedTuple):
    """How the categories fall, each field a bit mask of them."""

    covered: int  # by some permit
    disclosed: int
    referred: int
    withheld: int
    doubted: int  # by a forbid that waits for a fact
    silent: int


def decide(
    facts: Mapping[str, str],
    rulebook: Rulebook,
    on: date,
    *,
    open_facts: frozenset[str] = frozenset(),
) -> Decision:
    """Decide every category of one item towards one agency.

    Args:
        facts: recorded facts; a name or value outside the vocabulary reads as not recorded.
        rulebook: the law to weigh.
        on: the London day asked; a rule counts from its first day up to but not on its last.
        open_facts: facts left open. The answer is then the entitlement: no completion of those
            facts shows more.
    """
    known = rulebook.known(facts, open_facts)
    permits: list[Rule] = []
    forbids: list[tuple[Rule, bool]] = []
    missing: list[tuple[str, str]] = []
    for rule in rulebook.rules:
        if on < rule.since or (rule.until is not None and on >= rule.until):
            continue
        verdict, waiting = weigh(rule, known)
        if verdict is False:
            continue
        missing.extend((rule.id, name) for name in waiting)
        if not rule.permits:
            forbids.append((rule, verdict is True))
        elif verdict:
            permits.append(rule)
    bars = _bars(permits, forbids)
    masks = _masks(permits, bars)
    lead = _leads(permits, bars, masks)
    obligations = {o for rule in _spoken_for(permits, masks) for o in rule.file.obligations}
    return Decision(
        release=rulebook.release,
        rulebook=rulebook.sha256,
        semantics=rulebook.semantics,
        on=on,
        facts=known,
        outcomes={category: _outcome(bit, masks) for category, bit in _PLACES},
        lead=lead,
        permits=tuple([rule.name for rule in permits]),
        forbids=tuple([rule.name for rule, _, _ in bars]),
        missing=tuple(missing),
        obligations=tuple(sorted(obligations)),
        shown=SETS[masks.disclosed if masks.disclosed & EXISTENCE else 0],
        silent=SETS[masks.silent],
        nameable=SETS[masks.covered & (masks.withheld | masks.referred) & ~masks.silent],
    )


def weigh(rule: Rule, known: Mapping[str, str]) -> tuple[Verdict, Sequence[str]]:
    """Return whether the rule holds, and the facts it waits for if that is not known.

    One failed condition settles it; otherwise one unknown leaves it unknown (None). Facts must be
    closed values, as `Rulebook.known` leaves them.
    """
    waiting: list[str] = []
    for clause in rule.clauses:
        value = known.get(clause.fact)
        verdict = clause.unrecorded if value is None else clause.verdicts[value]
        if verdict is None:
            waiting.append(clause.fact)
        elif not verdict:
            return False, ()
    return (None, waiting) if waiting else (True, ())


def _bars(permits: Sequence[Rule], forbids: Sequence[tuple[Rule, bool]]) -> list[Bar]:
    """Let each forbid yield: only to the duties it names, only for what they cover themselves."""
    bars: list[Bar] = []
    for rule, bites in forbids:
        left = rule.mask
        if rule.yields_to:
            for permit in permits:
                if permit.id in rule.yields_to:
                    left &= ~permit.mask
        if left:
            bars.append((rule, left, bites))
    return bars


def _masks(permits: Sequence[Rule], bars: Sequence[Bar]) -> _Masks:
    """Put permits and bars together: a bar outweighs every permit, and so does a doubt."""
    covered = freely = withheld = doubted = silent = 0
    for rule in permits:
        covered |= rule.mask
        if not rule.blocks:
            freely |= rule.mask
    for rule, mask, bites in bars:
        if bites:
            withheld |= mask
        else:
            doubted |= mask
        if rule.silent:
            silent |= mask
    disclosed = freely & ~withheld & ~doubted
    referred = covered & ~withheld & ~disclosed
    return _Masks(covered, disclosed, referred, withheld, doubted, silent)


def _spoken_for(permits: Sequence[Rule], masks: _Masks) -> list[Rule]:
    """Return the permits that lead in what goes out, as if no silent forbid took anything from it.

    An obligation missing from the answer would otherwise tell that something was taken out.
    """
    left = masks.disclosed | masks.referred
    if left:
        left |= masks.covered & masks.silent
    leading: list[Rule] = []
    for rule in permits:
        if rule.mask & left:
            leading.append(rule)
            left &= ~rule.mask
    return leading


def _outcome(bit: int, masks: _Masks) -> Outcome:
    if masks.disclosed & bit:
        return Outcome.DISCLOSE
    if masks.withheld & bit:
        return Outcome.WITHHOLD
    return Outcome.REFER if masks.referred & bit else Outcome.NO_BASIS


def _leads(permits: Sequence[Rule], bars: Sequence[Bar], masks: _Masks) -> dict[Category, str]:
    """Name the rule each outcome rests on: the first in the rulebook's order that settles it."""
    lead: dict[Category, str] = {}
    doubted = masks.referred & masks.doubted
    for category, bit in _PLACES:
        if bit & (masks.withheld | doubted):
            bites = bool(bit & masks.withheld)
            lead[category] = next(r.id for r, mask, sure in bars if mask & bit and sure is bites)
        elif bit & (masks.disclosed | masks.referred):
            lead[category] = next(r.id for r in permits if r.mask & bit)
    return lead
