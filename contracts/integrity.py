"""Putting the record right: corrections, retractions, disputes, clearance, erasure, breaches.

In: contracts.base, subject.
Out: Corrected, Retracted, Disputed, ClearedForRelease, RedactedByKeyShred, RecipientNotified,
    VaultOpened, BreachReported; `places_digest`.
Never here: a deletion. An earlier item stays in the log; what may be shown of it changes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import (
    Category,
    Count,
    Day,
    Digest,
    Fact,
    Part,
    Position,
    Ref,
    Scope,
    Slug,
    Text,
    Uuid,
    type_uri,
)
from contracts.governance import TwoOfficers
from contracts.marks import EXISTENCE, OUTCOME, ROUTED, YesNo, free, item_fact
from contracts.subject import SubjectEvent, SubjectHead


class Corrected(SubjectEvent):
    """Something in an earlier item of the poster's own was wrong; here is what is right."""

    TYPE = type_uri("corrected")
    FAMILY = "integrity"

    item: Annotated[Uuid, ROUTED]
    replacement: Annotated[Uuid | None, ROUTED] = None
    """The item that now says it; without one the earlier item stays, with this beside it."""
    correction: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that a replaced item no longer stands."""
        yield from super().facts()
        if self.replacement is not None:
            yield from item_fact("item_status", "retracted", item=self.item)


class Retracted(SubjectEvent):
    """An earlier item of the poster's own does not stand."""

    TYPE = type_uri("retracted")
    FAMILY = "integrity"

    item: Annotated[Uuid, ROUTED]
    reason: Annotated[Literal["wrong_person", "mistaken", "malicious", "court"], OUTCOME]
    explanation: Annotated[Text | None, free(Category.OUTCOME)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that the item no longer stands."""
        yield from super().facts()
        yield from item_fact("item_status", "retracted", item=self.item)


class Disputed(SubjectEvent):
    """Someone says an item, of any poster, is not right."""

    TYPE = type_uri("disputed")
    FAMILY = "integrity"

    item: Annotated[Uuid, ROUTED]
    item_by: Annotated[Slug | None, ROUTED] = None
    """The agency that posted it; None for the poster of this event."""
    by: Annotated[Literal["subject", "professional", "agency", "family", "court"], OUTCOME]
    ground: Annotated[Text | None, free(Category.OUTCOME)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that the item is in dispute."""
        yield from super().facts()
        yield from item_fact("item_status", "disputed", item=self.item, by=self.item_by)


class ClearedForRelease(SubjectEvent):
    """The poster read an item's free text again: it names no third party and no referrer."""

    TYPE = type_uri("cleared-for-release")
    FAMILY = "integrity"

    item: Annotated[Uuid, ROUTED]
    cleared: Annotated[YesNo, EXISTENCE] = "yes"

    def facts(self) -> Iterator[Fact]:
        """Yield the clearance, or that it was taken back."""
        yield from super().facts()
        yield from item_fact("narrative_cleared", self.cleared, item=self.item)


ShredReason: TypeAlias = Literal[
    "retention_ended", "erasure_request", "unlawfully_held", "court_order"
]


class RedactedByKeyShred(SubjectHead):
    """The subject's key was destroyed: what was sealed under it can be read by no one."""

    TYPE = type_uri("redacted-by-key-shred")
    FAMILY = "integrity"
    HUB_ONLY = True

    key_id: Annotated[Uuid, ROUTED]
    items: Annotated[Count, ROUTED]
    certificate: Annotated[Digest, ROUTED]
    """SHA-256 of the certificate that lists who had the data."""
    reason: Annotated[ShredReason, ROUTED]
    approved_by: Annotated[TwoOfficers, ROUTED]


class RecipientNotified(SubjectHead):
    """A partner that was shown an item since corrected was told so."""

    TYPE = type_uri("recipient-notified")
    FAMILY = "integrity"
    HUB_ONLY = True

    partner: Annotated[Slug, ROUTED]
    dis: Annotated[Uuid, ROUTED]
    item_position: Annotated[Position, ROUTED]
    cause: Annotated[Literal["corrected", "retracted", "disputed", "shredded", "separated"], ROUTED]


class VaultOpened(SubjectHead):
    """What is sealed is about to be opened for no answer; recorded before the vault opens it.

    To check it all, to export statements as evidence, or to wrap every subject's key anew.
    """

    TYPE = type_uri("vault-opened")
    FAMILY = "integrity"
    HUB_ONLY = True

    reason: Annotated[Literal["verify", "audit", "rekey"], ROUTED]
    items: Annotated[Count, ROUTED]
    """How many events (verify, audit) or keys (rekey), as the ledger stood when this was said."""
    places: Annotated[Digest | None, ROUTED] = None
    """Of an audit: which events, as `places_digest` says."""


def places_digest(positions: Iterable[int]) -> str:
    """Return hex SHA-256 over positions in ascending order, each once and on a line of its own."""
    lines = "".join(f"{place}\n" for place in sorted(set(positions)))
    return hashlib.sha256(lines.encode()).hexdigest()


class WrongItem(Part):
    """An item that was filed under somebody it is not about."""

    agency: Annotated[Slug, ROUTED]
    item: Annotated[Uuid, ROUTED]


class RestatedFact(Part):
    """A fact as it reads without what was filed wrongly; with 0 days it is no longer on record."""

    name: Annotated[Ref, ROUTED]
    value: Annotated[Ref, ROUTED]
    agency: Annotated[Slug | None, ROUTED] = None
    """For a fact about the subject as seen from one agency."""
    lasts_days: Annotated[Count | None, ROUTED] = None

    def plainly(self) -> Fact:
        """Return it as a fact."""
        name, _, whose = self.name.partition(":")
        return Fact(
            scope=Scope.SUBJECT if self.agency is None else Scope.RELATION,
            name=name,
            value=self.value,
            agency=self.agency,
            lasts_days=self.lasts_days,
            whose=whose or None,
        )


class SubjectsSeparated(SubjectHead):
    """Two people had been taken for one: these items and identifiers are not this subject's.

    What an agency posted is not moved: each item stands retracted here, everybody who was shown it
    hears so, and its poster posts it again. From here on the identifiers lead to nobody, until an
    event names somebody by them.
    """

    TYPE = type_uri("subjects-separated")
    FAMILY = "integrity"
    HUB_ONLY = True

    approved_by: Annotated[TwoOfficers, ROUTED]
    reason: Annotated[Literal["shared_identifier", "mistaken_identity", "wrong_alias"], ROUTED]
    items: Annotated[tuple[WrongItem, ...], Field(max_length=500), ROUTED] = ()
    identifiers: Annotated[tuple[Digest, ...], Field(max_length=8), ROUTED] = ()
    """Keyed hashes of the identifiers, as the index holds them."""
    restated: Annotated[tuple[RestatedFact, ...], Field(max_length=500), ROUTED] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield that the items do not stand here, and what holds without them."""
        yield from super().facts()
        for wrong in self.items:
            yield from item_fact("item_status", "retracted", item=wrong.item, by=wrong.agency)
        yield from (fact.plainly() for fact in self.restated)


class BreachReported(SubjectEvent):
    """Information went where it should not have."""

    TYPE = type_uri("breach-reported")
    FAMILY = "integrity"

    discovered_on: Annotated[Day, EXISTENCE]
    told_ico: Annotated[YesNo, EXISTENCE]
    people: Annotated[Count | None, EXISTENCE] = None
    what: Annotated[Text | None, free(Category.CONCERN)] = None
