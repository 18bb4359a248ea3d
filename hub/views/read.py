"""What the API asks of the views. Each function is one statement on an async connection.

In: subject ids, an agency, a cursor, London days. Out: frozen rows.
Never here: a decision, a redaction, a write. An entitlement says what may be asked for; the desk
decides before anything leaves.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from psycopg import AsyncConnection

from hub.views.days import ends_at, starts_at

Cursor = tuple[int, int]
"""Where a page ended: (occurred_at, position) of its last item."""
Place = tuple[int, int]
"""Where a notice stands: (position, at). Time may raise more at a position that was told before."""
_START: Cursor = (-(2**62), 0)
_END = 2**62


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that an agency may ask for. `entitled` is the upper bound, as a mask."""

    position: int
    jti: str
    type_uri: str
    posted_by: str
    occurred_at: int
    recorded_at_ms: int
    categories: int
    setting: str | None
    case_ref: str | None
    class_id: int
    addressed: tuple[str, ...]
    facts: Mapping[str, str]
    """The facts of its class: item_kind, item_status and what else is on record of the item."""
    entitled: int
    decision_id: str | None

    @property
    def cursor(self) -> Cursor:
        """Where a page that ends with this item ended."""
        return (self.occurred_at, self.position)


_ADDRESSED = 10
ITEM: LiteralString = (
    "SELECT i.position, i.jti::text, i.type, i.agency, i.occurred_at, i.recorded_at, i.categories,"
    " i.setting, i.case_ref, i.class_id, c.addressed, c.facts, "
)
_PAGE: LiteralString = (
    " WHERE i.subject = %(subject)s::uuid AND (i.occurred_at, i.position) > (%(at)s, %(place)s)"
    " AND i.occurred_at >= %(since)s AND i.occurred_at < %(until)s AND i.recorded_at < %(known)s"
    " ORDER BY i.occurred_at, i.position LIMIT %(limit)s"
)
ITEM_COLUMNS: LiteralString = (
    "position, jti, type, agency, occurred_at, recorded_at, categories,"
    " setting, case_ref, class_id, addressed, facts"
)
ENTITLED: LiteralString = (
    ITEM + "e.mask, e.decision_id FROM views_v1.item i"
    " JOIN views_v1.item_class c USING (class_id)"
    " JOIN views_v1.entitlement e ON e.subject = i.subject AND e.class_id = i.class_id"
    " AND e.agency = %(agency)s" + _PAGE
)


async def candidates(
    connection: AsyncConnection[Any],
    subject: str,
    agency: str,
    *,
    after: Cursor | None = None,
    limit: int = 50,
    since: date | None = None,
    until: date | None = None,
    as_known_on: date | None = None,
) -> list[Candidate]:
    """Return a page of what an agency may ask for about a subject, the newest last.

    Args:
        connection: any role that may read the views.
        subject: a subject's id.
        agency: who asks.
        after: the cursor of the last item of the page before.
        limit: at most how many.
        since: the first day it may have happened on.
        until: the last day it may have happened on.
        as_known_on: leave out what was recorded after this day.
    """
    page = page_of(
        subject, agency, after=after, limit=limit, since=since, until=until, as_known_on=as_known_on
    )
    return await items(connection, ENTITLED, page)


async def settings_of(connection: AsyncConnection[Any], subject: str) -> str | None:
    """Return the location id of a subject that is a care setting."""
    rows = await _rows(
        connection,
        "SELECT setting FROM views_v1.setting_subject WHERE subject = %s::uuid",
        [subject],
    )
    return rows[0][0] if rows else None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice that its agency has not acknowledged."""

    agency: str
    position: int
    cause: str
    subject: str | None
    item_position: int | None
    setting: str | None
    type_uri: str | None
    jti: str
    asked_by: str | None = None
    purpose: str | None = None
    legal_demand: str | None = None
    request: str | None = None
    """For a request that waits for a person: the refusal's own jti. For what is due: its jti."""
    at: int = 0
    due_at: int | None = None
    duty: str | None = None
    whose: str | None = None


NOTICE: LiteralString = """
    SELECT n.agency, n.position, n.cause, n.subject::text, n.item_position, n.setting, n.type,
           n.jti::text, coalesce(g.partner, c.waits), g.purpose, g.legal_demand,
           coalesce(g.jti, c.request)::text, n.at, c.due_at, c.duty, c.agency
    FROM views_v1.notice n
    LEFT JOIN views_v1.clock c ON c.id = n.clock
    LEFT JOIN views_v1.register g ON n.cause = 'request' AND g.position = n.position
    WHERE n.agency = %(agency)s
"""
# A notice is left out once its agency may no longer see what it points to, once what was due is
# done, and while a hold keeps the agency from knowing of the subject or the setting: the notice
# itself would tip it off.
DUE: LiteralString = """
      AND c.ended IS NULL
      AND CASE n.cause
          WHEN 'entitlement' THEN EXISTS (
              SELECT FROM views_v1.entitlement e JOIN views_v1.item_class c USING (class_id)
              WHERE e.subject = n.subject AND e.agency = n.agency AND e.told
                  AND c.poster <> n.agency)
          WHEN 'correction' THEN true
          WHEN 'alarm' THEN true
          ELSE n.item_position IS NULL OR EXISTS (
              SELECT FROM views_v1.item i JOIN views_v1.entitlement e
                  ON e.subject = i.subject AND e.class_id = i.class_id AND e.agency = n.agency
                  AND e.told
              WHERE i.position = n.item_position) END
      AND NOT EXISTS (
          SELECT FROM (SELECT n.subject AS id UNION SELECT s.subject
                       FROM views_v1.setting_subject s
                       WHERE n.cause = 'alarm' AND s.setting = n.setting) AS about
          JOIN views_v1.fact h ON h.key = 's:' || about.id AND h.fact = 'hold'
              AND h.value = 'active'
          JOIN views_v1.fact r ON r.key = 'r:' || about.id || ':' || n.agency
              AND r.fact = 'recipient_implicated' AND r.value = 'yes')
"""
# By its index for each notice, and never joined: a plan that expects one row where thousands were
# acknowledged holds each against each.
HANDLED: LiteralString = (
    "EXISTS (SELECT FROM ops.notice_ack a WHERE a.agency = n.agency AND a.jti = n.jti OFFSET 0)"
)
_UNREAD: LiteralString = (
    NOTICE
    + """ AND (n.position, n.at) > (%(position)s, %(at)s)
      AND NOT """
    + HANDLED
    + DUE
    + " ORDER BY n.position, n.at, n.jti LIMIT %(limit)s"
)


async def notices(
    connection: AsyncConnection[Any], agency: str, *, after: Place = (0, 0), limit: int = 100
) -> list[NoticeRow]:
    """Return the oldest notices an agency has not acknowledged, from past `after`.

    `after` only saves work: a caller that knows that all up to it are acknowledged may say so.
    """
    position, at = after
    values = {"agency": agency, "position": position, "at": at, "limit": limit}
    return [NoticeRow(*row) for row in await _rows(connection, _UNREAD, values)]


async def tracking_position(connection: AsyncConnection[Any]) -> int:
    """Return the last ledger position that the views hold."""
    rows = await _rows(connection, "SELECT position FROM views_v1.tracking", [])
    return int(rows[0][0])


async def wait_for(connection: AsyncConnection[Any], position: int, *, timeout_s: float) -> bool:
    """Wait until the views hold a position; return whether they did in time."""
    pause_s, left_s = 0.005, timeout_s
    while await tracking_position(connection) < position:
        if left_s <= 0:
            return False
        await asyncio.sleep(min(pause_s, left_s))
        left_s -= pause_s
        pause_s = min(pause_s * 1.5, 0.1)
    return True


async def parked(connection: AsyncConnection[Any]) -> list[tuple[int, str, str]]:
    """Return the events no fold could read: position, type, class of error. None is right."""
    rows = await _rows(
        connection, "SELECT position, type, error_class FROM views_v1.parked ORDER BY position", []
    )
    return [(row[0], row[1], row[2]) for row in rows]


def page_of(
    subject: str,
    agency: str,
    *,
    after: Cursor | None,
    limit: int,
    since: date | None,
    until: date | None,
    as_known_on: date | None,
) -> dict[str, Any]:
    """Return a page as the values of a statement that asks for it: see `candidates`."""
    at, place = after or _START
    return {
        "subject": subject,
        "agency": agency,
        "at": at,
        "place": place,
        "limit": limit,
        "since": -_END if since is None else starts_at(since),
        "until": _END if until is None else ends_at(until),
        "known": _END if as_known_on is None else ends_at(as_known_on) * 1000,
    }


async def items(
    connection: AsyncConnection[Any], statement: LiteralString, values: Mapping[str, Any]
) -> list[Candidate]:
    """Return what a statement that begins with ITEM finds."""
    return [candidate_of(row) for row in await _rows(connection, statement, values)]


def candidate_of(row: Sequence[Any]) -> Candidate:
    """Return what a row of a statement that begins with ITEM says."""
    columns = list(row)
    columns[_ADDRESSED] = tuple(columns[_ADDRESSED])
    return Candidate(*columns)


async def _rows(
    connection: AsyncConnection[Any],
    statement: LiteralString,
    values: Mapping[str, Any] | Sequence[Any],
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(statement, values, prepare=True)
    return await cursor.fetchall()
