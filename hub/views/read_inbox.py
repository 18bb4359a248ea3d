"""Reads an agency's notices for an inbox: unread ones, handled ones, referrals that want an answer.

In: an agency. Out: notice rows, and when each came.
Never here: a decision. Each row is decided again before anybody is told of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from contracts.concern import ReferralAccepted, ReferralMade
from contracts.disclosure import DisclosureDecided
from hub.views.read import DUE, HANDLED, NOTICE, NoticeRow

_UNREAD: LiteralString = (
    NOTICE
    + " AND NOT "
    + HANDLED
    + DUE
    + " ORDER BY n.position DESC, n.at DESC, n.jti LIMIT %(limit)s"
)
_HANDLED: LiteralString = (
    NOTICE + " AND " + HANDLED + DUE + " ORDER BY n.position DESC, n.at DESC, n.jti LIMIT %(limit)s"
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
_ANSWERED: LiteralString = """
    SELECT a.jti::text, a.recorded_at / 1000 FROM ledger.header h JOIN ledger.header a
        ON a.subject = h.subject AND a.type = %(answered)s AND a.agency = %(agency)s
        AND a.routing->>'referral' = h.jti::text AND a.routing->>'referred_by' = h.agency
    WHERE h.position = %(position)s AND h.type = %(made)s ORDER BY a.position LIMIT 1
"""
_DECIDED: LiteralString = """
    SELECT a.recorded_at / 1000, a.routing->>'officer', EXISTS (
        SELECT FROM jsonb_array_elements(a.facts) AS f
        WHERE f->>1 = 'person_decided' AND f->>2 = 'share')
    FROM ledger.header a
    WHERE a.type = %(decided)s AND a.routing->>'request' = %(request)s AND a.agency = %(agency)s
    ORDER BY a.position
"""
_OPEN_REFERRALS: LiteralString = (
    NOTICE + _UNANSWERED + DUE + " ORDER BY n.position, n.jti LIMIT %(limit)s"
)
_NAMES: Final = {"made": ReferralMade.TYPE, "answered": ReferralAccepted.TYPE}


@dataclass(frozen=True, slots=True)
class Answered:
    """That a referral was answered: by which event, and when, in seconds."""

    jti: str
    at: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that an agency took on a request."""

    at: int
    """When it was recorded, in seconds."""
    officer: str | None
    shares: bool


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


async def answered(connection: AsyncConnection[Any], agency: str, position: int) -> Answered | None:
    """Return how an agency answered a referral made to it; None where it has not."""
    cursor = await connection.execute(
        _ANSWERED, {**_NAMES, "agency": agency, "position": position}, prepare=True
    )
    row = await cursor.fetchone()
    return None if row is None else Answered(*row)


async def decisions(connection: AsyncConnection[Any], agency: str, request: str) -> list[Decided]:
    """Return what an agency decided on a request, in order; the last one counts."""
    wanted = {"agency": agency, "request": request, "decided": DisclosureDecided.TYPE}
    cursor = await connection.execute(_DECIDED, wanted, prepare=True)
    return [Decided(*row) for row in await cursor.fetchall()]


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
