"""The log's rows in PostgreSQL, as its sequencer reads, stores and reads them again.

In: a connection within the sequencer's transaction. Out: entries, rows, the root of what is stored.
Never here: a signature, a decision to go on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.rows import tuple_row

from hub.ledger import leaf, merkle
from hub.ledger.leaf import Leaf
from hub.ledger.merkle import WIDTH, Growth, Tile, leaf_hash
from hub.ledger.tiles import read_tiles

# The envelope is hashed where it lies: the sequencer has no need to hold anybody's ciphertext.
# A sub-select per row, so that no plan can read more of the ledger than this batch.
_ROWS: Final[LiteralString] = (
    "SELECT h.position, h.kind, (SELECT sha256(e.state) FROM ledger.events e"
    " WHERE e.notification_id = h.position), h.commitment, h.partner, h.pseq"
    " FROM ledger.header h WHERE h.position > %s AND h.position <= %s ORDER BY h.position"
)
_TILE: Final[LiteralString] = (
    "INSERT INTO ledger.tlog_tile SELECT * FROM unnest(%s::smallint[], %s::bigint[], %b::bytea[])"
    " ON CONFLICT (level, n) DO UPDATE SET data = excluded.data"
)
_BUNDLE: Final[LiteralString] = (
    "INSERT INTO ledger.tlog_bundle SELECT * FROM unnest(%s::bigint[], %b::bytea[])"
    " ON CONFLICT (n) DO UPDATE SET data = excluded.data"
)


class NotSignedError(Exception):
    """What is stored is not what a checkpoint may be signed over."""


@dataclass(frozen=True, slots=True)
class Row:
    """A stored checkpoint."""

    size: int
    root: bytes
    note: str


def try_lock(connection: Connection[Any], lock: int) -> bool:
    """Take a lock for this session, if nobody holds it."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
    return row is not None and bool(row[0])


def last_checkpoint(connection: Connection[Any]) -> Row | None:
    """Return the checkpoint of the largest size."""
    row = connection.execute(
        "SELECT size, root, note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Row(row[0], bytes(row[1]), row[2])


def any_after(connection: Connection[Any], size: int) -> bool:
    """Return whether the ledger holds rows that the log does not."""
    found = connection.execute(
        "SELECT 1 FROM ledger.header WHERE position > %s LIMIT 1", [size], prepare=True
    )
    return found.fetchone() is not None


def any_tile(connection: Connection[Any]) -> bool:
    """Return whether there are tiles at all."""
    return connection.execute("SELECT 1 FROM ledger.tlog_tile LIMIT 1").fetchone() is not None


def read_entries(connection: Connection[Any], size: int, limit: int) -> list[bytes]:
    """Return the entries of the rows after `size`, in order, without a hole.

    Raises:
        NotSignedError: a position is missing, or a row has no envelope. Nothing after it may be
            signed: what stood there would be passed over for ever.
    """
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        rows = cursor.execute(_ROWS, [size, size + limit], prepare=True).fetchall()
    whole = [row[0] for row in rows if row[2] is not None]
    if not rows or whole != list(range(size + 1, size + 1 + len(rows))):
        raise NotSignedError("the ledger has a hole")
    return [
        Leaf(kind, env, com, partner, pseq).entry() for _, kind, env, com, partner, pseq in rows
    ]


def read_bundles(connection: Connection[Any], numbers: Iterable[int]) -> dict[int, bytes]:
    """Return those of some bundles that are stored."""
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        cursor.execute("SELECT n, data FROM ledger.tlog_bundle WHERE n = ANY(%s)", [list(numbers)])
        return {n: bytes(data) for n, data in cursor.fetchall()}


def bundles(size: int, unfinished: Sequence[bytes], fresh: Sequence[bytes]) -> dict[int, bytes]:
    """Return the bundles that fresh entries touch, whole."""
    entries = [*unfinished, *fresh]
    first = size // WIDTH
    return {
        first + at // WIDTH: leaf.pack(entries[at : at + WIDTH])
        for at in range(0, len(entries), WIDTH)
    }


def store(
    connection: Connection[Any], tiles: Mapping[Tile, bytes], entries: Mapping[int, bytes]
) -> None:
    """Write tiles and bundles; a row that is there grows."""
    levels, numbers = [level for level, _ in tiles], [n for _, n in tiles]
    connection.execute(_TILE, [levels, numbers, list(tiles.values())])
    connection.execute(_BUNDLE, [list(entries), list(entries.values())])


def store_checkpoint(
    connection: Connection[Any], size: int, prev: int, root: bytes, note: str, *, signed_at: int
) -> None:
    """Write a checkpoint. The table itself refuses a second one after the same `prev`."""
    connection.execute(
        "INSERT INTO ledger.tlog_checkpoint VALUES (%s, %s, %s, %s, %s)",
        [size, prev, root, note, signed_at],
    )


def reread(connection: Connection[Any], size: int, growth: Growth) -> bytes:
    """Return the root of what is stored, computed anew from the ledger's own rows.

    Between computing and signing a bit can flip, in memory or in storage, and one signature over
    it ends a log. So every step is taken again, from rows read again.

    Raises:
        NotSignedError: rows, entries and tiles do not agree.
    """
    first = size // WIDTH
    numbers = range(first, -(-growth.size // WIDTH))
    stored = read_bundles(connection, numbers)
    entries = [entry for n in numbers for entry in leaf.unpack(stored.get(n, b""))]
    if entries[size % WIDTH :] != read_entries(connection, size, growth.size - size):
        raise NotSignedError("the stored entries are not those of the ledger's rows")
    tiles = read_tiles(connection, growth.touched)
    below = b"".join(leaf_hash(entry) for entry in entries)
    for level in range(1 + max(level for level, _ in growth.touched)):
        row = b"".join(tiles[t] for t in sorted(growth.touched) if t[0] == level and t in tiles)
        if not row.endswith(below) or (level == 0 and row != below):
            raise NotSignedError("the stored tiles are not those of the entries")
        whole = len(row) // merkle.TILE_BYTES * merkle.TILE_BYTES
        below = b"".join(
            merkle.subtree_root(row[at : at + merkle.TILE_BYTES])
            for at in range(0, whole, merkle.TILE_BYTES)
        )
    edge = dict(growth.edge)
    edge.update({t[0]: data for t, data in tiles.items() if len(data) < merkle.TILE_BYTES})
    return merkle.edge_root(growth.size, edge)
