"""Reads items by position or by class, for notices that point to them and for stated requests.

In: positions; a subject and classes. Out: candidates. Never here: an entitlement; callers decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection

from hub.views.read import Candidate, Cursor

_ADDRESSED = 10
_CANDIDATE: LiteralString = (
    "SELECT i.position, i.jti::text, i.type, i.agency, i.occurred_at, i.recorded_at, i.categories,"
    " i.setting, i.case_ref, i.class_id, c.addressed, c.facts, 0, NULL FROM views_v1.item i"
    " JOIN views_v1.item_class c USING (class_id)"
)
_AT: LiteralString = _CANDIDATE + " WHERE i.position = ANY(%s)"
_OF: LiteralString = (
    _CANDIDATE + " WHERE i.subject = %(subject)s::uuid AND i.class_id = ANY(%(classes)s)"
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
    cursor = await connection.execute(_OF, {**values, "limit": limit}, prepare=True)
    return [_candidate(row) for row in await cursor.fetchall()]


async def items_at(
    connection: AsyncConnection[Any], positions: Sequence[int]
) -> dict[int, Candidate]:
    """Return the items at these positions; one that is no item of a case file is left out."""
    cursor = await connection.execute(_AT, [list(positions)], prepare=True)
    return {row[0]: _candidate(row) for row in await cursor.fetchall()}


def _candidate(row: Sequence[Any]) -> Candidate:
    values = list(row)
    values[_ADDRESSED] = tuple(values[_ADDRESSED])
    return Candidate(*values)
