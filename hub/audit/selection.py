"""Selects what evidence is about: answers, acknowledgements, statements, and everybody's keys.

In: a scope, a connection. Out: whole rows by position. Never here: a row opened, a row written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from contracts.disclosure import RecipientAcknowledged
from contracts.governance import OfficerReview
from hub.clock import LONDON

MOST: Final = 5_000
Row = Mapping[str, Any]

# An answer belongs to a subject or a case if it was about it, or held one of its items.
_ANSWERS: Final[LiteralString] = """
    SELECT h.position, h.jti::text AS jti, h.routing FROM ledger.header h
    WHERE h.kind = 'disclosure'
      AND (%(disclosure)s::uuid IS NULL OR h.jti = %(disclosure)s)
      AND (%(first)s::bigint IS NULL OR h.recorded_at >= %(first)s)
      AND (%(last)s::bigint IS NULL OR h.recorded_at < %(last)s)
      AND ((%(subject)s::text IS NULL AND %(case)s::text IS NULL)
           OR h.routing->>'subject' = %(subject)s
           OR EXISTS (SELECT FROM jsonb_array_elements(h.routing->'items') AS i
                      JOIN ledger.header s ON s.position = (i->>'position')::bigint
                      WHERE s.subject = %(subject)s::uuid OR s.routing->>'case' = %(case)s))
    ORDER BY h.position LIMIT %(most)s
"""
_STATEMENTS: Final[LiteralString] = """
    SELECT h.position FROM ledger.header h WHERE h.kind = 'event'
      AND (h.subject = %(subject)s::uuid OR h.routing->>'case' = %(case)s)
      AND (%(first)s::bigint IS NULL OR h.recorded_at >= %(first)s)
      AND (%(last)s::bigint IS NULL OR h.recorded_at < %(last)s)
    ORDER BY h.position LIMIT %(most)s
"""
_ABOUT: Final[LiteralString] = """
    SELECT h.position FROM ledger.header h
    WHERE (h.type = %(ack)s AND h.routing->>'dis' = ANY(%(jtis)s))
       OR (h.type = %(review)s AND h.routing->>'of' = ANY(%(jtis)s))
"""
_KEYS: Final[LiteralString] = """
    SELECT k.position FROM ledger.header k WHERE k.kind = 'key' AND k.routing->>'agency' IN (
        SELECT 'hub' UNION SELECT h.agency FROM ledger.header h WHERE h.position = ANY(%(places)s))
"""
_ROWS: Final[LiteralString] = """
    SELECT h.*, e.state, sha256(e.state) AS envelope, k.state AS key_state
    FROM ledger.header h JOIN ledger.events e ON e.notification_id = h.position
    LEFT JOIN ledger.subject_key k ON k.key_id = h.key_id
    WHERE h.position = ANY(%(places)s) ORDER BY h.position
"""


class ScopeError(ValueError):
    """The scope names nothing, or too much for one pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What evidence is about; days are London days, both included."""

    disclosure: UUID | None = None
    subject: UUID | None = None
    case: str | None = None
    since: date | None = None
    until: date | None = None

    def plain(self) -> dict[str, str]:
        """Return what is asked for, as a manifest says it.

        Raises:
            ScopeError: nothing is.
        """
        named = {
            "disclosure": self.disclosure,
            "subject": self.subject,
            "case": self.case,
            "since": self.since,
            "until": self.until,
        }
        said = {name: str(value) for name, value in named.items() if value is not None}
        if not said:
            raise ScopeError("name a disclosure, a subject, a case or a period")
        return said


@dataclass(frozen=True, slots=True)
class Selection:
    """What was found: answers as (position, jti, routing), and every row that belongs to them."""

    answers: tuple[Row, ...]
    statements: frozenset[int]
    """Positions of what agencies said: opened only on an order."""
    rows: tuple[Row, ...]


async def selected(connection: AsyncConnection[Any], scope: Scope) -> Selection:
    """Return what belongs to a scope.

    Raises:
        ScopeError: nothing does, or more than one pack may hold.
    """
    values = {
        "disclosure": scope.disclosure,
        "subject": None if scope.subject is None else str(scope.subject),
        "case": scope.case,
        "first": _midnight_ms(scope.since, 0),
        "last": _midnight_ms(scope.until, 1),
        "most": MOST + 1,
        "ack": RecipientAcknowledged.TYPE,
        "review": OfficerReview.TYPE,
    }
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ANSWERS, values)
        answers = await cursor.fetchall()
        found = await cursor.execute(_STATEMENTS, values)
        said = {row["position"] for row in await found.fetchall()}
        items = {i["position"] for a in answers for i in a["routing"].get("items", ())}
        places = {a["position"] for a in answers} | said | items
        if not places:
            raise ScopeError("there is nothing on record for this")
        found = await cursor.execute(_ABOUT, {**values, "jtis": [a["jti"] for a in answers]})
        places |= {row["position"] for row in await found.fetchall()}
        found = await cursor.execute(_KEYS, {"places": list(places)})
        places |= {row["position"] for row in await found.fetchall()}
        if len(places) > MOST:
            raise ScopeError(f"more than {MOST} leaves: ask for less at a time")
        found = await cursor.execute(_ROWS, {"places": list(places)})
        rows = await found.fetchall()
    stated = {row["position"] for row in rows if row["kind"] == "event"}
    return Selection(tuple(answers), frozenset(stated), tuple(rows))


def _midnight_ms(day: date | None, later: int) -> int | None:
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=later), time(), tzinfo=LONDON)
    return int(midnight.timestamp()) * 1000
