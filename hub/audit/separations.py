"""Separates two people who were taken for one: by two officers, as an event of the hub.

In: a subject, the items and identifiers that are not theirs. Out: an Answer, recorded.
Never here: an item moved to somebody else (its poster posts it again), or an identifier kept.

An identifier given with another person's, once, leads to that person for good: the hub joins two
people only that way, and nobody but an officer can say that it was wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from contracts.integrity import RestatedFact, SubjectsSeparated
from hub.audit.readings import By, given
from hub.clock import Clock, seconds, utc_text
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.interest import barred
from hub.disclosure.opening import Opener
from hub.ledger.frontdoor import Own, canonical, subject_sub_id
from hub.ledger.read import Pool, facts
from hub.ledger.record import Guard, StaleError, UnknownSubjectError, relation_key, subject_key

MAX_TRIES: Final = 5
_DAY_S: Final = 86_400
_PLACES: LiteralString = (
    "SELECT h.position FROM ledger.header h"
    " JOIN unnest(%s::text[], %s::uuid[]) AS x(agency, jti) USING (agency, jti)"
    " WHERE h.subject = %s AND h.agency <> 'hub'"
)
# What the items stated and nothing has stated since, with what was stated before by another.
_STATED: LiteralString = """
    SELECT c.key, c.fact, c.value, b.value, b.ends FROM ledger.fact_current c
    LEFT JOIN LATERAL (
        SELECT f->>2 AS value, (f->>3)::bigint AS ends
        FROM ledger.header h CROSS JOIN jsonb_array_elements(h.facts) AS f
        WHERE h.subject = %(subject)s AND h.position <> ALL(%(places)s)
          AND f->>0 = c.key AND f->>1 = c.fact
        ORDER BY h.position DESC LIMIT 1) AS b ON true
    WHERE c.position = ANY(%(places)s) AND c.fact <> 'subject_kind'
      AND (c.key = 's:' || %(subject)s::text OR c.key LIKE 'r:' || %(subject)s::text || ':%%')
    ORDER BY c.key, c.fact
"""


class SeparationError(Exception):
    """This officer may not separate these. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What is not the subject's: items by poster and jti, identifiers by kind and value."""

    approved_by: str
    reason: str
    items: tuple[tuple[str, UUID], ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


class Separations:
    """Takes the officers' word. Each is an event of the hub, and a recorded answer."""

    def __init__(self, *, desk: Desk, pool: Pool, opener: Opener, clock: Clock) -> None:
        self._desk = desk
        self._pool = pool
        self._opener = opener
        self._clock = clock

    async def separate(
        self, agency: str, user: str | None, subject: UUID, wrong: Separation
    ) -> Answer:
        """Put on record that items and identifiers are not a subject's.

        Raises:
            SeparationError: it takes two officers without an interest, and items of this subject.
            UnknownSubjectError: the hub knows nobody by this id.
            StaleError: what is known of the subject keeps changing.
            LedgerError: it could not be recorded.
        """
        if user is None or user == wrong.approved_by:
            raise SeparationError("Hub-User names one officer, and another one approves")
        if not (wrong.items or wrong.identifiers):
            raise SeparationError("nothing is named that is not the subject's")
        macs = await self._opener.blind(wrong.identifiers) if wrong.identifiers else []
        for _ in range(MAX_TRIES):
            said, guard = await self._said(agency, user, subject, wrong)
            payload = SubjectsSeparated.model_validate(
                {**said, "identifiers": tuple(sorted({mac.hex() for mac in macs}))}
            )
            try:
                record = await self._desk.door.say(
                    Own(payload, subject_sub_id(subject), guards=(guard,))
                )
            except StaleError:
                continue
            body = {
                "separated": str(record.jti),
                "items": len(payload.items),
                "officers": list(payload.approved_by),
                "recorded": utc_text(record.recorded_at_ms // 1000),
            }
            by = By(agency, user)
            return await given(self._desk, by, "separation", canonical(body), subject)
        raise StaleError("the facts keep changing")

    async def _said(
        self, agency: str, user: str, subject: UUID, wrong: Separation
    ) -> tuple[dict[str, Any], Guard]:
        """Return what is to be recorded, and what it rests on."""
        about, mine = subject_key(subject), relation_key(subject, agency)
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            known = await facts(connection, [about, mine], now)
            kind = known.facts.get(about, {}).get("subject_kind")
            if kind is None:
                raise UnknownSubjectError("no such subject")
            for officer in (user, wrong.approved_by):
                if barred(known.facts.get(mine, {}), officer):
                    raise SeparationError("an officer has an interest of their own")
            places = await _places(connection, subject, wrong)
            restated = await _restated(connection, subject, places, now)
        return {
            "about": kind,
            "approved_by": (user, wrong.approved_by),
            "reason": wrong.reason,
            "items": tuple({"agency": by, "item": str(jti)} for by, jti in wrong.items),
            "restated": restated,
        }, Guard(about, known.positions[about])


async def _places(connection: AsyncConnection[Any], subject: UUID, wrong: Separation) -> list[int]:
    named = [by for by, _ in wrong.items], [jti for _, jti in wrong.items]
    rows = await (await connection.execute(_PLACES, [*named, subject])).fetchall()
    if len(rows) != len(set(wrong.items)) or len(rows) != len(wrong.items):
        raise SeparationError("an item is not one that was posted about this subject")
    return [row[0] for row in rows]


async def _restated(
    connection: AsyncConnection[Any], subject: UUID, places: Sequence[int], now: int
) -> tuple[RestatedFact, ...]:
    """Return each fact that only these items state now, as it was before them, or ended."""
    cursor = await connection.execute(_STATED, {"subject": subject, "places": list(places)})
    found = []
    for key, name, value, before, ends in await cursor.fetchall():
        days = None if ends is None else max(0, (ends - now) // _DAY_S)
        found.append(
            RestatedFact(
                name=name,
                value=value if before is None else before,
                agency=key.split(":", 2)[2] if key.startswith("r:") else None,
                lasts_days=0 if before is None else days,
            )
        )
    return tuple(found)
