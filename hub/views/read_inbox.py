"""Reads an agency's notices for an inbox: unread ones, handled ones, referrals that want an answer.

In: an agency. Out: notice rows, and when each came.
Never here: a decision. Each row is decided again before anybody is told of it.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from contracts.concern import ReferralAccepted, ReferralMade
from hub.views.read import DUE, NOTICE, NoticeRow

_UNREAD: LiteralString = (
    NOTICE
    + " AND NOT EXISTS (SELECT FROM ops.notice_ack a WHERE a.agency = n.agency AND a.jti = n.jti)"
    + DUE
    + " ORDER BY n.position DESC, n.at DESC, n.jti LIMIT %(limit)s"
)
_HANDLED: LiteralString = (
    NOTICE
    + " AND EXISTS (SELECT FROM ops.notice_ack a WHERE a.agency = n.agency AND a.jti = n.jti)"
    + DUE
    + " ORDER BY n.position DESC, n.at DESC, n.jti LIMIT %(limit)s"
)
_ONE: LiteralString = NOTICE + " AND n.jti = %(jti)s" + DUE
_UNANSWERED: LiteralString = """
      AND n.cause = 'item' AND n.type = %(made)s
      AND EXISTS (
          SELECT FROM ledger.header h WHERE h.position = n.item_position
          AND h.routing->>'to' = n.agency
          AND NOT EXISTS (
              SELECT FROM ledger.header a WHERE a.subject = h.subject AND a.agency = n.agency
              AND a.type = %(answered)s AND a.routing->>'referral' = h.jti::text
              AND a.routing->>'referred_by' = h.agency))
"""
_OPEN_REFERRALS: LiteralString = (
    NOTICE + _UNANSWERED + DUE + " ORDER BY n.position, n.jti LIMIT %(limit)s"
)
_NAMES: Final = {"made": ReferralMade.TYPE, "answered": ReferralAccepted.TYPE}


async def unread(connection: AsyncConnection[Any], agency: str, limit: int) -> list[NoticeRow]:
    """Return an agency's unread notices, the newest first."""
    return await _rows(connection, _UNREAD, {"agency": agency, "limit": limit})


async def handled(connection: AsyncConnection[Any], agency: str, limit: int) -> list[NoticeRow]:
    """Return the newest notices that an agency has handled."""
    return await _rows(connection, _HANDLED, {"agency": agency, "limit": limit})


async def one(connection: AsyncConnection[Any], agency: str, jti: UUID) -> NoticeRow | None:
    """Return one of an agency's notices."""
    found = await _rows(connection, _ONE, {"agency": agency, "jti": jti})
    return found[0] if found else None


async def open_referrals(
    connection: AsyncConnection[Any], agency: str, limit: int
) -> list[NoticeRow]:
    """Return the notices of referrals made to an agency that it has not answered, oldest first."""
    return await _rows(connection, _OPEN_REFERRALS, {**_NAMES, "agency": agency, "limit": limit})


async def recorded_at(connection: AsyncConnection[Any], positions: Sequence[int]) -> dict[int, int]:
    """Return when some positions were recorded, in seconds."""
    cursor = await connection.execute(
        "SELECT position, recorded_at FROM ledger.header WHERE position = ANY(%s)",
        [list(positions)],
        prepare=True,
    )
    return {row[0]: row[1] // 1000 for row in await cursor.fetchall()}


async def _rows(
    connection: AsyncConnection[Any], statement: LiteralString, values: dict[str, Any]
) -> list[NoticeRow]:
    cursor = await connection.execute(statement, values, prepare=True)
    return [NoticeRow(*row) for row in await cursor.fetchall()]
