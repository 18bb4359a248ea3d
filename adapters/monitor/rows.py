"""Reads what the monitor compares, in one moment of the ledger.

In: a database URL of a role that may read. Out: rows. Never here: a write, a judgement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from psycopg import Connection

TYPES: Final = "https://hub.example/events"
MADE: Final = f"{TYPES}/disclosure-made/v1"
ACKNOWLEDGED: Final = f"{TYPES}/recipient-acknowledged/v1"
ISSUED: Final = f"{TYPES}/statement-issued/v1"
OPENED: Final = f"{TYPES}/vault-opened/v1"
AGREED: Final = f"{TYPES}/statement-agreed/v1"
RETRACTED: Final = f"{TYPES}/retracted/v1"
SEPARATED: Final = f"{TYPES}/subjects-separated/v1"
_ENTRIES: LiteralString = (
    "SELECT position, jti::text, partner, pseq, recorded_at, type, routing FROM ledger.header"
    " WHERE pseq IS NOT NULL ORDER BY position"
)
_SAID: LiteralString = (
    "SELECT position, agency, type, recorded_at, routing FROM ledger.header"
    " WHERE type = ANY(%s) ORDER BY position"
)
_UNWRAPS: LiteralString = (
    "SELECT dis::text, partner, positions, body_digest FROM vault.unwrap"
    " WHERE reason = 'disclosure' ORDER BY id"
)
_OPENINGS: LiteralString = (
    "SELECT reason, dis::text, at, items, positions FROM vault.unwrap"
    " WHERE reason IN ('verify', 'audit', 'rekey') ORDER BY at, id"
)
_OPENED: LiteralString = (
    "SELECT jti::text, recorded_at, routing FROM ledger.header"
    " WHERE agency = 'hub' AND type = %s ORDER BY position"
)
# Neither what does not stand any more, nor what nobody can read any more.
_SENT: LiteralString = (
    "SELECT h.position, h.agency, h.recorded_at, h.routing->'addressees' FROM ledger.header h"
    " WHERE h.agency <> 'hub' AND h.routing ? 'addressees'"
    " AND NOT EXISTS (SELECT FROM ledger.header r"
    "  WHERE r.subject = h.subject AND r.agency = h.agency"
    "  AND r.type = %(retracted)s AND r.routing->>'item' = h.jti::text)"
    " AND NOT EXISTS (SELECT FROM ledger.header r"
    "  CROSS JOIN jsonb_array_elements(r.routing->'items') AS i"
    "  WHERE r.subject = h.subject AND r.type = %(separated)s AND r.agency = 'hub'"
    "  AND i->>'agency' = h.agency AND i->>'item' = h.jti::text)"
    " AND NOT EXISTS (SELECT FROM ledger.header r WHERE r.kind = 'shred'"
    "  AND r.routing->>'key_id' = h.subject::text) ORDER BY h.position"
)
_ROWS: LiteralString = (
    "SELECT h.position, h.kind, (SELECT sha256(e.state) FROM ledger.events e"
    " WHERE e.notification_id = h.position), h.commitment, h.partner, h.pseq"
    " FROM ledger.header h ORDER BY h.position"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the register."""

    position: int
    jti: str
    partner: str
    pseq: int
    recorded_ms: int
    released: bool
    said: dict[str, Any]
    """Its fields, none of which is about a person."""

    @property
    def bd(self) -> str:
        """Return the digest of the answer's bytes."""
        return str(self.said["body_digest"])

    @property
    def opened(self) -> frozenset[int]:
        """Return the positions of the items of which more was shown than that they exist."""
        return frozenset(
            item["position"]
            for item in self.said.get("items", ())
            if set(item["categories"]) - {"existence"}
        )


class Said(NamedTuple):
    """An acknowledgement or a statement."""

    position: int
    agency: str
    type: str
    recorded_ms: int
    said: dict[str, Any]


class Unwrap(NamedTuple):
    """One time that the vault opened something for a disclosure."""

    dis: str
    partner: str
    positions: tuple[int, ...]
    body_digest: str | None


class Opening(NamedTuple):
    """One time that the vault opened something for no answer: a check, an export, new wrapping."""

    reason: str
    dis: str | None
    at_ms: int
    items: int
    positions: tuple[int, ...]


class Due(NamedTuple):
    """The hub's own event that says so beforehand."""

    jti: str
    recorded_ms: int
    said: dict[str, Any]


class Sent(NamedTuple):
    """An item that names the agencies it was sent to, and that still stands."""

    position: int
    poster: str
    recorded_ms: int
    to: tuple[str, ...]


class Row(NamedTuple):
    """What a leaf is made of."""

    position: int
    kind: str
    envelope: bytes | None
    """SHA-256 of the stored envelope; None where there is none."""
    commitment: bytes
    partner: str | None
    pseq: int | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """One moment of the ledger."""

    connection: Connection[Any]

    def entries(self) -> list[Entry]:
        """Return the register, in the ledger's order."""
        rows = self.connection.execute(_ENTRIES).fetchall()
        return [
            Entry(position, jti, partner, pseq, at, kind == MADE, said)
            for position, jti, partner, pseq, at, kind, said in rows
        ]

    def counters(self) -> dict[str, int]:
        """Return the last number given to each partner."""
        rows = self.connection.execute("SELECT partner, pseq FROM ledger.partner_counter")
        return dict(rows.fetchall())

    def said(self) -> list[Said]:
        """Return acknowledgements and statements."""
        kinds = [ACKNOWLEDGED, ISSUED, AGREED]
        return [Said(*row) for row in self.connection.execute(_SAID, [kinds]).fetchall()]

    def unwraps(self) -> list[Unwrap] | None:
        """Return what the vault opened for disclosures; None where there is no vault."""
        there = self.connection.execute("SELECT to_regclass('vault.unwrap')").fetchone()
        if there is None or there[0] is None:
            return None
        rows = self.connection.execute(_UNWRAPS).fetchall()
        return [Unwrap(dis, partner, tuple(at), bd) for dis, partner, at, bd in rows]

    def openings(self) -> list[Opening]:
        """Return what the vault opened for no answer."""
        there = self.connection.execute("SELECT to_regclass('vault.unwrap')").fetchone()
        if there is None or there[0] is None:
            return []
        rows = self.connection.execute(_OPENINGS).fetchall()
        return [Opening(reason, dis, at, items, tuple(p)) for reason, dis, at, items, p in rows]

    def due(self) -> list[Due]:
        """Return what the hub said that the vault would open for no answer."""
        return [Due(*row) for row in self.connection.execute(_OPENED, [OPENED]).fetchall()]

    def sent(self) -> list[Sent]:
        """Return the items that were sent to agencies by name, and stand."""
        kinds = {"retracted": RETRACTED, "separated": SEPARATED}
        rows = self.connection.execute(_SENT, kinds).fetchall()
        return [Sent(place, poster, at, tuple(to)) for place, poster, at, to in rows]

    def checkpoint(self) -> str | None:
        """Return the note of the last checkpoint."""
        row = self.connection.execute(
            "SELECT note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return None if row is None else str(row[0])

    def rows(self) -> Iterator[Row]:
        """Yield every row of the ledger in order, with the digest of its envelope as stored."""
        with self.connection.cursor("rows", binary=True) as cursor:
            cursor.itersize = 2_000
            for row in cursor.execute(_ROWS):
                yield Row(*row)

    def leaves(self) -> Iterator[bytes]:
        """Yield every entry of the log in order."""
        with self.connection.cursor("leaves", binary=True) as cursor:
            for (bundle,) in cursor.execute("SELECT data FROM ledger.tlog_bundle ORDER BY n"):
                at = 0
                while at < len(bundle):
                    end = at + 2 + int.from_bytes(bundle[at : at + 2])
                    yield bytes(bundle[at + 2 : end])
                    at = end


@contextmanager
def ledger(url: str) -> Iterator[Ledger]:
    """Yield one moment of a ledger.

    Raises:
        psycopg.Error: it cannot be read.
    """
    connected = psycopg.connect(url, autocommit=True, connect_timeout=5)
    with connected as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield Ledger(connection)
