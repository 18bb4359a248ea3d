"""What was decided: the answer for each category, and all it rests on.

In: nothing. Out: Outcome and Decision.
Never here: deciding, names, or text from an event.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from contracts.base import Category
from hub.rulebook.rule import canonical_json, digest


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
    layers: tuple[str, ...] = ()
    """The data protection conditions that these permits rest on, as rule@version."""
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

    def id_on(self, day: date) -> str:
        """Return the id of the same decision taken on another day, on which the same rules count.

        The day is then all that differs, so the rest is written down once.
        """
        before, after = self._around_the_day
        return hashlib.sha256(f"{before}{day.isoformat()}{after}".encode()).hexdigest()

    @cached_property
    def _around_the_day(self) -> tuple[str, str]:
        marked = canonical_json(self.body() | {"decided_on": ""})
        before, mark, after = marked.partition('"decided_on":"')
        return before + mark, after

    def body(self) -> dict[str, Any]:
        """Return the canonical body, which is what `id` is the hash of."""
        # Semantics 1 knew no layers; its decisions keep the ids they were given.
        rests_on = {} if self.semantics == "1" else {"layers": self.layers}
        return {
            **rests_on,
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
