"""Which purpose a kind of agency may state at all, checked before any rule is asked.

In: an agency's kind and the purpose it states. Out: nothing, or the refusal in words.
Never here: a subject. The answer rests on who asks and what for, so it tells of nobody.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from contracts.subject import AGENCY_KINDS, PURPOSES

REVIEW: Final = "ask the hub's information-governance officer to review this refusal"


class PurposesError(ValueError):
    """The table of purposes does not fit the closed lists. Nothing starts with it."""


@dataclass(frozen=True, slots=True)
class Purposes:
    """Who may state what, and why."""

    kinds: Mapping[str, frozenset[str]]
    why: Mapping[str, str]

    def open_to(self, kind: str) -> tuple[str, ...]:
        """Return the purposes a kind of agency may state."""
        return tuple(p for p in PURPOSES if kind in self.kinds[p])

    def refusal(
        self, kind: str, purpose: str, request_id: UUID | None = None
    ) -> dict[str, Any] | None:
        """Return the body of a refusal, or None where the purpose may be stated."""
        if kind in self.kinds[purpose]:
            return None
        stated, by = purpose.replace("_", " "), kind.replace("_", " ")
        listed = ", ".join(p.replace("_", " ") for p in self.open_to(kind))
        return {
            "outcome": "refused",
            "request_id": None if request_id is None else str(request_id),
            "purpose": purpose,
            "reasons": [f"`{by}` may not state the purpose `{stated}`: {self.why[purpose]}."],
            "what_would_change": [f"`{by}` may state: {listed}."],
            "review": REVIEW,
        }


@cache
def shipped_purposes() -> Purposes:
    """Return the table that comes with the package, read once.

    Raises:
        PurposesError: it names a purpose or a kind that does not exist, or leaves a purpose out.
    """
    text = (files("hub.rulebook") / "law" / "purposes.toml").read_text("utf-8")
    return read(tomllib.loads(text))


def read(table: Mapping[str, Any]) -> Purposes:
    """Return a parsed table, checked against the closed lists.

    Raises:
        PurposesError: as for `shipped_purposes`.
    """
    if set(table) != set(PURPOSES):
        raise PurposesError("the table does not name every purpose once")
    kinds = {purpose: frozenset(row["kinds"]) for purpose, row in table.items()}
    if any(not named <= set(AGENCY_KINDS) for named in kinds.values()):
        raise PurposesError("the table names a kind of agency that does not exist")
    return Purposes(
        MappingProxyType(kinds), MappingProxyType({p: str(row["why"]) for p, row in table.items()})
    )
