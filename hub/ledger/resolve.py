"""Finds whose event it is, and seals it: the last step before the lock.

In: Drafts. Out: Sealed entries, or a named refusal for each that cannot be one.
Never here: the lock, a retry, an identifier in clear outside this call.

An identifier (NHS number, CQC location ...) is only ever looked up by its keyed hash. A new one
gets a new hub id and a new key; both reach the database in the transaction of the event itself,
so a subject without an event cannot exist.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore

from hub.ids import Source
from hub.ledger.kek import KekError
from hub.ledger.record import (
    Assertion,
    Draft,
    Identifier,
    LedgerError,
    SubjectErasedError,
    UnavailableError,
    UnknownSubjectError,
    key_of,
    name_of,
)
from hub.ledger.sealing import Sealer
from hub.ledger.store import Sealed

_CACHED = 100_000
_DAY_S = 86_400
_NEWS = {"disclosure": 0, "key": 2, "policy": 2}
"""Places of leaf kinds in a batch; any other is 1."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one batch found: new identifiers and keys, and subjects that cannot be written to."""

    minted: Mapping[bytes, UUID]
    fresh: Mapping[UUID, bytes]
    lost: Mapping[UUID, LedgerError]


class Resolver:
    """Turns drafts into sealed entries. Used by one thread at a time."""

    def __init__(self, datastore: PostgresDatastore, sealer: Sealer, source: Source) -> None:
        self._datastore = datastore
        self._sealer = sealer
        self._source = source
        self._subjects: OrderedDict[bytes, UUID] = OrderedDict()

    def prepare(self, drafts: Sequence[Draft]) -> list[Sealed | LedgerError]:
        """Resolve and seal a batch. Each draft gets its entry or the reason it has none."""
        macs = [[(self._blind(i), i.exact) for i in d.identifiers] for d in drafts]
        self._look_up(m for row in macs for m, exact in row if exact)
        minted: dict[bytes, UUID] = {}
        owners: list[UUID | None] = [
            d.subject or self._owner(row, minted) for d, row in zip(drafts, macs, strict=True)
        ]
        lost = self._fetch_keys(owner for owner in owners if owner is not None)
        fresh: dict[UUID, bytes] = {}
        for n, row in enumerate(macs):
            owner = owners[n] or self._owner(row, minted)
            if owner is None and any(exact for _, exact in row):
                owner = self._source.uuid()
                fresh[owner] = self._sealer.new_key(owner)
            owners[n] = owner
            if owner is None or owner in lost:
                continue
            for mac, exact in row:
                if exact and mac not in self._subjects:
                    # Whoever named it first has it: a later alias in this batch cannot take it.
                    minted.setdefault(mac, owner)
        batch = _Batch(minted, fresh, lost)
        return [
            self._sealed(d, owner, row, batch)
            for d, owner, row in zip(drafts, owners, macs, strict=True)
        ]

    def placed(self, entry: Sealed, *, new: bool) -> None:
        """Remember the identifiers of an entry that is now stored.

        Of one that was stored before (`new` is False) nothing here was kept: neither a key nor
        an identifier of this preparation reached the database.
        """
        if not new:
            self.forget(entry)
            return
        for mac, exact in entry.index:
            if exact:
                self._remember(mac, entry.subject)

    def forget(self, entry: Sealed) -> None:
        """Drop what was assumed about an entry that was not stored."""
        for mac, _ in entry.index:
            self._subjects.pop(mac, None)
        if entry.new_key is not None:
            self._sealer.forget(entry.subject)

    def _blind(self, identifier: Identifier) -> bytes:
        return self._sealer.blind(identifier.kind, identifier.value)

    def _owner(self, row: list[tuple[bytes, bool]], minted: dict[bytes, UUID]) -> UUID | None:
        known = (self._subjects.get(m) or minted.get(m) for m, exact in row if exact)
        return next((subject for subject in known if subject is not None), None)

    def _look_up(self, macs: Iterable[bytes]) -> None:
        unknown = list({m for m in macs if m not in self._subjects})
        if not unknown:
            return
        with self._datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT mac, subject FROM ledger.subject_index WHERE exact AND mac = ANY(%b)",
                [unknown],
            ).fetchall()
        for row in rows:
            self._remember(bytes(row["mac"]), row["subject"])

    def _fetch_keys(self, subjects: Iterable[UUID]) -> dict[UUID, LedgerError]:
        """Bring every subject's key to hand; return those that cannot be, with the reason."""
        wanted = {s for s in subjects if not self._sealer.known(s)}
        if not wanted:
            return {}
        with self._datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT key_id, wrapped, state FROM ledger.subject_key WHERE key_id = ANY(%s)",
                [list(wanted)],
            ).fetchall()
        lost: dict[UUID, LedgerError] = {s: UnknownSubjectError("no such subject") for s in wanted}
        for row in rows:
            if row["state"] != "live":
                lost[row["key_id"]] = SubjectErasedError("the subject's key was destroyed")
                continue
            try:
                self._sealer.admit(row["key_id"], bytes(row["wrapped"]))
            except KekError:
                # Refused alone: an altered key row must not hold up everybody else's events.
                lost[row["key_id"]] = UnavailableError("the subject's key does not open")
            else:
                del lost[row["key_id"]]
        return lost

    def _sealed(
        self, draft: Draft, owner: UUID | None, row: list[tuple[bytes, bool]], batch: _Batch
    ) -> Sealed | LedgerError:
        if owner is None:
            return UnknownSubjectError("the event names no subject this hub can resolve")
        if owner in batch.lost:
            return batch.lost[owner]
        envelope, commitment = self._sealer.seal(
            owner, draft.token, agency=draft.agency, jti=draft.jti, kind=draft.kind
        )
        # An alias that already belongs to somebody else stays theirs: joining two people is a
        # human decision, never a side effect of a form filled in twice.
        index = tuple(
            (m, exact)
            for m, exact in row
            if not exact or (m not in self._subjects and batch.minted.get(m, owner) == owner)
        )
        return Sealed(
            draft=draft,
            subject=owner,
            envelope=envelope,
            commitment=commitment,
            assertions=assertions(draft, owner),
            new_key=batch.fresh.get(owner),
            index=index,
        )

    def _remember(self, mac: bytes, subject: UUID) -> None:
        self._subjects[mac] = subject
        if len(self._subjects) > _CACHED:
            self._subjects.popitem(last=False)


def stored_event(entry: Sealed) -> StoredEvent:
    """Return the library's shape of an entry. Its version is given under the lock."""
    return StoredEvent(entry.subject, 0, entry.draft.type_uri, entry.envelope)


def news_last(entries: Sequence[Sealed]) -> list[Sealed]:
    """Order a batch so that what rests on something stands before the news that changes it.

    The ledger refuses what stands behind such news. Disclosures rest on facts, and everything
    rests on keys and registrations.
    """
    return sorted(entries, key=lambda e: _NEWS.get(e.draft.kind, 1))


def assertions(draft: Draft, subject: UUID) -> tuple[Assertion, ...]:
    """Return a draft's facts as they are folded, once it is known whose event it is."""
    return tuple(
        Assertion(
            key_of(fact, subject=subject, poster=draft.agency, jti=draft.jti),
            name_of(fact),
            fact.value,
            None if fact.lasts_days is None else draft.occurred_at + fact.lasts_days * _DAY_S,
        )
        for fact in draft.facts
    )
