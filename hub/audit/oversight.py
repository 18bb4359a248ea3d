"""What officers of information governance do about answers, and the agencies that are asked.

In: an officer's act. Out: an event of the hub, said at the front door; or what is on record, given
as a recorded answer. Never here: an act of an officer without a name, prose about anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from contracts.base import Payload
from contracts.disclosure import DisclosureMade, DisclosureRefused
from contracts.oversight import (
    DisclosureExplained,
    DisclosureQueried,
    Drawn,
    Explanation,
    Question,
    SampleDrawn,
)
from hub.audit.alarms import Alarm, alarms
from hub.audit.drawing import Among, candidates
from hub.audit.looks import Look, rows_of, tallies_of
from hub.audit.questions import asked
from hub.audit.readings import By, given
from hub.audit.samples import queue, sample_of
from hub.audit.sampling import by_chance, draw
from hub.clock import Clock, london_day, seconds, utc_text
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.ids import Source
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import Own, agency_sub_id, canonical
from hub.ledger.read import Pool, header_of
from hub.ledger.record import Record
from hub.rulebook.releases import Releases

LONGEST_DAYS: Final = 31
"""The most days one sample, or one look at alarms, goes over."""
MOST_ALARMS: Final = 50
"""So many alarms are told at a time; the rest by fewer days."""
FIRST_ROWS, MOST_ROWS = 20, 1_000
"""So many rows of each alarm, and of one that is looked at by itself."""
_ANSWERS: Final = frozenset({DisclosureMade.TYPE, DisclosureRefused.TYPE})


class OversightError(Exception):
    """This may not be done now. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sample: of which London days, how many; an empty seed has one drawn."""

    first: date
    last: date
    size: int
    seed: str = ""


class Oversight:
    """Acts and lists. One per process."""

    def __init__(self, *, desk: Desk, pool: Pool, clock: Clock, source: Source) -> None:
        self._desk = desk
        self._pool = pool
        self._clock = clock
        self._source = source

    async def draw(self, by: By, wanted: Wanted) -> Record:
        """Draw a sample and put it on record.

        Raises:
            OversightError: the days are no span, or there is nothing in them to look at.
            LedgerError: it could not be recorded.
        """
        self._check_days(wanted.first, wanted.last)
        seed = wanted.seed or self._source.bytes(8).hex()
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(max(position), 0) FROM views_v1.register"
            )
            row = await cursor.fetchone()
            among = Among(
                first=wanted.first,
                last=wanted.last,
                upto=0 if row is None else int(row[0]),
                seed=seed,
                size=wanted.size,
            )
            found = draw(seed, await candidates(connection, among, self._law), wanted.size)
        if not found:
            raise OversightError("there is nothing in those days that nobody has looked at")
        sample = SampleDrawn(
            about="agency",
            officer=named(by),
            office=by.agency,
            seed=seed,
            first_day=wanted.first.isoformat(),
            last_day=wanted.last.isoformat(),
            size=wanted.size,
            upto=among.upto,
            drawn=tuple(Drawn(dis=one.dis, why=one.why) for one in found),
        )
        return await self.say(sample, by.agency)

    async def queue(self, by: By) -> Answer:
        """Return what was drawn of late, by sample, and what of it nobody has looked at yet."""
        async with self._pool.connection() as connection:
            body = await queue(connection, seconds(self._clock), self._law)
        return await given(self._desk, by, "oversight", canonical(body))

    async def again(self, by: By, sample: UUID) -> Answer:
        """Draw the half by chance of an old sample again, and say whether it is the same.

        Raises:
            OversightError: there is no such sample.
        """
        async with self._pool.connection() as connection:
            said = await sample_of(connection, sample)
            if said is None:
                raise OversightError("there is no such sample")
            first, last = (date.fromisoformat(said[name]) for name in ("first_day", "last_day"))
            seed, size = str(said["seed"]), int(said["size"])
            among = Among(first=first, last=last, upto=int(said["upto"]), seed=seed, size=size)
            now = by_chance(seed, await candidates(connection, among, self._law), size)
        then = {one["dis"] for one in said["drawn"] if "chance" in one["why"]}
        body = {"sample": str(sample), "same": now == then, "drawn": len(then)}
        return await given(self._desk, by, "oversight", canonical(body))

    async def ask(self, by: By, dis: UUID, question: Question, days: int) -> Record:
        """Ask the agency that was answered about an answer.

        Raises:
            OversightError: there is no such answer, it was the officer's own office's, or the same
                is asked already.
            LedgerError: it could not be recorded.
        """
        async with self._pool.connection() as connection:
            header = await header_of(connection, HUB_SLUG, dis)
            before = await asked(connection, dis=str(dis))
        if header is None or header.partner is None or header.type_uri not in _ANSWERS:
            raise OversightError("there is no such answer")
        if header.partner == by.agency:
            raise OversightError("your own office was given this: another office must ask")
        if any(one.said["question"] == question and one.answer is None for one in before):
            raise OversightError("that is asked already, and waits for an answer")
        query = DisclosureQueried(
            about="agency",
            officer=named(by),
            office=by.agency,
            dis=str(dis),
            to=header.partner,
            question=question,
            due=seconds(self._clock) + days * 86_400,
        )
        return await self.say(query, header.partner)

    async def questions(self, by: By, *, mine: bool) -> Answer:
        """Return questions: with `mine`, those that the officer's own agency was asked."""
        async with self._pool.connection() as connection:
            found = await asked(connection, to=by.agency if mine else None)
        now = seconds(self._clock)
        body = {"questions": [one.plain(now) for one in found]}
        return await given(self._desk, by, "oversight", canonical(body))

    async def explain(
        self, by: By, query: UUID, explanation: Explanation, case: str | None
    ) -> Record:
        """Answer a question that the officer's own agency was asked.

        Raises:
            OversightError: it was not asked that, or has answered.
            LedgerError: it could not be recorded.
        """
        async with self._pool.connection() as connection:
            found = await asked(connection, to=by.agency, jti=str(query))
        if not found:
            raise OversightError("your agency was not asked that")
        if found[0].answer is not None:
            raise OversightError("your agency has answered that")
        explained = DisclosureExplained(
            about="agency",
            case=case,
            query=str(query),
            dis=found[0].said["dis"],
            agency=by.agency,
            officer=named(by),
            explanation=explanation,
        )
        return await self.say(explained, by.agency)

    async def alarms(
        self, by: By, first: date, last: date, *, whole: bool, only: str = ""
    ) -> Answer:
        """Return unusual access in some London days, each alarm with the first rows it rests on.

        Without `whole`, whom the rows are about is left out. With `only`, an alarm's id, that alarm
        with as many of its rows as one page holds.

        Raises:
            OversightError: the days are no span.
        """
        self._check_days(first, last)
        async with self._pool.connection() as connection:
            tallies = await tallies_of(connection, first, last)
            found = [one for one in alarms(tallies) if only in {"", one.id}]
            shown = found[:MOST_ALARMS]
            rows = await rows_of(connection, shown, MOST_ROWS if only else FIRST_ROWS)
        body = {
            "alarms": [_plain(one, rows[n], whole=whole) for n, one in enumerate(shown)],
            "found": len(found),
            "looks": sum(one.found for one in tallies if one.kind == "far_above_peers"),
        }
        return await given(self._desk, by, "oversight", canonical(body))

    async def say(self, payload: Payload, agency: str) -> Record:
        """Have the hub say something about an agency.

        Raises:
            LedgerError: it could not be recorded.
        """
        return await self._desk.door.say(Own(payload, agency_sub_id(agency)))

    @property
    def _law(self) -> Releases:
        return self._desk.door.directory.now.law

    def _check_days(self, first: date, last: date) -> None:
        if not 0 <= (last - first).days < LONGEST_DAYS:
            raise OversightError(f"choose a first and a last day, at most {LONGEST_DAYS} days")
        if first > london_day(seconds(self._clock)):
            raise OversightError("those days have not come yet")


def named(by: By) -> str:
    """Return the officer who acts.

    Raises:
        OversightError: nobody is named.
    """
    if by.user is None:
        raise OversightError("an officer who acts has a name")
    return by.user


def _plain(alarm: Alarm, rows: Sequence[Look], *, whole: bool) -> dict[str, Any]:
    of = alarm.tally
    return {
        "id": alarm.id,
        "kind": of.kind,
        "begins": of.begins.isoformat(),
        "partner": of.partner,
        "user": of.user,
        "subject": of.subject if whole else None,
        "found": of.found,
        "usual": alarm.usual,
        "answers": of.answers,
        "rows": [
            {
                "jti": row.jti,
                "partner": row.partner,
                "user": row.user,
                "subject": row.subject if whole else None,
                "purpose": row.purpose,
                "channel": row.channel,
                "outcome": row.outcome,
                "recorded": utc_text(row.recorded_at),
            }
            for row in rows
        ],
    }
