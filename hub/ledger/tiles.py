"""Reads the log as it was published: checkpoint, tiles, entries, proofs. Read-only.

In: addresses as C2SP tlog-tiles writes them, a PostgreSQL connection. Out: bytes, notes, proofs.
Never here: a write, a leaf opened, a tile that no signed checkpoint covers.

A row's first bytes are its partial tile of any smaller width: rows only ever grow at their end, in
the transaction that signs the larger tree. So no reader can meet a tile ahead of its checkpoint.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection, Connection
from psycopg.rows import tuple_row

from hub.ledger import leaf, merkle
from hub.ledger.checkpoint import proof_text
from hub.ledger.merkle import Tile
from hub.ledger.read import Pool

MAX_LEVEL: Final = 7
"""More leaves than level 7 can hold do not fit a bigint."""
_ADDRESS: Final = re.compile(r"((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?")
_TILES: LiteralString = (
    "SELECT t.level, t.n, t.data FROM ledger.tlog_tile t"
    " JOIN unnest(%s::smallint[], %s::bigint[]) AS w(level, n) USING (level, n)"
)
_LAST: LiteralString = "SELECT size, note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
_COSIGNED: LiteralString = (
    "SELECT c.size, c.note FROM ledger.tlog_checkpoint c JOIN ("
    " SELECT size FROM ledger.tlog_cosignature GROUP BY size HAVING count(*) >= %s"
    " ORDER BY size DESC LIMIT 1) q USING (size)"
)

_FIRST: LiteralString = (
    "SELECT i, c.size, c.note || (SELECT string_agg(s.line, '' ORDER BY s.witness)"
    " FROM ledger.tlog_cosignature s WHERE s.size = c.size)"
    " FROM unnest(%s::bigint[]) AS i JOIN ledger.tlog_checkpoint c ON c.size ="
    " (SELECT min(s.size) FROM ledger.tlog_cosignature s WHERE s.size > i)"
)


class AddressError(ValueError):
    """Not an address of a tile."""


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as it is served: the log's note, and the witnesses' lines below."""

    size: int
    note: str


def read_address(text: str) -> tuple[int, int]:
    """Return a tile's number and width from `x001/x234/067` or `x001/x234/067.p/112`.

    Raises:
        AddressError: it is not the one spelling of any tile.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise AddressError("not the address of a tile")
    n = int(re.sub(r"[x/]", "", found[1]))
    width = int(found[2]) if found[2] else merkle.WIDTH
    if width > merkle.WIDTH - bool(found[2]) or address(n) != found[1]:
        raise AddressError("not the one spelling of a tile")
    return n, width


def address(n: int, width: int = merkle.WIDTH) -> str:
    """Return the address of a tile by its number. Source: C2SP tlog-tiles."""
    thousands, last = divmod(n, 1000)
    parts = [f"{last:03d}"]
    while thousands:
        thousands, part = divmod(thousands, 1000)
        parts.append(f"x{part:03d}")
    return "/".join(reversed(parts)) + ("" if width == merkle.WIDTH else f".p/{width}")


def read_tiles(connection: Connection[Any], tiles: Iterable[Tile]) -> dict[Tile, bytes]:
    """Return those of some tiles that are stored."""
    wanted = list(tiles)
    with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
        cursor.execute(_TILES, _columns(wanted))
        return _found(cursor.fetchall())


class LogReader:
    """Serves one log to whoever reads it. `quorum`: how many witnesses a checkpoint needs."""

    def __init__(self, pool: Pool, *, quorum: int = 0) -> None:
        self._pool = pool
        self._quorum = quorum

    async def checkpoint(self) -> Published | None:
        """Return the latest checkpoint that has its quorum, with its cosignatures."""
        async with self._pool.connection() as connection:
            return await self._checkpoint(connection)

    async def tile(self, level: int, n: int, width: int) -> bytes | None:
        """Return the first `width` hashes of a tile, or None where it has not so many."""
        async with self._pool.connection() as connection:
            data = (await _tiles(connection, [(level, n)])).get((level, n), b"")
        wanted = width * merkle.HASH_BYTES
        return data[:wanted] if len(data) >= wanted else None

    async def entries(self, n: int, width: int) -> bytes | None:
        """Return the first `width` entries of a bundle, or None where it has not so many."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT data FROM ledger.tlog_bundle WHERE n = %s", [n], binary=True
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        entries = leaf.unpack(bytes(row[0]))
        return leaf.pack(entries[:width]) if len(entries) >= width else None

    async def proof(self, index: int) -> str | None:
        """Return the proof that a leaf is in the log, or None where no checkpoint covers it."""
        _, proofs = await self.proofs([index])
        return proofs.get(index)

    async def proofs(self, indexes: Sequence[int]) -> tuple[Published | None, dict[int, str]]:
        """Return the latest checkpoint, and proofs under it of those leaves that it covers."""
        async with self._pool.connection() as connection:
            published = await self._checkpoint(connection)
            size = 0 if published is None else published.size
            paths = {i: merkle.inclusion(i, size) for i in indexes if 0 <= i < size}
            needed = merkle.tiles_for(one for path in paths.values() for one in path)
            tiles = await _tiles(connection, needed) if needed else {}
        if published is None:
            return None, {}
        proofs = {
            index: proof_text(
                index, [merkle.range_hash(tiles, one) for one in path], published.note
            )
            for index, path in paths.items()
        }
        return published, proofs

    async def first_cosigned(self, indexes: Sequence[int]) -> dict[int, str]:
        """Return proofs of leaves under the first cosigned checkpoint over each, where one is.

        A witness's time on that one says by when the leaf was in the log.
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_FIRST, [list(indexes)], prepare=True)
            notes = {index: (size, note) for index, size, note in await cursor.fetchall()}
            paths = {i: merkle.inclusion(i, size) for i, (size, _) in notes.items()}
            needed = merkle.tiles_for(one for path in paths.values() for one in path)
            tiles = await _tiles(connection, needed) if needed else {}
        return {
            index: proof_text(
                index, [merkle.range_hash(tiles, one) for one in path], notes[index][1]
            )
            for index, path in paths.items()
        }

    async def _checkpoint(self, connection: AsyncConnection[Any]) -> Published | None:
        if self._quorum:
            cursor = await connection.execute(_COSIGNED, [self._quorum], prepare=True)
        else:
            cursor = await connection.execute(_LAST, prepare=True)
        row = await cursor.fetchone()
        if row is None:
            return None
        lines = await connection.execute(
            "SELECT line FROM ledger.tlog_cosignature WHERE size = %s ORDER BY witness",
            [row[0]],
            prepare=True,
        )
        return Published(row[0], row[1] + "".join(r[0] for r in await lines.fetchall()))


async def _tiles(connection: AsyncConnection[Any], tiles: Iterable[Tile]) -> dict[Tile, bytes]:
    cursor = await connection.execute(_TILES, _columns(list(tiles)), prepare=True, binary=True)
    return _found(await cursor.fetchall())


def _columns(tiles: list[Tile]) -> list[list[int]]:
    return [[level for level, _ in tiles], [n for _, n in tiles]]


def _found(rows: Iterable[tuple[int, int, bytes]]) -> dict[Tile, bytes]:
    return {(level, n): bytes(data) for level, n, data in rows}
