"""Tells partners that something concerns them: thin notices, decided again, recorded, acknowledged.

In: who asks and what it has handled. Out: SETs signed by the hub, under a recorded answer.
Never here: content. A notice reveals that there is something, so it is a disclosure of existence.
"""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from psycopg import AsyncConnection

from contracts.base import Category
from contracts.disclosure import Channel, DisclosedItem, DisclosureMade
from contracts.notices import Notice
from hub.clock import Clock, london_day, seconds
from hub.disclosure.ask import PAGE, Answer, Ask
from hub.disclosure.desk import Desk
from hub.disclosure.interest import barred
from hub.disclosure.notified import erased, notified, tells_of_erasure
from hub.disclosure.receipt import digest
from hub.disclosure.refer import about_asking
from hub.disclosure.weigh import NO_FACTS, Scales, Weighed, keys_for
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id, canonical, subject_sub_id
from hub.ledger.read import Known, facts
from hub.ledger.record import Guard, StaleError, relation_key, subject_key
from hub.views import read
from hub.views.read_items import items_at

FIRST_LOOK_S, LOOK_S = 0.05, 0.5
"""After how long a feed with nothing new is looked at again: twice as long each time, up to half a
second. Whoever was just told something is soon told the next, and one that is idle costs little."""
MAX_TRIES = 5
LOOKED_AT = 50
"""Items looked at for a notice that something was opened: enough to meet one still open."""
_POINTING = frozenset({"item", "entitlement"})
"""Causes that say an item may be asked for: only told while one may."""
_DUTIES = frozenset({"due", "overdue"})
"""Causes that rest on an item, where an item asked for it, or on the subject being one to know."""
NOTHING_NEW = canonical({"sets": {}, "moreAvailable": False})


class Notices:
    """Each partner's feed. Recorded through the desk."""

    def __init__(self, desk: Desk, door: FrontDoor, clock: Clock) -> None:
        self._desk = desk
        self._door = door
        self._clock = clock

    async def acknowledge(self, agency: str, jtis: list[UUID]) -> None:
        """Note that notices were handled: they are not offered again."""
        if not jtis:
            return
        async with self._desk.pool.connection() as connection:
            await connection.execute(
                "INSERT INTO ops.notice_ack (agency, jti, acked_at)"
                " SELECT %s, unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING",
                [agency, jtis, seconds(self._clock)],
            )

    async def poll(
        self, agency: str, user: str | None, *, limit: int, wait_s: float, channel: Channel,
        after: UUID | None = None,
    ) -> Answer | bytes:  # fmt: skip
        """Return what concerns the agency, oldest first; wait for something where there is nothing.

        Plain bytes where nothing is told: then there is nothing to record either.
        """
        limit, look_s = min(limit, PAGE), FIRST_LOOK_S
        while limit:
            answer = await self._page(agency, user, limit, channel, after)
            if answer is not None:
                return answer
            if wait_s <= 0:
                break
            await asyncio.sleep(min(look_s, wait_s))
            wait_s, look_s = wait_s - look_s, min(2 * look_s, LOOK_S)
        return NOTHING_NEW

    async def _page(
        self, agency: str, user: str | None, limit: int, channel: Channel, after: UUID | None
    ) -> Answer | None:
        for _ in range(MAX_TRIES):
            law = self._desk.law.now()
            async with self._desk.pool.connection() as connection:
                past = await self._past(connection, agency, after)
                while True:
                    rows = await read.notices(connection, agency, after=past, limit=limit + 1)
                    page = _whole(rows, limit)
                    told, items, guards, kinds = await self.still_due(
                        connection, agency, user, page, law.scales
                    )
                    if told or len(rows) <= limit:
                        break
                    # Nothing of this page is due any more: what stands behind it must not wait.
                    past = (page[-1].position, page[-1].at)
            if not told:
                return None
            sets = {row.jti: self._signed(row, kinds) for row in told}
            body = canonical({"sets": sets, "moreAvailable": len(rows) > limit})
            entry = DisclosureMade(
                about="agency",
                partner=agency,
                user=user,
                purpose="protect_from_harm",
                channel=channel,
                rulebook=law.rulebook.sha256,
                fact_position=max((g.position for g in guards), default=0),
                body_digest=digest(body),
                items=items,
            )
            try:
                answer = await self._desk.record(entry, body, guards)
            except StaleError:
                continue
            await notified(self._door, told, answer.jti)
            return answer
        raise StaleError("the facts keep changing")

    async def _past(
        self, connection: AsyncConnection[Any], agency: str, after: UUID | None
    ) -> read.Place:
        """Return where the last notice stands that a stream has sent."""
        if after is None:
            return 0, 0
        cursor = await connection.execute(
            "SELECT position, at FROM views_v1.notice WHERE agency = %s AND jti = %s",
            [agency, after],
        )
        row = await cursor.fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    async def still_due(
        self,
        connection: AsyncConnection[Any],
        agency: str,
        user: str | None,
        rows: list[read.NoticeRow],
        scales: Scales,
    ) -> tuple[list[read.NoticeRow], tuple[DisclosedItem, ...], tuple[Guard, ...], dict[str, str]]:
        """Decide each notice again: what it points to may no longer be for this agency.

        Returns:
            The notices that may be told; the register's lines for them; guards on the facts that
            rests on; the kind of each subject, by its key.
        """
        now = seconds(self._clock)
        told: list[read.NoticeRow] = []
        items: dict[int, DisclosedItem] = {}
        asks = [_ask(agency, row) for row in rows]
        pointed = await self._pointed(connection, agency, rows)
        about = await _about(connection, rows)
        gone = await erased(connection, rows)
        keys = {k for ask, one in zip(asks, pointed, strict=True) for k in keys_for(one, ask)}
        keys |= {k for row in rows for s in about[row.jti] for k in _hold_keys(s, agency)}
        known = await facts(connection, sorted(keys), now)
        for row, ask, one in zip(rows, asks, pointed, strict=True):
            weighed = scales.entitled(one, known, ask, london_day(now))
            shown = [w for w in weighed if w.shown]
            if any(_kept_from(known, s, agency, user) for s in about[row.jti]):
                continue
            if row.subject in gone and not tells_of_erasure(row):
                continue
            if _points(row) and not shown:
                continue
            if _asks(row) and _hidden(ask, known, scales, london_day(now)):
                continue
            told.append(row)
            for w in (shown or weighed)[:1]:
                # Two notices may tell of one item: the register has one line for each item.
                items.setdefault(w.candidate.position, _existence_of(w))
        guards = tuple(Guard(key, place) for key, place in known.positions.items())
        kinds = {k: f.get("subject_kind", "adult") for k, f in known.facts.items()}
        return told, tuple(items.values()), guards, kinds

    async def _pointed(
        self, connection: AsyncConnection[Any], agency: str, rows: list[read.NoticeRow]
    ) -> list[list[read.Candidate]]:
        """Return the items each notice tells of: the one it points to, or those opened since."""
        places = [row.item_position for row in rows if row.item_position is not None]
        found = await items_at(connection, places)
        pointed: list[list[read.Candidate]] = []
        for row in rows:
            if row.cause == "entitlement" and row.subject is not None:
                opened = await read.candidates(connection, row.subject, agency, limit=LOOKED_AT)
                pointed.append([one for one in opened if one.posted_by != agency])
            else:
                place = row.item_position
                pointed.append([found[place]] if place is not None and place in found else [])
        return pointed

    def _signed(self, row: read.NoticeRow, kinds: dict[str, str]) -> str:
        kind = "agency" if row.subject is None else kinds.get(f"s:{row.subject}", "adult")
        notice = Notice(
            about=cast("Any", kind),
            setting=row.setting,
            item_position=row.item_position,
            item_type=row.type_uri,
            cause=cast("Any", row.cause),
            acknowledge=row.cause == "correction",
            asked_by=row.asked_by,
            purpose=cast("Any", row.purpose),
            legal_demand=cast("Any", row.legal_demand),
            request=row.request,
            due_at=row.due_at,
            duty=cast("Any", row.duty),
            whose=row.whose,
        )
        sub_id = agency_sub_id(row.agency) if row.subject is None else subject_sub_id(row.subject)
        return self._door.sign(Own(notice, sub_id, jti=row.jti), audience=row.agency).decode()


def _points(row: read.NoticeRow) -> bool:
    """Return whether a notice points to an item that may be asked for."""
    return row.cause in _POINTING or (row.cause in _DUTIES and row.item_position is not None)


def _asks(row: read.NoticeRow) -> bool:
    """Return whether a notice says that somebody asked about a subject, through the hub."""
    return row.cause == "request" or (row.cause in _DUTIES and row.item_position is None)


def _hidden(ask: Ask, known: Known, scales: Scales, on: date) -> bool:
    return scales.hidden(about_asking(ask.partner, ask.subject, known), on)


async def _about(
    connection: AsyncConnection[Any], rows: list[read.NoticeRow]
) -> dict[str, list[str]]:
    """Return, by a notice's jti, the subjects it tells of: an alarm tells of a care setting."""
    settings = [row.setting for row in rows if row.cause == "alarm" and row.setting is not None]
    cursor = await connection.execute(
        "SELECT setting, subject::text FROM views_v1.setting_subject WHERE setting = ANY(%s)",
        [settings],
    )
    placed = await cursor.fetchall()
    return {
        row.jti: [subject for setting, subject in placed if setting == row.setting]
        if row.subject is None
        else [row.subject]
        for row in rows
    }


def _hold_keys(subject: str, agency: str) -> tuple[str, str]:
    return subject_key(UUID(subject)), relation_key(UUID(subject), agency)


def _kept_from(known: Known, subject: str, agency: str, user: str | None) -> bool:
    """Return whether an agency, or its officer, may not know of a subject: a notice would tell.

    The views leave out what a hold covers as well, but may be behind. A program that polls for the
    whole agency names no officer, and is told: the subject's id says nothing by itself.
    """
    about, relation = (known.facts.get(key, NO_FACTS) for key in _hold_keys(subject, agency))
    if user is not None and barred(relation, user):
        return True
    return about.get("hold") == "active" and relation.get("recipient_implicated") == "yes"


def _existence_of(weighed: Weighed) -> DisclosedItem:
    """Return the register's line for a notice: that there is something, and no more."""
    return DisclosedItem(
        position=weighed.candidate.position,
        categories=(Category.EXISTENCE,),
        decision=weighed.decision.id,
        rules=weighed.decision.permits,
    )


def _whole(rows: list[read.NoticeRow], limit: int) -> list[read.NoticeRow]:
    """Return at most `limit` notices, and of the last place all or none.

    A stream goes on after a place: a notice cut off from the others there would never be sent.
    """
    if len(rows) <= limit:
        return rows
    cut = (rows[limit].position, rows[limit].at)
    whole = [row for row in rows[:limit] if (row.position, row.at) != cut]
    return whole or rows[:limit]


def _ask(agency: str, row: read.NoticeRow) -> Ask:
    subject = UUID(int=0) if row.subject is None else UUID(row.subject)
    ask = Ask(
        partner=agency, user=None, purpose="protect_from_harm", channel="poll", subject=subject
    )
    return replace(ask, stated=True)
