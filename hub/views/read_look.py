"""Reads what a look at somebody needs, in one round trip: a page of items, facts, the setting.

In: a subject, an agency, a page, keys. Out: Looked. Never here: a decision; the desk decides.

One statement, so that all of it belongs to one moment, and because asking costs more than finding:
most of a round trip's time is two processes waking each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection

from hub.views.read import ENTITLED, ITEM_COLUMNS, Candidate, candidate_of

# Each key is looked up by its index, however many rows a plan expects; and one that is not there
# gives no row, so that somebody of whom much is on record is read in the time of one who is nobody.
_PAGE: LiteralString = "WITH page AS MATERIALIZED (" + ENTITLED + ")"
_ASKED: LiteralString = """
    , asked AS (
        SELECT unnest(%(keys)s::text[]) AS key
        UNION SELECT 'i:' || agency || ':' || jti FROM page
        UNION SELECT 'a:' || agency FROM page)
"""
_HELD: LiteralString = """
    SELECT json_object_agg(a.key, json_build_array(f.position, f.held))
    FROM asked a CROSS JOIN LATERAL (
        SELECT s.position, (SELECT json_object_agg(c.fact, c.value) FROM ledger.fact_current c
            WHERE c.key = s.key AND (c.expires_at IS NULL OR c.expires_at > %(now)s)) AS held
        FROM ledger.fact_scope s WHERE s.key = a.key OFFSET 0) AS f
"""
_ROWS: LiteralString = (
    "SELECT json_agg(json_build_array(" + ITEM_COLUMNS + ", mask, decision_id)"  # noqa: S608 - of literals
    " ORDER BY occurred_at, position) FROM page"
)
_SETTING: LiteralString = (
    "SELECT setting FROM views_v1.setting_subject WHERE subject = %(subject)s::uuid"
)
_LOOK: LiteralString = (
    _PAGE + _ASKED + "SELECT (" + _ROWS + "), (" + _HELD + "), (" + _SETTING + ")"
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A page of what an agency may ask for, and what is on record under each key it rests on."""

    candidates: list[Candidate]
    held: Mapping[str, tuple[int, Mapping[str, str] | None]]
    """By key, the last position at which anything changed, and the facts."""
    setting: str | None
    """The location id of a subject that is a care setting."""


async def looked(
    connection: AsyncConnection[Any], page: Mapping[str, Any], keys: Sequence[str], now_s: int
) -> Looked:
    """Return a page (`hub.views.read.page_of`), with the facts under `keys` and of its items.

    A fact past its end is not on record.
    """
    values = {**page, "keys": list(keys), "now": now_s}
    cursor = await connection.execute(_LOOK, values, prepare=True)
    ((rows, held, setting),) = await cursor.fetchall()
    return Looked([candidate_of(row) for row in rows or ()], held or {}, setting)
