"""Turns a Verified event into a Draft: what the ledger keeps outside the sealed token.

In: a Verified event and who posted it. Out: a Draft. Never here: I/O, or a field whose label does
not say that it may be indexed.
"""

from collections.abc import Mapping
from functools import cache
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from contracts.accounts import StatementAgreed
from contracts.base import Fact, Payload, Scope
from contracts.disclosure import RecipientAcknowledged, RegisterEntry
from contracts.governance import (
    AboutAgency,
    AgencyRegistered,
    KeyHeld,
    KeyRegistered,
    KeyRevoked,
)
from contracts.identity import SubjectDescribed
from contracts.integrity import RedactedByKeyShred, SubjectsSeparated
from contracts.labels import JSON, categories_mask, routing
from contracts.lawmaking import RulebookApproved, RulebookText
from hub.intake.agencies import HUB_SLUG
from hub.intake.identifiers import Identifier as Named
from hub.intake.identifiers import IdentifierKind
from hub.ledger.demographics import demographic_keys
from hub.ledger.record import SEPARATED, Draft, Guard, Identifier, Spend, standing_key, subject_key
from hub.rulebook.model import FactEntry
from hub.rulebook.rule import PERSON

OFFICER = "officer_declared"
KINDS: tuple[tuple[tuple[type[Payload], ...], str], ...] = (
    ((RegisterEntry,), "disclosure"),
    ((RecipientAcknowledged, StatementAgreed), "ack"),
    ((KeyHeld, KeyRegistered, KeyRevoked), "key"),
    ((RedactedByKeyShred,), "shred"),
    ((AgencyRegistered, RulebookText, RulebookApproved), "policy"),
)
"""The leaf kind of what is not an ordinary `event`."""


class _Said(Protocol):
    """What a draft is made of: of a Verified event, or of one that the ledger holds already."""

    @property
    def agency(self) -> str: ...
    @property
    def jti(self) -> str: ...
    @property
    def type_uri(self) -> str: ...
    @property
    def payload(self) -> Payload: ...
    @property
    def token(self) -> bytes: ...
    @property
    def signing_digest(self) -> bytes: ...
    @property
    def toe(self) -> int: ...
    @property
    def identifiers(self) -> tuple[Named, ...]: ...


def draft(
    verified: _Said,
    *,
    poster_kind: str,
    vocabulary: Mapping[str, FactEntry],
    guards: tuple[Guard, ...] = (),
    spend: Spend | None = None,
) -> Draft:
    """Return the draft of a verified event.

    A fact is folded only where the vocabulary lets the poster's kind assert it: otherwise the
    event stands as a statement, and decides nothing (reference: a fact is an assertion, and each
    has a limit on who may make it).
    """
    payload = verified.payload
    subject, identifiers = _whose(verified)
    return Draft(
        agency=verified.agency,
        jti=UUID(verified.jti),
        type_uri=verified.type_uri,
        kind=kind_of(type(payload)),
        token=verified.token,
        digest=verified.signing_digest,
        occurred_at=verified.toe,
        categories=categories_mask(payload),
        routing=_routing(verified),
        subject=subject,
        identifiers=identifiers,
        facts=tuple(
            whose_word(_lasting(f, vocabulary), verified.agency)
            for f in payload.facts()
            if _may_assert(f, verified, poster_kind, vocabulary)
        ),
        guards=guards,
        touches=_touches(payload),
        partner=payload.partner if isinstance(payload, RegisterEntry) else None,
        spend=spend,
    )


@cache
def kind_of(said: type[Payload]) -> str:
    """Return the leaf kind of a type of payload."""
    return next((kind for types, kind in KINDS if issubclass(said, types)), "event")


def _touches(payload: Payload) -> tuple[str, ...]:
    """Return under which keys this is news: an answer about somebody erased meanwhile is stale."""
    if isinstance(payload, RedactedByKeyShred):
        return (subject_key(UUID(payload.key_id)),)
    if isinstance(payload, SubjectsSeparated):
        return (SEPARATED,)
    return (standing_key(payload.agency),) if isinstance(payload, AboutAgency) else ()


def _whose(verified: _Said) -> tuple[UUID | None, tuple[Identifier, ...]]:
    """Return the hub id the poster gave, if any, and every other way it named the subject."""
    subject: UUID | None = None
    named: list[Identifier] = []
    for one in verified.identifiers:
        if one.kind is IdentifierKind.OPAQUE:
            subject = subject or UUID(one.value)
        else:
            named.append(Identifier(one.kind.value, one.value))
    if isinstance(verified.payload, SubjectDescribed):
        named.extend(
            Identifier(kind, value, exact=False)
            for kind, value in demographic_keys(verified.payload)
        )
    return subject, tuple(named)


def _routing(verified: _Said) -> dict[str, JSON]:
    """Return the payload's routing fields, whom it is addressed to, and which setting it is."""
    fields = routing(verified.payload)
    if addressees := verified.payload.addressees():
        fields["addressees"] = list[JSON](sorted(set(addressees)))
    if fields.get("about") == "setting" and "setting" not in fields:
        places = (i.value for i in verified.identifiers if i.kind is IdentifierKind.CQC_LOCATION)
        if (place := next(places, None)) is not None:
            fields["setting"] = place
    return fields


def _may_assert(
    fact: Fact, verified: _Said, poster_kind: str, vocabulary: Mapping[str, FactEntry]
) -> bool:
    """Return whether this poster's word on this fact counts."""
    if poster_kind == HUB_SLUG:
        return True
    if fact.scope in (Scope.RECIPIENT, Scope.SENDER, Scope.REQUEST):
        return False  # who an agency is comes from the hub's register alone
    if fact.name == OFFICER and fact.agency == verified.agency:
        return True  # of its own officers
    if fact.name not in vocabulary:
        return False  # a fact of a later law than the one in force: nobody may state it yet
    allowed = vocabulary[fact.name].asserted_by
    if fact.scope is Scope.ITEM and fact.agency not in (None, verified.agency):
        # About another agency's item, so only a kind that the vocabulary names for this fact.
        return allowed is not None and poster_kind in allowed
    return not allowed or poster_kind in allowed


def whose_word(fact: Fact, poster: str) -> Fact:
    """Return a fact that is about its poster as that agency's.

    A holder's decision is its own: it settles what that agency posted, and nothing else.
    """
    if fact.scope is Scope.RELATION and fact.agency is None:
        return replace(fact, agency=poster)
    if fact.name == PERSON and fact.whose is None:
        return replace(fact, whose=poster)
    return fact


def _lasting(fact: Fact, vocabulary: Mapping[str, FactEntry]) -> Fact:
    """Return the fact with its end: the poster's own, or the one the vocabulary sets."""
    entry = vocabulary.get(fact.name)
    days = None if entry is None else entry.lasts_days
    if days is None or (fact.lasts_days is not None and fact.lasts_days <= days):
        return fact
    return replace(fact, lasts_days=days)
