"""Reads which events of some types were recorded in a span of time, a page at a time.

In: event types, instants. Out: positions, types and subjects. Never here: content, a count.

A span goes by when the hub recorded something: nothing can be added to one that is over.
"""

from collections.abc import Sequence
from typing import Any, LiteralString, NamedTuple

from psycopg import AsyncConnection

_PAGE: LiteralString = """
    SELECT h.position, h.type, coalesce(h.routing->>'subject', h.subject::text), h.kind
    FROM ledger.header h
    WHERE h.position > %s AND h.recorded_at >= %s AND h.recorded_at < %s AND h.type = ANY(%s)
      AND (h.routing->>'about' = 'adult' OR h.routing->>'channel' = 'disclosure')
    ORDER BY h.position LIMIT %s
"""


class Recorded(NamedTuple):
    """One event of the span."""

    position: int
    type_uri: str
    subject: str | None
    kind: str


async def recorded_between(
    connection: AsyncConnection[Any],
    types: Sequence[str],
    since_s: int,
    until_s: int,
    *,
    after: int,
    limit: int,
) -> list[Recorded]:
    """Return a page of events about adults, and of answers to stated requests."""
    cursor = await connection.execute(
        _PAGE, [after, since_s * 1000, until_s * 1000, list(types), limit], prepare=True
    )
    return [Recorded(*row) for row in await cursor.fetchall()]
