"""The one door out: find candidates, decide again, record, release. In that order, always.

In: an Ask from a signed-in partner. Out: an Answer whose record is already durable.
Never here: an answer that was not recorded; a lock held while deciding.

Why nothing is opened here: the vault builds the answer and keeps it. It tells the digest, which the
record must hold, and lets the answer go when that record is committed.

Why recording before releasing is safe: a crash in between leaves a record of something that was
not sent. The other order would leave something sent that nobody recorded.

Why no row is locked: the record is appended with guards on every fact it rests on. All facts are
written under the ledger's one lock, so `append` knows whether any of them changed since they were
read, and refuses the record as stale. Then we decide again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.disclosure import DisclosedItem, DisclosureMade, DisclosureRefused
from hub.clock import Clock
from hub.disclosure import glass, refusal, wishes
from hub.disclosure.ask import Answer, Ask, BundleError, Search
from hub.disclosure.cursor import Cursors
from hub.disclosure.glass import FULL_RECORD_S, statement, told
from hub.disclosure.look import Found
from hub.disclosure.opening import Built, Form, Hole, Opener
from hub.disclosure.readings import Reading, Readings
from hub.disclosure.receipt import digest
from hub.disclosure.release import Release
from hub.disclosure.render import ERASED, NOTHING
from hub.disclosure.weigh import NO_FACTS, Weighed
from hub.ids import Source
from hub.ledger.frontdoor import FrontDoor, Own, canonical, subject_sub_id
from hub.ledger.read import Pool
from hub.ledger.record import Guard, StaleError, subject_key

MAX_TRIES = 5


class Desk:
    """Answers asks. One per process; every method is one recorded answer."""

    def __init__(
        self,
        *,
        pool: Pool,
        looking: Pool,
        door: FrontDoor,
        opener: Opener,
        release: Release,
        cursors: Cursors,
        clock: Clock,
        source: Source,
    ) -> None:
        self.pool = pool
        self.door = door
        self.law = Readings(door.directory, looking, clock)
        self._opener = opener
        self._release = release
        self._cursors = cursors
        self._source = source

    async def timeline(self, ask: Ask) -> Answer:
        """Answer a read of a timeline. A hidden subject and an unknown one get the same bytes.

        Raises:
            StaleError: the facts keep changing under the answer; nothing was released.
            LedgerError: the answer could not be recorded; nothing was released.
        """
        closed = await self.closed(ask)
        if closed is not None:
            return closed
        return await self._settled(ask, self._content, lambda *_: canonical(NOTHING))

    async def request(self, ask: Ask) -> Answer:
        """Answer a stated request, with its refusal in words where it is refused.

        Raises:
            StaleError: the facts keep changing under the answer; nothing was released.
            LedgerError: the answer could not be recorded; nothing was released.
        """

        def refused(found: Found, law: Reading) -> bytes:
            nameable = (d for d in found.decisions if d.nameable)
            decision = next(nameable, found.asker)
            return canonical(law.renderer.refusal(ask.purpose, decision, ask.request_id))

        closed = await self.closed(ask)
        if closed is not None:
            return closed
        return await self._settled(ask, self._released, refused)

    async def bundle(self, ask: Ask) -> Answer:
        """Answer an officer who gathers what a person asked to see of themselves.

        Raises:
            BundleError: no officer is named.
            StaleError: the facts keep changing under the answer; nothing was released.
            LedgerError: the answer could not be recorded; nothing was released.
        """
        if ask.user is None:
            raise BundleError("Hub-User names the officer who goes through it")
        closed = await self.closed(ask)
        if closed is not None:
            return closed
        return await self._settled(ask, self._gathered, lambda *_: canonical(NOTHING))

    async def closed(self, ask: Ask | Search) -> Answer | None:
        """Refuse, in words, a purpose or a break-glass that is not for the asker.

        It is asked before anything is looked at, so it is the same for everybody one may ask about.

        Raises:
            LedgerError: the refusal could not be recorded.
        """
        agency = self.door.directory.now.agencies.find(ask.partner)
        kind = "" if agency is None else agency.kind
        one = ask if isinstance(ask, Ask) else None
        law = self.law.now()
        code = "purpose_not_open"
        said = law.purposes.refusal(kind, ask.purpose, one.request_id if one else None)
        if said is None and one is not None and one.glass is not None:
            code, said = "break_glass_refused", glass.refusal(one, one.glass, kind)
        if said is None:
            return None
        body = canonical(said)
        entry = DisclosureRefused.model_validate(
            {
                "about": "agency",
                "partner": ask.partner,
                "user": ask.user,
                "subject": str(one.subject) if one else None,
                "purpose": ask.purpose,
                "legal_demand": ask.legal_demand,
                "channel": one.channel if one else "find",
                "reason": ask.reason,
                "request_id": said["request_id"],
                "rulebook": law.rulebook.sha256,
                "fact_position": 0,
                "body_digest": digest(body),
                "reason_code": code,
            }
        )
        return await self.record(entry, body, ())

    async def record(
        self, entry: DisclosureMade | DisclosureRefused, body: bytes, guards: tuple[Guard, ...]
    ) -> Answer:
        """Record an answer and return it with its receipt: the last step before bytes leave.

        Raises:
            LogStandsError: the log has stood still for too long; nothing may be released.
            StaleError: a fact it rests on has changed; nothing was recorded.
            LedgerError: it could not be recorded; nothing may be released.
        """
        return await self._release.record(entry, body, guards)

    async def _settled(
        self,
        ask: Ask,
        released: Callable[[Ask, Found, Reading, Form], dict[str, Any]],
        refused: Callable[[Found, Reading], bytes],
    ) -> Answer:
        """Decide and record until the facts, and the law, stand still."""
        for _ in range(MAX_TRIES):
            law = self.law.now()
            found = replace(await law.looks(ask).look(ask), glass_id=self._source.uuid())
            guards = tuple(Guard(k, p) for k, p in found.known.positions.items())
            try:
                # A later page may be empty: the one before promised that there might be more.
                later = ask.after is not None and not found.barred
                if found.shown or found.pattern is not None or later:
                    form = Form()
                    content = released(ask, found, law, form)
                    return await self._let_go(ask, found, law, guards, form.cut(content))
                body = refused(found, law)
                return await self.record(self._refused(ask, found, body, law), body, guards)
            except StaleError:
                continue
        raise StaleError("the facts keep changing")

    async def _let_go(
        self,
        ask: Ask,
        found: Found,
        law: Reading,
        guards: tuple[Guard, ...],
        cut: tuple[list[bytes], list[Hole]],
    ) -> Answer:
        """Have an answer built, record it, and only then have it: or say that it was erased."""
        chunks, holes = cut
        if not holes:
            made = self._made(ask, found, law, digest(chunks[0]), None)
            return await self._stated(ask, found, await self.record(made, chunks[0], guards))
        built = await self._opener.build(chunks, holes)
        if built.erased:
            return await self.record(self._erased(ask, found, law), canonical(ERASED), guards)
        entry = self._made(ask, found, law, built.body_digest, _told(found, built))
        answer = await self._stated(ask, found, await self.record(entry, b"", guards))
        return replace(answer, body=await self._opener.release(built.handle, answer.jti))

    async def _stated(self, ask: Ask, found: Found, answer: Answer) -> Answer:
        """Put on record that an officer broke the glass, before what it opened leaves.

        The register's entry says so as well, so nothing is lost by a crash in between.
        """
        if ask.glass is None or found.opened is None:
            return answer
        about = found.known.facts.get(subject_key(ask.subject), NO_FACTS)
        said = statement(
            ask,
            ask.glass,
            found.opened,
            dis=answer.jti,
            kind=about.get("subject_kind", "adult"),
            now=found.at,
        )
        await self.door.say(Own(said, subject_sub_id(ask.subject), jti=str(found.glass_id)))
        return answer

    def _released(self, ask: Ask, found: Found, law: Reading, form: Form) -> dict[str, Any]:
        request_id = None if ask.request_id is None else str(ask.request_id)
        content = self._content(ask, found, law, form)
        broken = None if ask.glass is None else told(ask.glass, found.opened, found.at)
        return {"outcome": "released", "request_id": request_id, **content, "break_glass": broken}

    def _gathered(self, ask: Ask, found: Found, law: Reading, form: Form) -> dict[str, Any]:
        return law.bundles.body(ask, found, self._next(ask, found), form)

    def _next(self, ask: Ask, found: Found) -> str | None:
        if found.more is None:
            return None
        return self._cursors.make(ask.partner, ask.subject, found.more.cursor)

    def _content(self, ask: Ask, found: Found, law: Reading, form: Form) -> dict[str, Any]:
        cursor = self._next(ask, found)
        items = [law.renderer.item(w, form) for w in found.shown]
        said = form.hole(wishes.hole(found.wishes)) if found.wishes else None
        return law.renderer.timeline(ask, items, cursor=cursor, pattern=found.pattern, wishes=said)

    def _made(
        self, ask: Ask, found: Found, law: Reading, body_digest: str, wish: Weighed | None
    ) -> DisclosureMade:
        shown = found.shown
        return DisclosureMade(
            **self._head(ask, found, body_digest, law),
            items=_lines(found, wish),
            obligations=tuple(sorted({o for w in shown for o in w.decision.obligations})),
            break_glass=None if found.opened is None else str(found.glass_id),
            completed_by=None if found.opened is None else found.at + FULL_RECORD_S,
            refer_to=found.refer_to,
            decide_by=found.decide_by,
        )

    def _refused(self, ask: Ask, found: Found, body: bytes, law: Reading) -> DisclosureRefused:
        missing = {f for d in found.decisions for _, f in d.missing}
        return DisclosureRefused(
            **self._head(ask, found, digest(body), law),
            reason_code=refusal.reason(found, law.rulebook),
            rules=refusal.rules(found, law.rulebook)[:80],
            would_change=tuple(sorted(missing))[:80],
            refer_to=found.refer_to,
            decide_by=found.decide_by,
        )

    def _erased(self, ask: Ask, found: Found, law: Reading) -> DisclosureRefused:
        return DisclosureRefused(
            **self._head(ask, found, digest(canonical(ERASED)), law), reason_code="erased"
        )

    def _head(self, ask: Ask, found: Found, body_digest: str, law: Reading) -> dict[str, Any]:
        return {
            "about": "agency",
            "partner": ask.partner,
            "user": ask.user,
            "subject": str(ask.subject),
            "purpose": ask.purpose,
            "legal_demand": ask.legal_demand,
            "channel": ask.channel,
            "reason": ask.reason,
            "request_id": None if ask.request_id is None else str(ask.request_id),
            "rulebook": law.rulebook.sha256,
            "fact_position": max(found.known.positions.values(), default=0),
            "body_digest": body_digest,
        }


def _told(found: Found, built: Built) -> Weighed | None:
    """Return the item whose wish the vault has told."""
    return next((w for w in found.wishes if w.candidate.position == built.told), None)


def _lines(found: Found, wish: Weighed | None) -> tuple[DisclosedItem, ...]:
    """Return the register's lines: each item shown, and a wish that stands on another page."""
    lines = tuple(w.recorded() for w in found.shown)
    if wish is None or any(w.candidate == wish.candidate for w in found.shown):
        return lines
    return (*lines, wishes.recorded(wish))
