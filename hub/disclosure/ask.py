"""What a partner asks, and what it is answered: the types at the door.

In: nothing. Out: Ask, Released, Refused. Never here: I/O, a decision.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.disclosure import Channel, ReasonCode
from contracts.subject import LegalDemand, Purpose
from hub.intake.identifiers import Identifier

PAGE = 50
"""The most items one answer holds: its record names each, and must itself fit in one event."""


class DisclosureError(Exception):
    """The desk will not answer this at all; nothing was recorded."""


class RequestIdReusedError(DisclosureError):
    """The same request id came with another request."""


class CursorError(DisclosureError):
    """A cursor that this hub did not give out for this question."""


class BundleError(DisclosureError):
    """A person's data is gathered by a named officer, who goes through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenGlass:
    """An officer's statement that this cannot wait for whoever would have to be asked."""

    officer: str
    minutes: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. Days are London days; `limit` in items.

    Args:
        stated: made by POST /disclosures, with a reason of its own, so that an agency without any
            part in the case may ask too.
        reason: why the officer asks now, in a word of a closed list, for the register.
        after: the last item of the page before, as (occurred seconds, position).
    """

    partner: str
    user: str | None
    purpose: Purpose
    channel: Channel
    subject: UUID
    legal_demand: LegalDemand = "none"
    necessary: bool = True
    emergency: bool = False
    offence_stated: bool = False
    aggregate: bool = False
    for_publication: bool = False
    stated: bool = False
    request_id: UUID | None = None
    reason: str | None = None
    since: date | None = None
    until: date | None = None
    as_known_on: date | None = None
    after: tuple[int, int] | None = None
    limit: int = 20
    glass: BrokenGlass | None = None

    @property
    def gathers(self) -> bool:
        """Return whether it is for a person who asked for their own data: one's own record too."""
        return self.channel == "bundle"

    def facts(self) -> dict[str, str]:
        """Return the request's own facts, in the rulebook's words.

        Only what is wanted for publication says so: every other reading is for the case itself.
        """
        published = {"for_publication": "yes"} if self.for_publication else {}
        return {
            **published,
            "purpose": self.purpose,
            "legal_demand": self.legal_demand,
            "necessary": _yes_no(self.necessary),
            "emergency": _yes_no(self.emergency),
            "offence_stated": _yes_no(self.offence_stated),
            "aggregate": _yes_no(self.aggregate),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A question whom a partner may know of: identifiers, or keys made of names and dates."""

    partner: str
    user: str | None
    purpose: Purpose
    legal_demand: LegalDemand = "none"
    emergency: bool = False
    reason: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    demographics: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What leaves: the exact bytes, and the receipt that proves they were recorded first."""

    outcome: Literal["released", "refused"]
    body: bytes
    receipt: str
    jti: UUID
    reason: ReasonCode | None = None


def _yes_no(value: bool) -> str:  # noqa: FBT001 - private
    return "yes" if value else "no"
