"""Looks: finds what a partner may ask for, reads the facts, and decides each item again.

In: an Ask. Out: what was found, each item with its binding decision, and the facts all rest on.
Never here: a record, a release, a transaction held while deciding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from contracts.base import Category
from hub.clock import Clock, london_day, seconds
from hub.disclosure import wishes
from hub.disclosure.ask import Ask
from hub.disclosure.glass import Opened, opened
from hub.disclosure.interest import barred
from hub.disclosure.refer import DECIDE_S, to_be_told
from hub.disclosure.render import Renderer
from hub.disclosure.weigh import NO_FACTS, Scales, Weighed, keys_for
from hub.ledger.read import Known, Pool, facts, known_of
from hub.ledger.record import agency_key, relation_key, subject_key
from hub.rulebook import Decision
from hub.telemetry import BLOCKED, Log, say
from hub.views import read
from hub.views.question import facts_of
from hub.views.read_items import ClassOfItems, classes_of, items_of, newest
from hub.views.read_look import looked
from hub.views.read_patterns import setting_pattern

_PATTERN = {"item_kind": "setting", "item_status": "live", "aggregate_only": "yes"}
"""A setting's pattern, as an item the hub states: counts and themes, nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one look, `at` some second, gave: enough to answer, and what the answer rests on.

    `more` is the last item looked at, where the page is full and others come after it.
    """

    weighed: tuple[Weighed, ...]
    decisions: tuple[Decision, ...]
    """Every decision taken, shown or not: what a refusal is explained from."""
    known: Known
    pattern: Mapping[str, Any] | None
    more: read.Candidate | None
    asker: Decision
    at: int
    refer_to: tuple[str, ...] = ()
    """Whom a stated request that shows nothing waits for."""
    wishes: tuple[Weighed, ...] = ()
    """Items that may say what the person wants, newest first."""
    opened: Opened | None = None
    """What is shown only because an officer broke the glass."""
    glass_id: UUID | None = None
    """The jti for the statement of that."""
    hidden_by: tuple[str, ...] = ()
    """The silent rules that keep the subject from whoever asks: for the register, not for them."""
    barred: bool = False
    """The officer has an interest of their own: nothing was looked at for them."""

    @property
    def decide_by(self) -> int | None:
        """Return by when those whom it waits for are to decide, in seconds."""
        return self.at + DECIDE_S if self.refer_to else None

    @property
    def shown(self) -> tuple[Weighed, ...]:
        """Return the items of which something may leave."""
        return tuple(w for w in self.weighed if w.shown)


@dataclass(frozen=True, slots=True)
class _Page:
    """Candidates as they were read, one more than a page where others come after it."""

    candidates: list[read.Candidate]
    known: Known
    setting: str | None


class Looker:
    """Reads and decides. Each look takes one connection and holds no lock."""

    def __init__(
        self,
        pool: Pool,
        scales: Scales,
        renderer: Renderer,
        clock: Clock,
        *,
        plain: Scales | None = None,
    ) -> None:
        """Take the scales to decide by, and the plain ones where these read through glass."""
        self._pool = pool
        self._scales = scales
        self._renderer = renderer
        self._clock = clock
        self._plain = plain

    async def look(self, ask: Ask) -> Found:
        """Return a page of decided items, and whatever else the answer needs."""
        now = seconds(self._clock)
        async with self._pool.connection() as connection:
            classes, first = await self._classes(connection, ask, now)
            open_to = [one.id for one, decision in classes if decision.shown]
            # Whoever states a request asks for what others hold: its own record is no answer.
            of_others = [
                one.id
                for one, decision in classes
                if decision.shown and (ask.gathers or one.poster != ask.partner)
            ]
            page, weighed, more = await self._full_page(connection, ask, of_others, first, now)
            known = page.known
            relation = known.facts.get(relation_key(ask.subject, ask.partner), NO_FACTS)
            if barred(relation, ask.user):
                return self._nothing(ask, known, now)
            shown = any(w.shown for w in weighed)
            pattern = await self._pattern(connection, ask, page)
            told: list[Weighed] = []
            if shown and more is None and _from_the_first(ask) and open_to == of_others:
                # The page holds every item there is: nothing newer is to be looked for.
                told = wishes.among(weighed)
            elif shown:
                told, known = await self._wishes(connection, ask, open_to, known, now)
            refer_to: tuple[str, ...] = ()
            if ask.stated and (ask.gathers or (not shown and pattern is None)):
                refer_to = await to_be_told(connection, ask, classes, self._scales, now)
        _tell_blocked(weighed)
        return Found(
            weighed=tuple(weighed),
            decisions=(*(w.decision for w in weighed), *(decision for _, decision in classes)),
            known=known,
            pattern=pattern,
            more=more,
            asker=self._asker(ask, known),
            at=now,
            refer_to=refer_to,
            wishes=tuple(told),
            opened=self._opened(weighed, known, ask, now),
            hidden_by=self._scales.hiding(known, ask, london_day(now)),
        )

    async def _wishes(
        self, connection: AsyncConnection[Any], ask: Ask, open_to: list[int], known: Known, now: int
    ) -> tuple[list[Weighed], Known]:
        """Return the latest items whose wish may be told, on whatever page each stands."""
        found = await newest(
            connection,
            str(ask.subject),
            wishes.TYPES,
            agency=ask.partner,
            classes=open_to if ask.stated else None,
            as_known_on=ask.as_known_on,
            limit=wishes.LOOKED_AT,
        )
        fresh = await facts(connection, keys_for(found, ask), now)
        weighed = self._scales.weigh(found, fresh, ask, london_day(now))
        return [w for w in weighed if wishes.may_tell(w)], _joined(known, fresh)

    def _nothing(self, ask: Ask, known: Known, now: int) -> Found:
        """Return what a subject who is nobody gives."""
        return Found(
            weighed=(),
            decisions=(),
            known=known,
            pattern=None,
            more=None,
            asker=self._asker(ask, known),
            at=now,
            barred=True,
        )

    def _opened(self, weighed: list[Weighed], known: Known, ask: Ask, now: int) -> Opened | None:
        if self._plain is None:
            return None
        plainly = replace(ask, glass=None)
        candidates = [w.candidate for w in weighed]
        plain = self._plain.weigh(candidates, known, plainly, london_day(now))
        return opened(weighed, plain)

    async def _full_page(
        self, connection: AsyncConnection[Any], ask: Ask, open_to: list[int], known: Known, now: int
    ) -> tuple[_Page, list[Weighed], read.Candidate | None]:
        """Weigh candidates until one page is full or there are no more.

        A candidate is what some request could be shown. A page on which this request is shown
        none of them is not the end: what comes after may be for it.
        """
        weighed: list[Weighed] = []
        while True:
            found = await self._page(connection, ask, open_to, known, now)
            page = found.candidates[: ask.limit]
            known = _joined(known, found.known)
            weighed += self._scales.weigh(page, found.known, ask, london_day(now))
            last = page[-1] if len(found.candidates) > ask.limit else None
            if last is None or any(w.shown for w in weighed):
                return _Page(page, known, found.setting), weighed, last
            ask = replace(ask, after=last.cursor)

    async def _classes(
        self, connection: AsyncConnection[Any], ask: Ask, now: int
    ) -> tuple[list[tuple[ClassOfItems, Decision]], Known]:
        """Decide the classes of a stated request. A timeline has its entitlements instead.

        Where a silent rule hides whatever others posted, only the asker's own is looked at: so a
        subject who is hidden costs what one who is nobody costs.
        """
        if not ask.stated:
            return [], Known({}, {})
        on = london_day(now)
        known = await facts(connection, keys_for([], ask), now)
        own = ask.partner if self._scales.hiding(known, ask, on) else None
        classes = await classes_of(connection, str(ask.subject), poster=own)
        posters = {agency_key(one.poster) for one in classes} - known.positions.keys()
        if posters:
            known = _joined(known, await facts(connection, sorted(posters), now))
        return self._scales.classes(classes, known, ask, on), known

    async def _page(
        self, connection: AsyncConnection[Any], ask: Ask, open_to: list[int], known: Known, now: int
    ) -> _Page:
        """Read one page, and the facts it rests on: of a timeline in one round trip.

        Of a stated request the classes were read before, and with them what an empty page rests on.
        """
        subject, limit = str(ask.subject), ask.limit + 1
        if ask.stated:
            found = await items_of(connection, subject, open_to, after=ask.after, limit=limit)
            page = found[: ask.limit]
            fresh = await facts(connection, keys_for(page, ask), now) if page else known
            return _Page(found, fresh, await read.settings_of(connection, subject))
        values = read.page_of(
            subject,
            ask.partner,
            after=ask.after,
            limit=limit,
            since=ask.since,
            until=ask.until,
            as_known_on=ask.as_known_on,
        )
        seen = await looked(connection, values, keys_for([], ask), now)
        keys = keys_for(seen.candidates[: ask.limit], ask)
        return _Page(seen.candidates, known_of(keys, seen.held), seen.setting)

    async def _pattern(
        self, connection: AsyncConnection[Any], ask: Ask, page: _Page
    ) -> dict[str, Any] | None:
        """Return a care setting's pattern, where a statement by the hub about it may be shown."""
        decision = self._on(ask, page.known, _PATTERN)
        if page.setting is None or not {Category.CONCERN, Category.EXISTENCE} <= decision.shown:
            return None
        pattern = await setting_pattern(connection, page.setting, as_known_on=ask.as_known_on)
        return self._renderer.pattern(pattern, decision)

    def _asker(self, ask: Ask, known: Known) -> Decision:
        """Return the decision that rests on the asker and the request alone."""
        nothing = Known({agency_key(ask.partner): known.facts.get(agency_key(ask.partner), {})}, {})
        return self._on(ask, nothing, NO_FACTS)

    def _on(self, ask: Ask, known: Known, item: Any) -> Decision:  # noqa: ANN401 - a mapping
        found = facts_of(
            subject=known.facts.get(subject_key(ask.subject), NO_FACTS),
            relation=known.facts.get(relation_key(ask.subject, ask.partner), NO_FACTS),
            item=item,
            poster="hub",
            addressed=(),
            recipient=ask.partner,
            agencies={ask.partner: known.facts.get(agency_key(ask.partner), NO_FACTS)},
        )
        return self._scales.decision({**found, **ask.facts()}, london_day(seconds(self._clock)))


def _from_the_first(ask: Ask) -> bool:
    """Return whether an ask's page begins with the first item and leaves out no day."""
    days = (ask.since, ask.until, ask.as_known_on if ask.stated else None)
    return ask.after is None and not any(days)


def _joined(before: Known, after: Known) -> Known:
    """Join two readings. What was decided first rests on the older, where a key was read twice."""
    return Known({**after.facts, **before.facts}, {**after.positions, **before.positions})


def _tell_blocked(weighed: list[Weighed]) -> None:
    blocked = sum(w.blocked for w in weighed)
    if blocked:
        BLOCKED.inc(blocked)
        say(Log.BLOCKED_RELEASE, items=blocked)
