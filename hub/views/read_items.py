"""Reads items by position or by class, for notices that point to them and for stated requests.

In: positions; a subject and classes. Out: candidates. Never here: an entitlement; callers decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from psycopg import AsyncConnection

from hub.views.days import ends_at
from hub.views.read import ITEM, Candidate, Cursor, items

_AT: LiteralString = ITEM + (
    "0, NULL FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
    " WHERE i.position = ANY(%(positions)s)"
)
_OF: LiteralString = ITEM + (
    "0, NULL FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
    " WHERE i.subject = %(subject)s::uuid AND i.class_id = ANY(%(classes)s)"
    " AND (i.occurred_at, i.position) > (%(at)s, %(place)s)"
    " ORDER BY i.occurred_at, i.position LIMIT %(limit)s"
)
_NEWEST: LiteralString = (
    " AND i.type = ANY(%(types)s) AND i.recorded_at < %(known)s"
    " ORDER BY i.occurred_at DESC, i.position DESC LIMIT %(limit)s"
)
_NEWEST_ENTITLED: LiteralString = (
    ITEM + "e.mask, e.decision_id FROM views_v1.item i"
    " JOIN views_v1.item_class c USING (class_id)"
    " JOIN views_v1.entitlement e ON e.subject = i.subject AND e.class_id = i.class_id"
    " AND e.agency = %(agency)s WHERE i.subject = %(subject)s::uuid" + _NEWEST
)
_NEWEST_OF: LiteralString = (
    ITEM + "0, NULL FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
    " WHERE i.subject = %(subject)s::uuid AND i.class_id = ANY(%(classes)s)" + _NEWEST
)
_CLASSES: LiteralString = (
    "SELECT c.class_id, c.poster, c.addressed, c.facts FROM views_v1.subject_class s"
    " JOIN views_v1.item_class c USING (class_id)"
    " WHERE s.subject = %(subject)s::uuid AND s.items > 0"
    " AND (%(poster)s::text IS NULL OR c.poster = %(poster)s) ORDER BY c.class_id"
)


@dataclass(frozen=True, slots=True)
class ClassOfItems:
    """Items of a subject about which every question has one answer."""

    id: int
    poster: str
    addressed: tuple[str, ...]
    facts: Mapping[str, str]


async def classes_of(
    connection: AsyncConnection[Any], subject: str, *, poster: str | None = None
) -> list[ClassOfItems]:
    """Return the classes of a subject's items: a handful, however many items there are.

    With a poster, only of the items that it posted.
    """
    cursor = await connection.execute(
        _CLASSES, {"subject": subject, "poster": poster}, prepare=True
    )
    return [ClassOfItems(row[0], row[1], tuple(row[2]), row[3]) for row in await cursor.fetchall()]


async def items_of(
    connection: AsyncConnection[Any],
    subject: str,
    classes: Sequence[int],
    *,
    after: Cursor | None,
    limit: int,
) -> list[Candidate]:
    """Return a page of a subject's items in some classes, the newest last; `entitled` is 0."""
    at, place = after or (-(2**62), 0)
    values = {"subject": subject, "classes": list(classes), "at": at, "place": place}
    return await items(connection, _OF, {**values, "limit": limit})


async def newest(
    connection: AsyncConnection[Any],
    subject: str,
    types: Sequence[str],
    *,
    agency: str,
    classes: Sequence[int] | None,
    as_known_on: date | None,
    limit: int,
) -> list[Candidate]:
    """Return a subject's newest items of some types, the newest first.

    Args:
        connection: any role that may read the views.
        subject: a subject's id.
        types: event types.
        agency: who asks; only what it may ask for.
        classes: for a stated request, the classes that are open to it instead.
        as_known_on: leave out what was recorded after this day.
        limit: at most how many.
    """
    values: dict[str, Any] = {
        "subject": subject,
        "types": list(types),
        "known": 2**62 if as_known_on is None else ends_at(as_known_on) * 1000,
        "limit": limit,
    }
    if classes is None:
        return await items(connection, _NEWEST_ENTITLED, {**values, "agency": agency})
    return await items(connection, _NEWEST_OF, {**values, "classes": list(classes)})


async def items_at(
    connection: AsyncConnection[Any], positions: Sequence[int]
) -> dict[int, Candidate]:
    """Return the items at these positions; one that is no item of a case file is left out."""
    found = await items(connection, _AT, {"positions": list(positions)})
    return {item.position: item for item in found}
