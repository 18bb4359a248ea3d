"""Reads who has which part in a subject's case, for those who must be told of something.

In: a subject's id, the time. Out: agencies. Never here: whether one may be told; the desk decides.
"""

from typing import Any, LiteralString

from psycopg import AsyncConnection

_LEADS: LiteralString = (
    "SELECT agency FROM views_v1.fact WHERE subject = %s::uuid AND fact = 'role_on_case'"
    " AND value = 'lead' AND agency IS NOT NULL AND (expires_at IS NULL OR expires_at > %s)"
    " ORDER BY agency"
)


async def leads_of(connection: AsyncConnection[Any], subject: str, now_s: int) -> list[str]:
    """Return the agencies that lead a subject's case."""
    cursor = await connection.execute(_LEADS, [subject, now_s], prepare=True)
    return [row[0] for row in await cursor.fetchall()]
