"""Reads the ledger: headers by position, facts by key. Read-only.

In: positions, keys, a PostgreSQL connection. Out: Headers, facts.
Never here: a write, a decision, a sealed token (the vault reads those).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from contracts.labels import unmask
from hub.ledger.record import Header

Pool: TypeAlias = AsyncConnectionPool[AsyncConnection[Any]]
"""Connections of one event loop, in autocommit, as the role that reads."""
LOOKING: Final = " ".join(
    f"-c {how}"
    for how in (
        "plan_cache_mode=force_generic_plan",
        "enable_seqscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "jit=off",
    )
)
"""How connections are set up that ask the same few questions by key, over and over. By itself
PostgreSQL plans each anew, which takes up to ten times as long as answering it. A plan that is kept
must not be one for the few rows a table had when it was made: so it never goes through a whole
table, and takes row by row from an index."""

_HEADER = (
    "SELECT position, agency, jti, digest, subject, type, kind, occurred_at, recorded_at,"
    " categories, routing, partner, pseq FROM ledger.header"
)
_FACTS = (
    "SELECT s.key, s.position, (SELECT json_object_agg(c.fact, c.value) FROM ledger.fact_current c"
    " WHERE c.key = s.key AND (c.expires_at IS NULL OR c.expires_at > %s))"
    " FROM ledger.fact_scope s WHERE s.key = ANY(%s)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """Facts under some keys, and the last position at which anything under each key changed."""

    facts: Mapping[str, Mapping[str, str]]
    positions: Mapping[str, int]


async def facts(connection: AsyncConnection[Any], keys: Sequence[str], now_s: int) -> Known:
    """Return what is on record under `keys`; a fact past its end is not on record.

    One statement, so that values and positions belong to one moment; one row for each key, so
    that a subject of whom much is on record is read in the time of one who is nobody.
    """
    cursor = await connection.execute(_FACTS, [now_s, list(keys)], prepare=True)
    rows = await cursor.fetchall()
    return known_of(keys, {key: (position, held) for key, position, held in rows})


def known_of(
    keys: Sequence[str], held: Mapping[str, tuple[int, Mapping[str, str] | None]]
) -> Known:
    """Return what is on record under `keys`, of what was found under these and perhaps others."""
    found = {key: held.get(key, (0, None)) for key in keys}
    return Known(
        {key: facts for key, (_, facts) in found.items() if facts},
        {key: position for key, (position, _) in found.items()},
    )


async def header_of(
    connection: AsyncConnection[Any], agency: str | None, jti: UUID
) -> Header | None:
    """Return the header of an event by its poster and jti; `agency` None means any poster."""
    clause = " WHERE jti = %s" + ("" if agency is None else " AND agency = %s")
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_HEADER + clause, [jti] if agency is None else [jti, agency])
        row = await cursor.fetchone()
    return None if row is None else _header(row)


async def subjects_of(
    connection: AsyncConnection[Any], macs: Sequence[bytes]
) -> list[tuple[UUID, frozenset[bytes]]]:
    """Return the subjects behind blinded identifiers, each with those that lead to it.

    Not who was erased, though their key and what led to them are destroyed a moment after the leaf.
    """
    async with connection.cursor() as cursor:
        await cursor.execute(
            "SELECT subject, array_agg(mac) FROM ledger.subject_index i WHERE mac = ANY(%b)"
            " AND NOT EXISTS (SELECT FROM ledger.header h WHERE h.kind = 'shred'"
            "  AND h.routing->>'key_id' = i.subject::text)"
            " GROUP BY subject ORDER BY subject LIMIT 50",
            [list(macs)],
            prepare=True,
        )
        return [(row[0], frozenset(map(bytes, row[1]))) for row in await cursor.fetchall()]


def governance_after(connection: Connection[Any], position: int) -> dict[int, int]:
    """Return where keys' and agencies' events stand after `position`, and when each came (ms)."""
    rows = connection.execute(
        "SELECT position, recorded_at FROM ledger.header"
        " WHERE kind IN ('key', 'policy') AND position > %s ORDER BY position",
        [position],
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def _header(row: Mapping[str, Any]) -> Header:
    return Header(
        position=row["position"],
        agency=row["agency"],
        jti=row["jti"],
        digest=bytes(row["digest"]),
        subject=row["subject"],
        type_uri=row["type"],
        kind=row["kind"],
        occurred_at=row["occurred_at"],
        recorded_at_ms=row["recorded_at"],
        categories=unmask(row["categories"]),
        routing=row["routing"],
        partner=row["partner"],
        pseq=row["pseq"],
    )
