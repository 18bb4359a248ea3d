"""Errands: what an officer said they look for somebody for, kept while they read what was found.

In: a purpose and a reason, and the recorded answer to a search. Out: an Errand, to its officer.
Never here: what was typed into the search; another officer's errand.

A page about a subject is opened on an errand. So a purpose stands in no address, where a link
could state it for whoever follows it; and what is asked about one is not asked about another.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from psycopg.rows import dict_row

from contracts.subject import Purpose
from hub.clock import Clock, seconds
from hub.ledger.read import Pool
from hub.web.who import Officer

KEPT_S: Final = 86_400
REASONS: Final[Mapping[str, str]] = {
    "new-concern": "A new concern came in",
    "open-enquiry": "An enquiry is open",
    "asked-by-another": "Another agency asked us",
    "before-contact": "Before a visit, a call or an appointment",
    "meeting": "A meeting or a review of the case",
    "danger": "Somebody may be in danger now",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One search, and what came of it."""

    id: UUID
    purpose: Purpose
    reason: str
    emergency: bool
    found: Sequence[Mapping[str, Any]]
    """As it was answered: ids, in which fields they agree, to whom they are known."""
    refused: Sequence[str]
    """Why it was refused, in words; empty where it was answered."""

    def about(self, subject: UUID) -> Mapping[str, Any] | None:
        """Return what was found of a subject, if they were among those found."""
        return next((one for one in self.found if one["id"] == str(subject)), None)


class Errands:
    """Keeps errands in the database."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def begin(self, errand: Errand, officer: Officer) -> None:
        """Keep an errand, and drop those of yesterday."""
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            await connection.execute(
                "DELETE FROM ops.web_errand WHERE started_at < %s", [now - KEPT_S]
            )
            await connection.execute(
                "INSERT INTO ops.web_errand (id, agency, user_ref, purpose, reason, emergency,"
                " found, refused, started_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    errand.id, officer.agency.slug, officer.user, errand.purpose, errand.reason,
                    errand.emergency, json.dumps(list(errand.found)),
                    json.dumps(list(errand.refused)), now,
                ],
            )  # fmt: skip

    async def of(self, errand: UUID, officer: Officer) -> Errand | None:
        """Return an officer's own errand of the last day."""
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(
                "SELECT id, purpose, reason, emergency, found, refused FROM ops.web_errand"
                " WHERE id = %s AND agency = %s AND user_ref = %s AND started_at >= %s",
                [errand, officer.agency.slug, officer.user, seconds(self._clock) - KEPT_S],
                prepare=True,
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        return Errand(
            id=row["id"],
            purpose=cast("Purpose", row["purpose"]),
            reason=row["reason"],
            emergency=row["emergency"],
            found=row["found"],
            refused=row["refused"],
        )
