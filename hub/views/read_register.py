"""What officers ask of the register: every answer, given or refused, and who saw what.

In: filters, a subject's id. Out: register rows, each with the items its answer held.
Never here: content, or a lawful delay in telling the subject (audit).
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from hub.views.register_pages import NAMED, Order, page_of


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
_THEIRS: LiteralString = (
    " WHERE r.subject = %(subject)s::uuid OR r.position IN ("
    " SELECT d.disclosure_position FROM views_v1.disclosed_item d"
    " JOIN views_v1.item i ON i.position = d.item_position WHERE i.subject = %(subject)s::uuid)"
    " ORDER BY r.position"
)
_SAW: LiteralString = _ENTRY + _THEIRS
_FIRST: Final = {"oldest": 0, "newest": 2**53, "agency": 2**53}
"""Where each order begins."""


async def register_rows(
    connection: AsyncConnection[Any],
    wanted: RegisterFilter | None = None,
    *,
    order: Order = "oldest",
    past: int | None = None,
    agency: str = "",
    limit: int = 100,
) -> list[RegisterEntry]:
    """Return a page of the register.

    Args:
        connection: one that may read.
        wanted: which entries; without it, all.
        order: as they were recorded, the newest first, or by agency, each agency's newest first.
        past: the position of the last entry of the page before; without it, the first page.
        agency: by agency, the slug of that entry's.
        limit: how many at most.
    """
    wanted = wanted or RegisterFilter()
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    rule, _, version = (wanted.rule or "").partition("@")
    values |= {"rule": rule, "version": version or None, "after": agency, "limit": limit}
    values["past"] = _FIRST[order] if past is None else past
    named = frozenset(name for name in NAMED if values[name] is not None)
    return await _entries(connection, page_of(order, named, _ENTRY), values)


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
