"""Reads items by their position, for notices that point to them.

In: positions. Out: candidates, by position. Never here: an entitlement; the caller decides.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from hub.views.read import Candidate

_ADDRESSED = 10
_AT = (
    "SELECT i.position, i.jti::text, i.type, i.agency, i.occurred_at, i.recorded_at, i.categories,"
    " i.setting, i.case_ref, i.class_id, c.addressed, c.facts, 0, NULL FROM views_v1.item i"
    " JOIN views_v1.item_class c USING (class_id) WHERE i.position = ANY(%s)"
)


async def items_at(
    connection: AsyncConnection[Any], positions: Sequence[int]
) -> dict[int, Candidate]:
    """Return the items at these positions; one that is no item of a case file is left out."""
    cursor = await connection.execute(_AT, [list(positions)], prepare=True)
    found = {}
    for row in await cursor.fetchall():
        values = list(row)
        values[_ADDRESSED] = tuple(values[_ADDRESSED])
        found[row[0]] = Candidate(*values)
    return found
