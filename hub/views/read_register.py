"""What officers ask of the register: every answer, given or refused, and who saw what.

In: filters, a subject's id. Out: register rows, each with the items its answer held.
Never here: content, or a lawful delay in telling the subject (audit).
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, LiteralString

from psycopg import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilter:
    """What to look for; None looks for any."""

    jti: str | None = None
    subject: str | None = None
    partner: str | None = None
    user: str | None = None
    rule: str | None = None
    """A rule's id, or a rule with its version: `id@version`."""
    outcome: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    jtis: list[str] | None = None
    """Only these answers."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One answer of the hub."""

    position: int
    partner: str
    pseq: int
    jti: str
    user_ref: str | None
    subject: str | None
    purpose: str
    legal_demand: str
    channel: str
    outcome: str
    rules: tuple[str, ...]
    day: date
    recorded_at_ms: int
    request_id: str | None
    body_digest: str
    rulebook: str
    items: tuple[tuple[int, int], ...]
    """(position, mask of the categories shown) of each item the answer held."""


_RULES, _ITEMS = 10, 16
_ENTRY: LiteralString = """
    SELECT r.position, r.partner, r.pseq, r.jti::text, r.user_ref, r.subject::text, r.purpose,
           r.legal_demand, r.channel, r.outcome, r.rules, r.day, r.recorded_at, r.request_id::text,
           r.body_digest, r.rulebook,
           ARRAY(SELECT ARRAY[d.item_position, d.mask] FROM views_v1.disclosed_item d
                 WHERE d.disclosure_position = r.position ORDER BY d.item_position)
    FROM views_v1.register r
"""
_FOUND: LiteralString = (
    _ENTRY
    + """
    WHERE r.position > %(after)s
      AND (%(jti)s::uuid IS NULL OR r.jti = %(jti)s::uuid)
      AND (%(subject)s::uuid IS NULL OR r.subject = %(subject)s::uuid)
      AND (%(partner)s::text IS NULL OR r.partner = %(partner)s)
      AND (%(user)s::text IS NULL OR r.user_ref = %(user)s)
      AND (%(outcome)s::text IS NULL OR r.outcome = %(outcome)s)
      AND (%(first_day)s::date IS NULL OR r.day >= %(first_day)s)
      AND (%(last_day)s::date IS NULL OR r.day <= %(last_day)s)
      AND (%(rule)s::text IS NULL OR EXISTS (
          SELECT FROM unnest(r.rules) AS x WHERE x = %(rule)s OR split_part(x, '@', 1) = %(rule)s))
      AND (%(jtis)s::uuid[] IS NULL OR r.jti = ANY(%(jtis)s::uuid[]))
    ORDER BY r.position LIMIT %(limit)s
"""
)
_LATEST: LiteralString = _FOUND.replace(
    "r.position > %(after)s", "r.position < %(before)s"
).replace("ORDER BY r.position", "ORDER BY r.position DESC")
# Within one agency the newest come first, as everywhere else.
_BY_AGENCY: LiteralString = _FOUND.replace(
    "r.position > %(after)s",
    "(r.partner > %(agency)s OR (r.partner = %(agency)s AND r.position < %(before)s))",
).replace("ORDER BY r.position", "ORDER BY r.partner, r.position DESC")
_THEIRS: LiteralString = (
    " WHERE r.subject = %(subject)s::uuid OR r.position IN ("
    " SELECT d.disclosure_position FROM views_v1.disclosed_item d"
    " JOIN views_v1.item i ON i.position = d.item_position WHERE i.subject = %(subject)s::uuid)"
    " ORDER BY r.position"
)
_SAW: LiteralString = _ENTRY + _THEIRS


async def register_rows(
    connection: AsyncConnection[Any],
    filters: RegisterFilter | None = None,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[RegisterEntry]:
    """Return a page of the register in ledger order, past position `after`."""
    wanted = filters or RegisterFilter()
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return await _entries(connection, _FOUND, {**values, "after": after, "limit": limit})


async def latest_rows(
    connection: AsyncConnection[Any], wanted: RegisterFilter, *, before: int, limit: int
) -> list[RegisterEntry]:
    """Return a page of the register, newest first, from before position `before` on."""
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return await _entries(connection, _LATEST, {**values, "before": before, "limit": limit})


async def agency_rows(
    connection: AsyncConnection[Any],
    wanted: RegisterFilter,
    *,
    past: tuple[str, int],
    limit: int,
) -> list[RegisterEntry]:
    """Return a page of the register by agency, each agency's newest first.

    Args:
        connection: one that may read.
        wanted: which entries.
        past: the agency's slug and the position of the last entry of the page before.
        limit: how many at most.
    """
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    agency, before = past
    return await _entries(
        connection, _BY_AGENCY, {**values, "agency": agency, "before": before, "limit": limit}
    )


async def who_saw(connection: AsyncConnection[Any], subject: str) -> list[RegisterEntry]:
    """Return every answer that was about a subject or held an item of theirs, refusals included.

    An entry's `items` are all that the answer held, of whatever subject.
    """
    return await _entries(connection, _SAW, {"subject": subject})


async def _entries(
    connection: AsyncConnection[Any], statement: LiteralString, values: dict[str, Any]
) -> list[RegisterEntry]:
    cursor = await connection.execute(statement, values, prepare=True)
    found = []
    for row in await cursor.fetchall():
        columns = list(row)
        columns[_RULES] = tuple(columns[_RULES])
        columns[_ITEMS] = tuple((position, shown) for position, shown in columns[_ITEMS])
        found.append(RegisterEntry(*columns))
    return found
