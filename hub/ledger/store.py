"""The eventsourcing recorder on PostgreSQL, with its write path replaced by ledger.append().

In: sealed entries. Out: where each was placed, or why it was not. Never here: waiting, retrying,
a plaintext.

The library keeps its tables, reads and LISTEN/NOTIFY subscription. Its write path takes several
round trips and cannot carry facts, guards and counters in the same transaction; ours is one call.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import InterfaceError, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from msgspec import Struct
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from hub.ledger.packing import Packed, blobs, bools, ints, jsons, longs, register, texts, uuids
from hub.ledger.record import Assertion, Draft

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
RECONNECT_S = 5.0
AWAY: Final = (InterfaceError, OperationalError)
"""What is raised where the store does not answer."""
RANDOM_PAGE_COST = 1.1
"""The ledger's end and its indexes are always in memory. At PostgreSQL's default of 4, made for
disks that turn, `append` reads whole tables until they have tens of thousands of rows."""

# Arrays go in binary: as text, every quote of every JSON value in them is escaped twice, which
# took two thirds of a batch's time in this process.
_APPEND = (
    "SELECT idx, status, at, recorded, number FROM ledger.append(%s,"
    "%b::text[],%b::uuid[],%b::bytea[],%b::uuid[],%b::text[],%b::text[],%b::bigint[],%b::int[],"
    "%b::jsonb[],%b::jsonb[],%b::bytea[],%b::bytea[],%b::text[],"
    "%b::int[],%b::text[],%b::bigint[],"
    "%b::int[],%b::text[],%b::text[],%b::text[],%b::bigint[],"
    "%b::int[],%b::uuid[],%b::int[],%b::bytea[],"
    "%b::int[],%b::bytea[],%b::uuid[],%b::bool[],"
    "%b::int[],%b::text[],%b::text[],%b::bigint[])"
)
_FIRST = (
    "SELECT 'seen' AS status, position AS at, recorded_at AS recorded, pseq AS number"
    " FROM ledger.header WHERE agency = %s AND jti = %s AND digest = %s"
)


class Sealed(Struct, frozen=True, kw_only=True):
    """A draft whose subject is resolved and whose token is sealed."""

    draft: Draft
    subject: UUID
    envelope: bytes
    commitment: bytes
    assertions: tuple[Assertion, ...]
    new_key: bytes | None
    """The subject's wrapped key, where this entry is the first about it."""
    kek_version: int
    """Which master key it is wrapped under."""
    index: tuple[tuple[bytes, bool], ...]
    """Blinded identifiers to point at the subject, and whether each is exact."""


class Placed(Struct, frozen=True):
    """What became of one entry: stored, seen, conflict, erased, stale or replayed."""

    status: str
    position: int | None
    recorded_at_ms: int | None
    pseq: int | None


class HubDatastore(PostgresDatastore):
    """The library's connection pool, with limits so that no stuck lock or bad plan holds intake."""

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Return what is run on each new connection."""
        base = super().after_connect_func()

        def configure(connection: Connection[Any]) -> None:
            base(connection)
            register(connection)
            connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
            connection.execute(f"SET random_page_cost = {RANDOM_PAGE_COST}")

        return configure


class HubRecorder(PostgresApplicationRecorder):
    """The classic recorder. `insert_events` here takes entries, and is the only way to write."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="events")

    def create_table(self) -> None:
        """Do nothing: schema.sql owns the tables, so that the application's role need not."""

    def insert_events(  # type: ignore[override] # the library's own signature takes **kwargs: Any
        self, stored_events: Sequence[StoredEvent], *, entries: Sequence[Sealed], now_ms: int
    ) -> Sequence[int]:
        """Store entries whose StoredEvents are given, and return the positions of the new ones."""
        del stored_events  # each entry carries its own envelope; versions are given under the lock
        placed = self.append(entries, now_ms)
        return [p.position for p in placed if p.status == "stored" and p.position is not None]

    def append(self, entries: Sequence[Sealed], now_ms: int) -> list[Placed]:
        """Place a batch in one transaction and say what became of each entry, in order.

        Raises:
            eventsourcing.persistence.PersistenceError: the store did not answer or refused; the
                outcome of the batch is unknown, and asking again with the same entries is safe.
        """
        with self.datastore.get_connection() as connection:
            cursor = connection.execute(
                _APPEND, _arrays(entries, now_ms), prepare=True, binary=True
            )
            rows = {row["idx"]: row for row in cursor.fetchall()}
        return [_placed(rows[n]) for n in range(1, len(entries) + 1)]

    def first(self, draft: Draft) -> Placed | None:
        """Return where exactly this event was placed before, if it was.

        Raises:
            eventsourcing.persistence.PersistenceError: the store did not answer.
        """
        with self.datastore.get_connection() as connection:
            row = connection.execute(
                _FIRST, [draft.agency, draft.jti, draft.digest], prepare=True
            ).fetchone()
        return None if row is None else _placed(row)


def open_recorder(url: str, *, pool_size: int = 2, spare: int = 2) -> HubRecorder:
    """Connect a recorder to the database at `url` (postgresql://...).

    `spare`: connections beyond the pool's that a rush may open. A pool hands its connections out
    in rotation, and each keeps plans of its own: whoever uses one at a time does best with one.

    Raises:
        AWAY: the store does not answer.
    """
    parts = conninfo_to_dict(url)
    datastore = HubDatastore(
        dbname=str(parts.get("dbname") or ""),
        host=str(parts.get("host") or ""),
        port=str(parts.get("port") or ""),
        user=str(parts.get("user") or ""),
        password=str(parts.get("password") or ""),
        pool_size=pool_size,
        max_overflow=spare,
        schema="ledger",
        connect_timeout=5.0,
    )
    # Past this, whoever writes next tries anew. The pool's own pauses double for five minutes, so
    # after a long outage it would stay away long after the store is back.
    datastore.pool.reconnect_timeout = RECONNECT_S
    try:
        return HubRecorder(datastore)
    except Exception:
        # Left to the collector, the pool would be closed at no particular moment, and complain.
        datastore.close()
        raise


def _placed(row: Any) -> Placed:  # noqa: ANN401 - a DictRow
    return Placed(row["status"], row["at"], row["recorded"], row["number"])


def _arrays(entries: Sequence[Sealed], now_ms: int) -> list[Any]:
    drafts = [e.draft for e in entries]
    spends = [(n, d.spend) for n, d in enumerate(drafts, 1) if d.spend is not None]
    return [
        now_ms,
        *_rows(entries),
        *_news(entries),
        *_keys(entries),
        ints([n for n, _ in spends]),
        texts([s.kind for _, s in spends]),
        texts([s.key for _, s in spends]),
        longs([s.expires_at for _, s in spends]),
    ]


def _rows(entries: Sequence[Sealed]) -> list[Packed]:
    """Return one array for each column of the entries themselves."""
    drafts = [e.draft for e in entries]
    return [
        texts([d.agency for d in drafts]),
        uuids([d.jti for d in drafts]),
        blobs([d.digest for d in drafts]),
        uuids([e.subject for e in entries]),
        texts([d.type_uri for d in drafts]),
        texts([d.kind for d in drafts]),
        longs([d.occurred_at for d in drafts]),
        ints([d.categories for d in drafts]),
        jsons([d.routing for d in drafts]),
        jsons([[[a.key, a.fact, a.value, a.expires_at] for a in e.assertions] for e in entries]),
        blobs([e.commitment for e in entries]),
        blobs([e.envelope for e in entries]),
        texts([d.partner for d in drafts]),
    ]


def _news(entries: Sequence[Sealed]) -> list[Packed]:
    """Return what the entries rest on, and what they change."""
    drafts = [e.draft for e in entries]
    guards = [(n, g) for n, d in enumerate(drafts, 1) for g in d.guards]
    facts: list[tuple[int, str, str | None, str | None, int | None]] = [
        (n, a.key, a.fact, a.value, a.expires_at)
        for n, e in enumerate(entries, 1)
        for a in e.assertions
    ]
    facts += [(n, key, None, None, None) for n, d in enumerate(drafts, 1) for key in d.touches]
    return [
        ints([n for n, _ in guards]),
        texts([g.key for _, g in guards]),
        longs([g.position for _, g in guards]),
        ints([f[0] for f in facts]),
        texts([f[1] for f in facts]),
        texts([f[2] for f in facts]),
        texts([f[3] for f in facts]),
        longs([f[4] for f in facts]),
    ]


def _keys(entries: Sequence[Sealed]) -> list[Packed]:
    """Return the keys of new subjects, and what points to them."""
    keys = [(n, e) for n, e in enumerate(entries, 1) if e.new_key is not None]
    index = [(n, e.subject, m) for n, e in enumerate(entries, 1) for m in e.index]
    return [
        ints([n for n, _ in keys]),
        uuids([e.subject for _, e in keys]),
        ints([e.kek_version for _, e in keys]),
        blobs([e.new_key for _, e in keys]),
        ints([n for n, _, _ in index]),
        blobs([m for _, _, (m, _) in index]),
        uuids([s for _, s, _ in index]),
        bools([x for _, _, (_, x) in index]),
    ]
