"""Reads items by position or by class, for notices that point to them and for stated requests.

In: positions; a subject and classes. Out: candidates. Never here: an entitlement; callers decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection

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
_CLASSES: LiteralString = (
    "SELECT c.class_id, c.poster, c.addressed, c.facts FROM views_v1.subject_class s"
    " JOIN views_v1.item_class c USING (class_id) WHERE s.subject = %s::uuid AND s.items > 0"
    " ORDER BY c.class_id"
)


@dataclass(frozen=True, slots=True)
class ClassOfItems:
    """Items of a subject about which every question has one answer."""

    id: int
    poster: str
    addressed: tuple[str, ...]
    facts: Mapping[str, str]


async def classes_of(connection: AsyncConnection[Any], subject: str) -> list[ClassOfItems]:
    """Return the classes of a subject's items: a handful, however many items there are."""
    cursor = await connection.execute(_CLASSES, [subject], prepare=True)
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


async def items_at(
    connection: AsyncConnection[Any], positions: Sequence[int]
) -> dict[int, Candidate]:
    """Return the items at these positions; one that is no item of a case file is left out."""
    found = await items(connection, _AT, {"positions": list(positions)})
    return {item.position: item for item in found}
