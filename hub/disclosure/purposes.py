"""Which purpose a kind of agency may state at all, checked before any rule is asked.

In: an agency's kind and the purpose it states. Out: nothing, or the refusal in words.
Never here: a subject. The answer rests on who asks and what for, so it tells of nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from contracts.subject import PURPOSES
from hub.rulebook import Rulebook

REVIEW: Final = "ask the hub's information-governance officer to review this refusal"


@dataclass(frozen=True, slots=True)
class Purposes:
    """Who may state what, and why."""

    kinds: Mapping[str, frozenset[str]]
    why: Mapping[str, str]

    def open_to(self, kind: str) -> tuple[str, ...]:
        """Return the purposes a kind of agency may state."""
        return tuple(p for p in PURPOSES if kind in self.kinds.get(p, ()))

    def refusal(
        self, kind: str, purpose: str, request_id: UUID | None = None
    ) -> dict[str, Any] | None:
        """Return the body of a refusal, or None where the purpose may be stated."""
        if kind in self.kinds.get(purpose, ()):
            return None
        why = self.why.get(purpose, "the law in force says of no purpose who may state it")
        stated, by = purpose.replace("_", " "), kind.replace("_", " ")
        listed = ", ".join(p.replace("_", " ") for p in self.open_to(kind))
        return {
            "outcome": "refused",
            "request_id": None if request_id is None else str(request_id),
            "purpose": purpose,
            "reasons": [f"`{by}` may not state the purpose `{stated}`: {why}."],
            "what_would_change": [f"`{by}` may state: {listed}."],
            "review": REVIEW,
        }


def purposes_of(law: Rulebook) -> Purposes:
    """Return the table of a release. Without one, nobody may state anything."""
    return Purposes(
        MappingProxyType({p: frozenset(entry.kinds) for p, entry in law.purposes.items()}),
        MappingProxyType({p: entry.why for p, entry in law.purposes.items()}),
    )
