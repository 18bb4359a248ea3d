"""Finds subjects a partner may know of: the same work and the same record whether there are any.

In: identifiers or name keys, a purpose. Out: an Answer that lists hub ids, perhaps none.
Never here: an identifier in clear beyond this call, a difference between hidden and unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from contracts.base import Category
from contracts.disclosure import DisclosedItem, DisclosureMade, DisclosureRefused, ReasonCode
from contracts.labels import ordered
from hub.clock import Clock, london_day, seconds
from hub.disclosure.agreement import agreement
from hub.disclosure.ask import Answer, Ask, Search
from hub.disclosure.desk import Desk
from hub.disclosure.interest import barred
from hub.disclosure.opening import Opener
from hub.disclosure.readings import Reading
from hub.disclosure.receipt import digest
from hub.disclosure.weigh import NO_FACTS, Scales, Weighed, keys_for
from hub.ledger.frontdoor import canonical
from hub.ledger.read import facts, subjects_of
from hub.ledger.record import Guard, StaleError, relation_key, subject_key
from hub.views import read

MAX_SUBJECTS = 10
LOOKED_AT = 50
"""Items weighed per subject: enough to meet every class of item a subject commonly has."""
MAX_TRIES = 5
NOBODY = UUID(int=0)
"""Weighed where nobody was found, so that finding nobody costs what finding somebody does."""


class Finder:
    """Answers searches through the desk."""

    def __init__(self, desk: Desk, opener: Opener, clock: Clock) -> None:
        self._desk = desk
        self._opener = opener
        self._clock = clock

    async def find(self, search: Search) -> Answer:
        """Answer one search. "No match" is recorded like any other answer.

        Raises:
            StaleError: the facts keep changing; nothing was released.
            LedgerError: it could not be recorded; nothing was released.
        """
        closed = await self._desk.closed(search)
        if closed is not None:
            return closed
        for _ in range(MAX_TRIES):
            law = self._desk.law.now()
            found, items, guards, hidden = await self._look(search, law.scales)
            body = canonical({"subjects": found})
            try:
                return await self._desk.record(
                    self._entry(search, found, items, body, law, hidden=hidden), body, guards
                )
            except StaleError:
                continue
        raise StaleError("the facts keep changing")

    async def _look(
        self, search: Search, scales: Scales
    ) -> tuple[list[dict[str, Any]], list[DisclosedItem], tuple[Guard, ...], tuple[str, ...]]:
        named = [(i.kind.value, i.value) for i in search.identifiers]
        asked = [*named, *search.demographics]
        macs = await self._opener.blind(asked)
        found: list[dict[str, Any]] = []
        items: list[DisclosedItem] = []
        guards: dict[str, int] = {}
        hidden: set[str] = set()
        async with self._desk.pool.connection() as connection:
            subjects = (await subjects_of(connection, macs))[:MAX_SUBJECTS]
            for subject, by in subjects or [(NOBODY, frozenset[bytes]())]:
                weighed, kind, positions, hides = await self._weigh(
                    connection, search, subject, scales
                )
                hidden.update(hides)
                # What was decided first rests on the older reading of a key read twice.
                guards = {**positions, **guards}
                known = [w for w in weighed if w.shown]
                if known:
                    led = {one for one, mac in zip(asked, macs, strict=True) if mac in by}
                    said, told = agreement(search, led, {c for w in known for c in w.shown})
                    found.append({"id": str(subject), "kind": kind, **_known(search, known, said)})
                    items += _disclosed(known, told)
        rests_on = tuple(Guard(key, at) for key, at in guards.items())
        return found, items, rests_on, tuple(sorted(hidden))

    async def _weigh(
        self, connection: AsyncConnection[Any], search: Search, subject: UUID, scales: Scales
    ) -> tuple[list[Weighed], str | None, dict[str, int], tuple[str, ...]]:
        ask = Ask(
            partner=search.partner,
            user=search.user,
            purpose=search.purpose,
            channel="find",
            subject=subject,
            legal_demand=search.legal_demand,
            emergency=search.emergency,
        )
        now = seconds(self._clock)
        candidates = await read.candidates(
            connection, str(subject), search.partner, limit=LOOKED_AT
        )
        known = await facts(connection, keys_for(candidates, ask), now)
        weighed = scales.weigh(candidates, known, ask, london_day(now))
        if barred(known.facts.get(relation_key(subject, search.partner), NO_FACTS), search.user):
            weighed = []
        kind = known.facts.get(subject_key(subject), NO_FACTS).get("subject_kind")
        hidden = scales.hiding(known, ask, london_day(now))
        return weighed, kind, dict(known.positions), hidden

    def _entry(
        self,
        search: Search,
        found: list[dict[str, Any]],
        items: list[DisclosedItem],
        body: bytes,
        law: Reading,
        *,
        hidden: tuple[str, ...],
    ) -> DisclosureMade | DisclosureRefused:
        head: dict[str, Any] = {
            "about": "agency",
            "partner": search.partner,
            "user": search.user,
            "subject": found[0]["id"] if len(found) == 1 else None,
            "purpose": search.purpose,
            "legal_demand": search.legal_demand,
            "channel": "find",
            "reason": search.reason,
            "rulebook": law.rulebook.sha256,
            "fact_position": 0,
            "body_digest": digest(body),
        }
        if not found:
            # The register says what was hidden; the answer is that of nobody, byte for byte.
            code: ReasonCode = "bar" if hidden else "nothing_to_show"
            return DisclosureRefused(**head, reason_code=code, rules=hidden)
        return DisclosureMade(**head, items=tuple(items))


def _known(search: Search, known: Sequence[Weighed], agreeing: Mapping[str, str]) -> dict[str, Any]:
    """Return what is told of somebody found: in what they agree, and to whom they are known.

    Who posted a record is told with the record, so a pointer tells no more than the timeline.
    """
    posters = {w.candidate.posted_by for w in known}
    return {
        "known_to_you": search.partner in posters,
        "known_to": sorted(posters - {search.partner}),
        "agreement": [{"field": name, "said": said} for name, said in agreeing.items()],
    }


def _disclosed(known: Sequence[Weighed], told: frozenset[Category]) -> list[DisclosedItem]:
    """Return the register's lines: that each poster has a record, and what agreement told."""
    lines: dict[int, tuple[Weighed, set[Category]]] = {}
    first = {w.candidate.posted_by: w for w in reversed(known)}
    holders = [(Category.EXISTENCE, w) for w in reversed(first.values())]
    holders += [(category, next(w for w in known if category in w.shown)) for category in told]
    for category, one in holders:
        lines.setdefault(one.candidate.position, (one, set()))[1].add(category)
    return [
        DisclosedItem(
            position=position,
            categories=ordered(categories),
            decision=weighed.decision.id,
            rules=weighed.decision.permits,
        )
        for position, (weighed, categories) in lines.items()
    ]
