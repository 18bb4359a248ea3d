"""Break-glass: what a named officer may open in an emergency, and the law as it then reads.

In: the rulebook; an answer found with the glass broken and the same without. Out: the rulebook
read through it, and what was opened by it.
Never here: who spoke up, or anything from which a silent rule keeps an agency: the bar that
gives way is named, and a doubt of a silent rule goes on biting.

A permit is still needed. Broken glass lifts a person's review, a doubt and one bar; it makes no
legal basis where the rulebook has none, save that where life is at risk it reaches the people named
beside the person: who to call may be what saves them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from contracts.base import Category
from contracts.governance import BreakGlass
from hub.clock import utc_text
from hub.disclosure.ask import Ask, BrokenGlass
from hub.disclosure.purposes import REVIEW
from hub.disclosure.weigh import Weighed
from hub.rulebook import Rule, Rulebook
from hub.rulebook.rule import BIT

KINDS: Final = frozenset({"police", "council", "children_services", "nhs_trust"})
"""Who answers for emergencies, day and night."""
GIVE_WAY: Final = frozenset({"x-third-party"})
"""The only bar that gives way. Section 45(6) of the Care Act is absolute, and a protected address
protects from those who would state an emergency to learn it."""
VITAL: Final = "emergency-life"
"""The permit that reaches other names through broken glass. It asks for a recorded threat."""
FULL_RECORD_S: Final = 86_400
"""The short form counts for a day; then the full record is due (product choice)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What broken glass showed beyond what would have been shown."""

    items: Mapping[int, frozenset[Category]]
    bars: tuple[str, ...]
    """The rules that it rested with before: bars, and permits that ask for a person."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """Return every category that was opened of some item."""
        seen = frozenset().union(*self.items.values())
        return tuple(c for c in Category if c in seen)


def refusal(ask: Ask, glass: BrokenGlass, kind: str) -> dict[str, Any] | None:
    """Return the body of a refusal, or None where this asker may break the glass.

    It rests on who asks and how, so it is the same for everybody one may ask about.
    """
    why = None
    if not ask.emergency:
        why = "The glass is broken in an emergency only."
    elif ask.user != glass.officer:
        why = "The officer who breaks the glass is the one whom Hub-User names."
    elif kind not in KINDS:
        why = "The glass is there for agencies that answer for emergencies."
    if why is None:
        return None
    return {
        "outcome": "refused",
        "request_id": None if ask.request_id is None else str(ask.request_id),
        "purpose": ask.purpose,
        "reasons": [why],
        "what_would_change": ["Ask without breaking the glass."],
        "review": REVIEW,
    }


def through(rulebook: Rulebook) -> Rulebook:
    """Return the law as it reads through broken glass. Its decisions say so by their release."""
    rules = tuple(_read(rule) for rule in rulebook.rules if rule.id not in GIVE_WAY)
    return replace(rulebook, rules=rules, release=f"{rulebook.release}-break-glass")


def opened(broken: Sequence[Weighed], plain: Sequence[Weighed]) -> Opened | None:
    """Return what is shown of the same items only because the glass is broken; None for nothing."""
    more = {
        w.candidate.position: w.shown - before.shown
        for w, before in zip(broken, plain, strict=True)
        if w.shown - before.shown
    }
    if not more:
        return None
    bars = {
        before.decision.lead[category]
        for before in plain
        for category in more.get(before.candidate.position, ())
        if category in before.decision.lead
    }
    return Opened(items=MappingProxyType(more), bars=tuple(sorted(bars))[:40])


def told(glass: BrokenGlass, found: Opened | None, now: int) -> dict[str, Any] | None:
    """Return what the answer says of it. No bar is named: one of them may not be."""
    if found is None:
        return None
    return {
        "until": utc_text(now + glass.minutes * 60),
        "completed_by": utc_text(now + FULL_RECORD_S),
        "opened": [
            {"position": place, "categories": [c for c in Category if c in categories]}
            for place, categories in found.items.items()
        ],
    }


def statement(
    ask: Ask, glass: BrokenGlass, found: Opened, *, dis: UUID, kind: str, now: int
) -> BreakGlass:
    """Return the hub's event that says what an officer opened, why, and until when it counts."""
    return BreakGlass.model_validate(
        {
            "about": kind,
            "officer": glass.officer,
            "partner": ask.partner,
            "purpose": ask.purpose,
            "items": tuple(found.items),
            "categories": found.categories,
            "bars": found.bars,
            "minutes": glass.minutes,
            "dis": str(dis),
            "completed_by": now + FULL_RECORD_S,
            "reason": glass.reason,
        }
    )


def _read(rule: Rule) -> Rule:
    """Return a rule as it reads: nothing unknown makes a bar bite that may be spoken of."""
    if rule.id == VITAL:
        return replace(rule, mask=rule.mask | BIT[Category.THIRD_PARTY])
    if not rule.forbids or rule.silent:
        return rule
    settled = tuple(
        replace(clause, unrecorded=False) if clause.unrecorded is None else clause
        for clause in rule.clauses
    )
    return replace(rule, clauses=settled)
