"""A Board's dashboard: counts of whole quarters, by the codes of the adults collection.

In: who asks. Out: an Answer, recorded like any other. Never here: a person, a place, a filter.

What resists differencing: the quarters are fixed and over, there is one set of measures, nothing
can be filtered, and a quarter is published once: the figures of its first reading are kept, so that
neither an erasure nor anything else makes a second set to subtract from the first. Within a set,
`suppress` sees to it that no small count follows from the others.
Source: Care Act 2014 s43 and Sch 2 para 4; the disclosure control of the adults collection.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from contracts.base import Category
from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.clock import Clock, london_day, seconds
from hub.disclosure import measures, quarters
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.opening import Opener
from hub.disclosure.readings import Reading
from hub.disclosure.receipt import digest
from hub.disclosure.suppress import Table, fit_to_publish
from hub.disclosure.weigh import NO_FACTS
from hub.ledger.frontdoor import canonical
from hub.ledger.read import facts
from hub.ledger.record import Guard, agency_key
from hub.rulebook import Decision
from hub.views.days import starts_at
from hub.views.question import facts_of
from hub.views.read_counts import Recorded, recorded_between

BATCH: Final = 500
_ITEM: Final = {"item_kind": "review", "item_status": "live", "aggregate_only": "yes"}
"""What the dashboard is to the rules: counts that the hub states, about nobody."""
_REQUEST: Final = {
    "purpose": "board_assurance",
    "aggregate": "yes",
    "necessary": "yes",
    "legal_demand": "none",
    "emergency": "no",
    "offence_stated": "no",
}


class Dashboard:
    """Answers with counts. A quarter that is over is counted once, for good."""

    def __init__(self, desk: Desk, opener: Opener, clock: Clock) -> None:
        self._desk = desk
        self._opener = opener
        self._clock = clock

    async def show(self, agency: str, user: str | None) -> Answer:
        """Return the last quarters' counts, where the rules show counts to who asks.

        Raises:
            StaleError: who asks has just become another kind of agency; nothing was released.
            LedgerError: it could not be recorded; nothing was released.
        """
        law = self._desk.law.now()
        today = london_day(seconds(self._clock))
        key = agency_key(agency)
        async with self._desk.pool.connection() as connection:
            known = await facts(connection, [key], seconds(self._clock))
            decision = self._decide(agency, known.facts.get(key, NO_FACTS), today, law)
            if not {Category.CONCERN, Category.OUTCOME} <= decision.shown:
                return await self._refused(agency, user, decision, law)
            found = [await self._quarter(connection, first) for first in quarters.over(today)]
        because = law.renderer.because(decision)
        body = canonical({"quarters": found, "because": because})
        said = {**_head(agency, user, body, law), "obligations": decision.obligations}
        guards = tuple(Guard(k, p) for k, p in known.positions.items())
        return await self._desk.record(DisclosureMade.model_validate(said), body, guards)

    async def _refused(
        self, agency: str, user: str | None, decision: Decision, law: Reading
    ) -> Answer:
        said = law.renderer.refusal(_REQUEST["purpose"], decision, None)
        body = canonical(said)
        entry = {**_head(agency, user, body, law), "reason_code": "no_gateway"}
        return await self._desk.record(DisclosureRefused.model_validate(entry), body, ())

    def _decide(self, agency: str, entry: Mapping[str, str], on: date, law: Reading) -> Decision:
        found = facts_of(
            subject=NO_FACTS,
            relation=NO_FACTS,
            item=_ITEM,
            poster="hub",
            addressed=(),
            recipient=agency,
            agencies={agency: entry},
        )
        return law.scales.decision({**found, **_REQUEST}, on)

    async def _quarter(self, connection: AsyncConnection[Any], first: date) -> Mapping[str, Any]:
        """Return a quarter as it was published, or publish it now."""
        kept = await _published(connection, first)
        if kept is not None:
            return kept
        counted = await self._count(connection, first)
        await connection.execute(
            "INSERT INTO ops.board_quarter (first_day, counts) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            [first, Jsonb(counted)],
        )
        # Another process may have been first; what it published is what stands.
        return await _published(connection, first) or counted

    async def _count(self, connection: AsyncConnection[Any], first: date) -> dict[str, Any]:
        counted = measures.tallies()
        until = quarters.after(first)
        span = starts_at(first), starts_at(until)
        after = 0
        while page := await recorded_between(
            connection, list(counted), *span, after=after, limit=BATCH
        ):
            await self._tally(counted, page)
            after = page[-1].position
        return {
            "from": first.isoformat(),
            "before": until.isoformat(),
            "measures": [_plain(n, fit_to_publish(t)) for n, t in measures.in_order(counted)],
        }

    async def _tally(
        self,
        counted: Mapping[str, measures.Tally],
        page: list[Recorded],
    ) -> None:
        """Count a page. The vault counts what is sealed by its codes: only counts leave it."""
        sealed = [r.position for r in page if not counted[r.type_uri].measure.recorded_by_hub]
        for type_uri, cells in (await self._opener.count(sealed)).items():
            counted[type_uri].merge(cells)
        for one in page:
            counted[one.type_uri].note(one.subject)


async def _published(connection: AsyncConnection[Any], first: date) -> Mapping[str, Any] | None:
    cursor = await connection.execute(
        "SELECT counts FROM ops.board_quarter WHERE first_day = %s", [first]
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


def _head(agency: str, user: str | None, body: bytes, law: Reading) -> dict[str, Any]:
    return {
        "about": "agency",
        "partner": agency,
        "user": user,
        "purpose": _REQUEST["purpose"],
        "channel": "dashboard",
        "rulebook": law.rulebook.sha256,
        "fact_position": 0,
        "body_digest": digest(body),
    }


def _plain(name: str, table: Table) -> dict[str, Any]:
    return {
        "measure": name,
        "count": table.count,
        "people": table.people,
        "by": [
            {"name": part, "cells": [{"code": c, "count": n} for c, n in cells.cells.items()]}
            for part, cells in table.parts.items()
        ],
    }
