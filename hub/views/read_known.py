"""Reads what an agency had been shown of a subject by the end of a day, and what came since.

In: a subject, an agency, a day. Out: items with the categories shown, and corrections of them.
Never here: content, or what an agency learned elsewhere: the register knows only the hub's answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from psycopg import AsyncConnection

from contracts.integrity import Corrected, Disputed, Retracted
from hub.views.days import ends_at

# What it posted itself it knew as well, all of it, from when the hub recorded it.
_KNOWN: LiteralString = """
    SELECT i.position, i.jti::text, i.type, i.agency, i.occurred_at, i.recorded_at,
           CASE WHEN i.agency = %(agency)s THEN i.categories ELSE s.mask END,
           s.first_at, s.last_at
    FROM views_v1.item i
    LEFT JOIN LATERAL (
        SELECT bit_or(d.mask) AS mask, min(r.recorded_at) AS first_at, max(r.recorded_at) AS last_at
        FROM views_v1.disclosed_item d
        JOIN views_v1.register r ON r.position = d.disclosure_position
        WHERE d.item_position = i.position AND r.partner = %(agency)s AND r.recorded_at < %(end)s
    ) AS s ON true
    WHERE i.subject = %(subject)s::uuid AND i.recorded_at < %(end)s
      AND (i.agency = %(agency)s OR s.mask IS NOT NULL)
    ORDER BY i.occurred_at, i.position
"""
_CORRECTED: LiteralString = """
    SELECT h.agency, h.routing, h.type, h.position, h.recorded_at FROM ledger.header h
    WHERE h.subject = %(subject)s::uuid AND h.type = ANY(%(types)s) AND h.recorded_at >= %(end)s
    ORDER BY h.position
"""
_TYPES = [kind.TYPE for kind in (Corrected, Disputed, Retracted)]


@dataclass(frozen=True, slots=True)
class KnownItem:
    """One item an agency had seen something of. Instants are milliseconds but for `occurred_at`."""

    position: int
    jti: str
    type_uri: str
    posted_by: str
    occurred_at: int
    recorded_at_ms: int
    mask: int
    first_shown_ms: int | None
    last_shown_ms: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What was said of an item since."""

    type_uri: str
    posted_by: str
    position: int
    recorded_at_ms: int


async def known_by(
    connection: AsyncConnection[Any], subject: str, agency: str, day: date
) -> tuple[list[KnownItem], Mapping[tuple[str, str], list[Correction]]]:
    """Return what an agency knew by the end of a London day, and by (poster, jti) what came since.

    A correction made before the day's end is not listed: the agency was told of it then, or is
    shown the item as it stands.
    """
    values = {"subject": subject, "agency": agency, "end": ends_at(day) * 1000, "types": _TYPES}
    cursor = await connection.execute(_KNOWN, values, prepare=True)
    items = [KnownItem(*row) for row in await cursor.fetchall()]
    cursor = await connection.execute(_CORRECTED, values, prepare=True)
    since: dict[tuple[str, str], list[Correction]] = {}
    for poster, routing, type_uri, position, recorded_at in await cursor.fetchall():
        about = (routing.get("item_by") or poster, routing["item"])
        since.setdefault(about, []).append(Correction(type_uri, poster, position, recorded_at))
    return items, since
