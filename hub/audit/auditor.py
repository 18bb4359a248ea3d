"""Answers information-governance officers, and records that they asked.

In: an officer's question. Out: an Answer like any other, with its receipt. Never here: a reading
that leaves no trace: whoever watches the watchers finds them in the same register.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from contracts.disclosure import Channel, DisclosureMade
from contracts.governance import OfficerReview
from hub.audit.flags import Waiting, flagged, flags_of
from hub.audit.listing import Page, is_barred, page_of, told
from hub.audit.questions import asked
from hub.audit.readings import By, given, nothing
from hub.audit.register import known_items
from hub.audit.reviews import reviews_of
from hub.audit.reviews import unreviewed as waiting
from hub.clock import Clock, seconds, utc_text
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.receipt import Receipts
from hub.intake.agencies import HUB_SLUG
from hub.ledger.covering import Covering
from hub.ledger.frontdoor import Own, agency_sub_id, canonical, subject_sub_id
from hub.ledger.read import Pool, facts, header_of
from hub.ledger.record import Header, Record, subject_key
from hub.rulebook import Rulebook, RulebookError
from hub.views.read_known import known_by
from hub.views.read_register import RegisterFilter, register_rows, who_saw


class ReviewError(Exception):
    """This officer may not review this answer. Says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt, and where what it is for stands in the ledger."""

    text: str
    position: int


class Auditor:
    """Reads the register for officers. Each method but `receipt` is one recorded answer."""

    def __init__(
        self,
        *,
        desk: Desk,
        receipts: Receipts,
        covering: Covering,
        pool: Pool,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._receipts = receipts
        self._covering = covering
        self._pool = pool
        self._clock = clock

    async def register(
        self,
        agency: str,
        user: str | None,
        filters: RegisterFilter,
        page: Page,
        *,
        review: Waiting | None = None,
    ) -> Answer:
        """Return a page of the entries that fit the filters.

        With `review`, only what nobody has looked at since: `open` where an officer broke the
        glass, `flagged` what rested on an item that was wrong.
        """
        law = self._desk.door.directory.now.law
        async with self._pool.connection() as connection:
            if review == "open":
                filters = replace(filters, jtis=await waiting(connection))
            elif review == "flagged":
                filters = replace(filters, jtis=await flagged(connection, law))
            found = await page_of(connection, filters, page)
            if filters.subject is not None and await self._barred(
                connection, agency, user, UUID(filters.subject)
            ):
                found = []
            listed = await told(connection, found, seconds(self._clock), law)
        body = {
            "entries": listed,
            "after": found[-1].position if len(found) == page.limit else None,
        }
        subject = None if filters.subject is None else UUID(filters.subject)
        return await self._recorded(agency, user, "register", subject, body)

    async def who_saw(self, agency: str, user: str | None, subject: UUID) -> Answer:
        """Return every answer given or refused about a subject."""
        async with self._pool.connection() as connection:
            found = await who_saw(connection, str(subject))
            if await self._barred(connection, agency, user, subject):
                found = []
            law = self._desk.door.directory.now.law
            listed = await told(connection, found, seconds(self._clock), law)
        body = {"subject": str(subject), "disclosures": listed}
        return await self._recorded(agency, user, "subject_disclosures", subject, body)

    async def known(
        self, agency: str, user: str | None, subject: UUID, *, by: str, day: date
    ) -> Answer:
        """Return what an agency had been shown of a subject by the end of a day."""
        async with self._pool.connection() as connection:
            items, since = await known_by(connection, str(subject), by, day)
            if await self._barred(connection, agency, user, subject):
                items = []
        body = {
            "subject": str(subject),
            "agency": by,
            "day": day.isoformat(),
            "items": known_items(items, since, by),
        }
        return await self._recorded(agency, user, "known", subject, body)

    async def one(self, agency: str, user: str | None, jti: UUID) -> Answer:
        """Return one entry with its items, its rules in words, and what would have changed it."""
        async with self._pool.connection() as connection:
            header = await header_of(connection, HUB_SLUG, jti)
            questions = await asked(connection, dis=str(jti))
            reviews = await reviews_of(connection, [str(jti)])
            rows = await register_rows(connection, RegisterFilter(jti=str(jti)))
            flags = await flags_of(connection, rows, self._desk.door.directory.now.law)
        if header is None or header.partner is None:
            return await self._not_found(agency, user)
        now = seconds(self._clock)
        review = reviews.get(str(jti))
        body = {
            "jti": str(header.jti),
            "position": header.position,
            "pseq": header.pseq,
            "outcome": _outcome(header),
            "recorded": utc_text(header.recorded_at_ms // 1000),
            **header.routing,
            "reasons": self._reasons(header),
            "review": None if review is None else review.plain(now),
            "flags": [flag.plain() for flag in flags.get(str(jti), ())],
            "questions": [one.plain(now) for one in questions],
        }
        return await self._recorded(agency, user, "register", None, body)

    async def review(
        self, agency: str, user: str | None, jti: UUID, *, verdict: str, note: str | None
    ) -> Answer:
        """Record what an officer found on looking again at an answer.

        Raises:
            ReviewError: the officer is not named, or reviews what they were given themselves.
        """
        if user is None:
            raise ReviewError("Hub-User names the officer who reviews")
        async with self._pool.connection() as connection:
            header = await header_of(connection, HUB_SLUG, jti)
            if header is None or header.partner is None:
                return await self._not_found(agency, user)
            about = await _about(connection, header, seconds(self._clock))
        if (agency, user) == (header.partner, header.routing.get("user")):
            raise ReviewError("nobody reviews what they were given themselves")
        said = {"officer": user, "of": str(jti), "verdict": verdict, "note": note}
        kind, sub_id = about
        review = OfficerReview.model_validate({"about": kind, **said})
        record = await self._desk.door.say(Own(review, sub_id))
        body = {
            "of": str(jti),
            "verdict": verdict,
            "officer": user,
            "reviewed": utc_text(record.recorded_at_ms // 1000),
        }
        return await self._recorded(agency, user, "review", None, body)

    async def _barred(
        self, connection: AsyncConnection[Any], agency: str, user: str | None, subject: UUID
    ) -> bool:
        """Return whether the officer has an interest of their own in whom this is about."""
        return await is_barred(connection, agency, user, subject, seconds(self._clock))

    async def receipt(self, agency: str, jti: UUID, *, officer: bool) -> Found | None:
        """Return the receipt of an event the agency posted or an answer it was given.

        Receipts hold no content and nobody's id, so reading one is no disclosure. An officer may
        read any answer's.
        """
        async with self._pool.connection() as connection:
            posted = await header_of(connection, agency, jti)
            given = await header_of(connection, HUB_SLUG, jti)
        if posted is not None:
            return Found(self._receipts.for_event(_record(posted)), posted.position)
        if given is None or given.partner is None or not (officer or given.partner == agency):
            return None
        text = self._receipts.for_answer(
            _record(given),
            partner=given.partner,
            body_digest=str(given.routing["body_digest"]),
            released=_outcome(given) == "released",
            size=await self._covering.first(given.position),
        )
        return Found(text, given.position)

    def _reasons(self, header: Header) -> list[dict[str, Any]]:
        named = [r for item in header.routing.get("items", []) for r in item.get("rules", [])]
        named += header.routing.get("rules", [])
        law = self._law_of(header)
        return [_words(name, law) for name in dict.fromkeys(named)]

    def _law_of(self, header: Header) -> Rulebook | None:
        """Return the law an answer was given under, whatever is in force since."""
        try:
            law = self._desk.door.directory.now.law
            return law.named(str(header.routing["rulebook"]), header.recorded_at_ms // 1000)
        except RulebookError:
            return None

    async def _recorded(
        self, agency: str, user: str | None, channel: Channel, subject: UUID | None, body: object
    ) -> Answer:  # fmt: skip
        return await given(self._desk, By(agency, user), channel, canonical(body), subject)

    async def _not_found(self, agency: str, user: str | None) -> Answer:
        return await nothing(self._desk, By(agency, user), "register")


async def _about(
    connection: AsyncConnection[Any], header: Header, now: int
) -> tuple[str, dict[str, str]]:
    """Return the kind and `sub_id` of whom an answer was about; its partner where it was nobody."""
    subject = header.routing.get("subject")
    if subject is not None:
        known = await facts(connection, [subject_key(UUID(subject))], now)
        kind = known.facts.get(subject_key(UUID(subject)), {}).get("subject_kind")
        if kind is not None:
            return kind, subject_sub_id(subject)
    return "agency", agency_sub_id(str(header.partner))


def _words(name: str, law: Rulebook | None) -> dict[str, Any]:
    """Return a rule in the words it had; only its name where no release has it."""
    try:
        if law is None:
            return {"rule": name}
        rule = law.rule(name)
    except KeyError:
        return {"rule": name}
    file = rule.file
    return {
        "rule": name,
        "title": file.title,
        "words": " ".join(file.plain.split()),
        "strength": file.strength,
        "effect": file.effect,
        "cite": list(file.basis.cite),
        "in_force_from": None if rule.since is None else rule.since.isoformat(),
        "in_force_until": None if rule.until is None else rule.until.isoformat(),
        "release": law.release,
    }


def _outcome(header: Header) -> str:
    return "released" if header.type_uri == DisclosureMade.TYPE else "refused"


def _record(header: Header) -> Record:
    return Record(
        position=header.position,
        recorded_at_ms=header.recorded_at_ms,
        subject=header.subject,
        jti=header.jti,
        agency=header.agency,
        digest=header.digest,
        pseq=header.pseq,
    )
