"""The shapes an event takes on its way into the ledger: Draft, then Record.

In: nothing. Out: types and named errors. Never here: I/O.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from msgspec import Struct

from contracts.base import Category, Fact, Scope


class LedgerError(Exception):
    """Something the ledger will not do. Nothing was stored."""


class JtiReusedError(LedgerError):
    """The same agency used this jti before, for other content."""


class UnknownSubjectError(LedgerError):
    """The event names a hub id that this hub never gave out."""


class StaleError(LedgerError):
    """A fact the entry rests on has changed since it was read: decide again."""


class UnavailableError(LedgerError):
    """The store did not answer, so nothing is acknowledged. Safe to send again."""


class LogStandsError(UnavailableError):
    """No checkpoint has been signed for so long that no answer may leave any more."""


class OverloadedError(UnavailableError):
    """More is waiting than can be written soon: come back rather than queue."""


class ProofReplayedError(LedgerError):
    """The proof that came with the request was used before."""


class SubjectErasedError(LedgerError):
    """The subject's key was destroyed: nothing of theirs can be opened or added."""


class VaultRefusedError(LedgerError):
    """The vault does not open this: no committed, unused record of a disclosure covers it."""


class Assertion(Struct, frozen=True):
    """One fact as it is folded. `key`: what it is about (schema.sql); `expires_at` in seconds."""

    key: str
    fact: str
    value: str
    expires_at: int | None = None


class Spend(Struct, frozen=True, array_like=True):
    """A name to be spent once. `key` is a digest, so no store learns what a client chose."""

    kind: str
    key: str
    expires_at: int
    """In seconds: from then on it may be forgotten."""


class Guard(Struct, frozen=True, array_like=True):
    """This entry rests on what was known under `key` at `position`; later news refuses it."""

    key: str
    position: int


class Identifier(Struct, frozen=True, array_like=True):
    """How a subject was named. `exact` ones point to one subject; others only help to find it."""

    kind: str
    value: str
    exact: bool = True


class Draft(Struct, frozen=True, kw_only=True, array_like=True):
    """A verified event, ready to be given a place. `occurred_at` in seconds, as its poster says."""

    agency: str
    jti: UUID
    type_uri: str
    kind: str
    token: bytes
    digest: bytes
    occurred_at: int
    categories: int
    routing: dict[str, Any]
    subject: UUID | None
    identifiers: tuple[Identifier, ...] = ()
    facts: tuple[Fact, ...] = ()
    guards: tuple[Guard, ...] = ()
    touches: tuple[str, ...] = ()
    """Keys under which this is news, though it puts no fact on record."""
    partner: str | None = None
    spend: Spend | None = None
    """The proof it came with: spent in the event's own transaction, or the event is refused."""


class Record(Struct, frozen=True, kw_only=True, array_like=True):
    """An event with its place. `recorded_at_ms` as the hub says; `pseq` only for disclosures."""

    position: int
    recorded_at_ms: int
    subject: UUID
    jti: UUID
    agency: str
    digest: bytes
    pseq: int | None = None
    seen: bool = False
    receipt: str | None = None
    """Signed already by whoever stored it, where that was a writer's process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the hub may know of an event without opening it."""

    position: int
    agency: str
    jti: UUID
    digest: bytes
    subject: UUID
    type_uri: str
    kind: str
    occurred_at: int
    recorded_at_ms: int
    categories: frozenset[Category]
    routing: dict[str, Any]
    partner: str | None = None
    pseq: int | None = None
    facts: tuple[Assertion, ...] = field(default=())


def subject_key(subject: UUID | str) -> str:
    """Return the key of what is known about a subject."""
    return f"s:{subject}"


def erasing_key(subject: UUID) -> str:
    """Return the key under which any item, answer or erasure of a subject is news.

    For the guard of an erasure alone: `ledger.append` looks these up, and folds nothing under it.
    """
    return f"e:{subject}"


def relation_key(subject: UUID | str, agency: str) -> str:
    """Return the key of what is known about a subject as seen from one agency."""
    return f"r:{subject}:{agency}"


def item_key(agency: str, jti: UUID | str) -> str:
    """Return the key of what is known about one event."""
    return f"i:{agency}:{jti}"


SEPARATED = "x:separated"
"""The key under which it is news that identifiers lead to somebody no longer."""


def standing_key(agency: str) -> str:
    """Return the key under which an agency's keys and registration change."""
    return f"k:{agency}"


def agency_key(agency: str) -> str:
    """Return the key of what is known about an agency."""
    return f"a:{agency}"


def name_of(fact: Fact) -> str:
    """Return the name a fact is folded under: its own, and whose it is where several may state it.

    What one holder decided never stands for another holder's items, nor one officer's declared
    interest for another officer.
    """
    return fact.name if fact.whose is None else f"{fact.name}:{fact.whose}"


def key_of(fact: Fact, *, subject: UUID | str, poster: str, jti: UUID | str) -> str:
    """Return where a fact is folded.

    A fact about an earlier item is folded under the poster's own items: nobody else's item can be
    retracted or cleared by guessing its jti, unless the payload names the item's agency.

    Raises:
        ValueError: a relation or agency fact that names no agency.
    """
    if fact.scope is Scope.SUBJECT:
        return subject_key(subject)
    if fact.scope is Scope.ITEM:
        return item_key(fact.agency or poster, fact.item or str(jti))
    if fact.agency is None:
        raise ValueError(f"a {fact.scope} fact names an agency")
    if fact.scope is Scope.RELATION:
        return relation_key(subject, fact.agency)
    return agency_key(fact.agency)
