"""Finds whose event it is, and has it sealed: the last step before the lock.

In: Drafts. Out: Sealed entries, or a named refusal for each that cannot be one.
Never here: the lock, a retry, a key, an identifier in clear outside this call.

An identifier (NHS number, CQC location ...) is only ever looked up by its keyed hash. A new one
gets a new hub id and a new key; both reach the database in the transaction of the event itself,
so a subject without an event cannot exist.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore
from msgspec.structs import replace

from hub.ids import Source
from hub.ledger.record import (
    SEPARATED,
    Assertion,
    Draft,
    Guard,
    LedgerError,
    SubjectErasedError,
    UnavailableError,
    UnknownSubjectError,
    key_of,
    name_of,
)
from hub.ledger.seals import Refused, Seal, SealJob, Seals
from hub.ledger.store import Sealed

_CACHED = 100_000
_DAY_S = 86_400
_NEWS = {"disclosure": 0, "key": 2, "policy": 2}
"""Places of leaf kinds in a batch; any other is 1."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one batch found: new identifiers, and the seals."""

    minted: Mapping[bytes, UUID]
    seals: Mapping[int, Seal]


class Resolver:
    """Turns drafts into sealed entries. Used by one thread at a time."""

    def __init__(self, datastore: PostgresDatastore, seals: Seals, source: Source) -> None:
        self._datastore = datastore
        self._seals = seals
        self._source = source
        self._subjects: OrderedDict[bytes, UUID] = OrderedDict()
        self._separated: int | None = None

    def prepare(
        self, drafts: Sequence[Draft], *, again: bool = False
    ) -> list[Sealed | LedgerError]:
        """Resolve and seal a batch. Each draft gets its entry or the reason it has none.

        `again`: identifiers of somebody erased were dropped already; once must do.

        Raises:
            UnavailableError: the vault does not answer.
        """
        if self._separated is None:
            self._separated = self._last_separation()
        macs = self._blinded(drafts)
        gone = self._gone(drafts)
        self._look_up(m for row in macs for m, exact in row if exact)
        minted: dict[bytes, UUID] = {}
        owners: list[UUID | None] = [
            d.subject or self._owner(row, minted) for d, row in zip(drafts, macs, strict=True)
        ]
        fresh: set[UUID] = set()
        for n, row in enumerate(macs):
            owner = owners[n] or self._owner(row, minted)
            if owner is None and any(exact for _, exact in row):
                owner = self._source.uuid()
                fresh.add(owner)
            owners[n] = owner
            if owner is None or owner in gone:
                continue
            for mac, exact in row:
                if exact and mac not in self._subjects:
                    # Whoever named it first has it: a later alias in this batch cannot take it.
                    minted.setdefault(mac, owner)
        batch = _Batch(minted, self._sealed_all(drafts, owners, fresh))
        if not again and self._forget_erased(drafts, macs, batch):
            return self.prepare(drafts, again=True)
        return [
            self._entry(n, d, owner, row, batch)
            for n, (d, owner, row) in enumerate(zip(drafts, owners, macs, strict=True))
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

    def look_again(self) -> bool:
        """Drop every identifier, if any was taken off somebody since they were looked up."""
        last = self._last_separation()
        if last == self._separated:
            return False
        self._subjects.clear()
        self._separated = last
        return True

    def _last_separation(self) -> int:
        with self._datastore.get_connection() as connection:
            row = connection.execute(
                "SELECT position FROM ledger.fact_scope WHERE key = %s", [SEPARATED]
            ).fetchone()
        return 0 if row is None else int(row["position"])

    def forget_subject(self, subject: UUID) -> None:
        """Drop every identifier that leads to somebody: they were erased."""
        for mac in [mac for mac, owner in self._subjects.items() if owner == subject]:
            del self._subjects[mac]

    def _blinded(self, drafts: Sequence[Draft]) -> list[list[tuple[bytes, bool]]]:
        """Return each draft's identifiers as the index has them, and whether each is exact."""
        named = [(i.kind, i.value) for d in drafts for i in d.identifiers]
        found = iter(self._seals.blind(named) if named else ())
        return [[(next(found), i.exact) for i in d.identifiers] for d in drafts]

    def _gone(self, drafts: Sequence[Draft]) -> set[UUID]:
        """Return the hub ids given with an identifier that are nobody's: they can claim none."""
        given = {d.subject for d in drafts if d.subject is not None and d.identifiers}
        if not given:
            return set()
        with self._datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT key_id FROM ledger.subject_key WHERE state = 'live' AND key_id = ANY(%s)",
                [list(given)],
            ).fetchall()
        return given - {row["key_id"] for row in rows}

    def _forget_erased(
        self, drafts: Sequence[Draft], macs: Sequence[list[tuple[bytes, bool]]], batch: _Batch
    ) -> bool:
        """Drop identifiers that this process still leads to somebody erased; say whether any did.

        Whoever is posted about anew after an erasure is a new subject.
        """
        dropped = False
        for n, seal in batch.seals.items():
            if seal.refused == "erased" and drafts[n].subject is None:
                found = [self._subjects.pop(mac, None) for mac, _ in macs[n]]
                dropped |= any(subject is not None for subject in found)
        return dropped

    def _sealed_all(
        self, drafts: Sequence[Draft], owners: Sequence[UUID | None], fresh: set[UUID]
    ) -> dict[int, Seal]:
        """Return the seals of those that have an owner, by their place in the batch."""
        jobs = {
            n: SealJob(owner, d.token, d.agency, d.jti, d.kind, owner in fresh)
            for n, (d, owner) in enumerate(zip(drafts, owners, strict=True))
            if owner is not None
        }
        seals = self._seals.seal(list(jobs.values())) if jobs else []
        return dict(zip(jobs, seals, strict=True))

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

    def _entry(
        self, n: int, draft: Draft, owner: UUID | None, row: list[tuple[bytes, bool]], batch: _Batch
    ) -> Sealed | LedgerError:
        if owner is None:
            return UnknownSubjectError("the event names no subject this hub can resolve")
        seal = batch.seals[n]
        if seal.refused:
            return _REFUSED[seal.refused]()
        # An alias that already belongs to somebody else stays theirs: joining two people is a
        # human decision, never a side effect of a form filled in twice.
        index = tuple(
            (m, exact)
            for m, exact in row
            if not exact or (m not in self._subjects and batch.minted.get(m, owner) == owner)
        )
        if row:
            # Whose the identifiers are was looked up before the lock; by then they may be nobody's.
            since = Guard(SEPARATED, self._separated or 0)
            draft = replace(draft, guards=(*draft.guards, since))
        return Sealed(
            draft=draft,
            subject=owner,
            envelope=seal.envelope,
            commitment=seal.commitment,
            assertions=assertions(draft, owner),
            new_key=seal.wrapped,
            kek_version=seal.kek_version,
            index=index,
        )

    def _remember(self, mac: bytes, subject: UUID) -> None:
        self._subjects[mac] = subject
        if len(self._subjects) > _CACHED:
            self._subjects.popitem(last=False)


_REFUSED: Mapping[Refused, Callable[[], LedgerError]] = {
    "unknown": lambda: UnknownSubjectError("no such subject"),
    "erased": lambda: SubjectErasedError("the subject's key was destroyed"),
    "unreadable": lambda: UnavailableError("the subject's key does not open"),
}


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
    about = str(subject)  # spelled once, not for each fact
    return tuple(
        Assertion(
            key_of(fact, subject=about, poster=draft.agency, jti=draft.jti),
            name_of(fact),
            fact.value,
            None if fact.lasts_days is None else draft.occurred_at + fact.lasts_days * _DAY_S,
        )
        for fact in draft.facts
    )
