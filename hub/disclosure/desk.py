"""The one door out: find candidates, decide again, record, release. In that order, always.

In: an Ask from a signed-in partner. Out: an Answer whose record is already durable.
Never here: an answer that was not recorded; a lock held while deciding.

Why recording before releasing is safe: a crash in between leaves a record of something that was
not sent. The other order would leave something sent that nobody recorded.

Why no row is locked: the record is appended with guards on every fact it rests on. All facts are
written under the ledger's one lock, so `append` knows whether any of them changed since they were
read, and refuses the record as stale. Then we decide again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from contracts.base import Category
from contracts.disclosure import DisclosureMade, DisclosureRefused, ReasonCode
from hub.clock import Clock, london_day, seconds
from hub.disclosure.ask import Answer, Ask
from hub.disclosure.cursor import Cursors
from hub.disclosure.receipt import Receipts, digest
from hub.disclosure.render import NOTHING, Renderer
from hub.disclosure.weigh import NO_FACTS, Scales, Weighed, keys_for
from hub.ids import Source
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id, canonical
from hub.ledger.opened import payload_of
from hub.ledger.read import Known, Pool, facts, tokens
from hub.ledger.record import Guard, StaleError, agency_key, relation_key, subject_key
from hub.ledger.sealing import Sealer
from hub.rulebook import Decision, Rulebook
from hub.telemetry import ANSWERS, BLOCKED, Log, say
from hub.views import read
from hub.views.question import facts_of
from hub.views.read_patterns import setting_pattern

MAX_TRIES = 5


_PATTERN = {"item_kind": "setting", "item_status": "live", "aggregate_only": "yes"}
"""A setting's pattern, as an item the hub states: counts and themes, nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one look at the database gave: enough to answer, and to prove what it rests on."""

    weighed: tuple[Weighed, ...]
    payloads: dict[int, Any]
    known: Known
    pattern: dict[str, Any] | None
    more: bool
    asker: Decision


class Desk:
    """Answers asks. One per process; every method is one recorded answer."""

    def __init__(
        self,
        *,
        pool: Pool,
        door: FrontDoor,
        sealer: Sealer,
        rulebook: Rulebook,
        receipts: Receipts,
        cursors: Cursors,
        clock: Clock,
        source: Source,
    ) -> None:
        self.pool = pool
        self.door = door
        self.scales = Scales(rulebook)
        self.renderer = Renderer(rulebook)
        self._sealer = sealer
        self._receipts = receipts
        self._cursors = cursors
        self._clock = clock
        self._source = source

    async def timeline(self, ask: Ask) -> Answer:
        """Answer a read of a timeline. A hidden subject and an unknown one get the same bytes.

        Raises:
            StaleError: the facts keep changing under the answer; nothing was released.
            LedgerError: the answer could not be recorded; nothing was released.
        """
        return await self._settled(ask, self._page, lambda _: canonical(NOTHING))

    async def request(self, ask: Ask) -> Answer:
        """Answer a stated request, with its refusal in words where it is refused.

        Raises:
            StaleError: the facts keep changing under the answer; nothing was released.
            LedgerError: the answer could not be recorded; nothing was released.
        """

        def refusal(found: _Found) -> bytes:
            nameable = (w.decision for w in found.weighed if w.decision.nameable)
            decision = next(nameable, found.asker)
            return canonical(self.renderer.refusal(ask, decision, ask.request_id))

        return await self._settled(ask, self._released, refusal)

    async def record(
        self, entry: DisclosureMade | DisclosureRefused, body: bytes, guards: tuple[Guard, ...]
    ) -> Answer:
        """Record an answer and return it with its receipt: the last step before bytes leave.

        Raises:
            StaleError: a fact it rests on has changed; nothing was recorded.
            LedgerError: it could not be recorded; nothing may be released.
        """
        jti = self._source.uuid()
        record = await self.door.say(
            Own(entry, agency_sub_id(entry.partner), guards=guards, jti=str(jti))
        )
        released = isinstance(entry, DisclosureMade)
        ANSWERS.labels("released" if released else "refused", entry.channel).inc()
        receipt = self._receipts.for_answer(
            record, partner=entry.partner, body_digest=entry.body_digest, released=released
        )
        return Answer(
            outcome="released" if released else "refused",
            body=body,
            receipt=receipt,
            jti=jti,
            reason=None if isinstance(entry, DisclosureMade) else entry.reason_code,
        )

    async def _settled(
        self,
        ask: Ask,
        released: Callable[[Ask, _Found], bytes],
        refused: Callable[[_Found], bytes],
    ) -> Answer:
        """Decide and record until the facts stand still."""
        for _ in range(MAX_TRIES):
            found = await self._look(ask)
            shown = tuple(w for w in found.weighed if w.shown)
            guards = tuple(Guard(k, p) for k, p in found.known.positions.items())
            try:
                if shown or found.pattern is not None:
                    body = released(ask, found)
                    return await self.record(self._made(ask, found, body), body, guards)
                body = refused(found)
                return await self.record(self._refused(ask, found, body), body, guards)
            except StaleError:
                continue
        raise StaleError("the facts keep changing")

    async def _look(self, ask: Ask) -> _Found:
        """Read candidates, facts and tokens, and decide. One connection, no transaction held."""
        now = seconds(self._clock)
        async with self.pool.connection() as connection:
            candidates = await self._candidates(connection, ask)
            more = len(candidates) > ask.limit
            candidates = candidates[: ask.limit]
            keys = keys_for(candidates, ask)
            known = await facts(connection, keys, now)
            weighed = tuple(self.scales.weigh(candidates, known, ask, london_day(now)))
            shown = [w.candidate.position for w in weighed if w.shown]
            opened = await tokens(connection, shown, self._sealer)
            pattern = await self._pattern(connection, ask, known)
        self._tell_blocked(weighed)
        return _Found(
            weighed=weighed,
            payloads={p: None if t is None else payload_of(t) for p, t in opened.items()},
            known=known,
            pattern=pattern,
            more=more,
            asker=self._asker(ask, known),
        )

    async def _candidates(self, connection: AsyncConnection[Any], ask: Ask) -> list[read.Candidate]:
        page: dict[str, Any] = {
            "after": ask.after,
            "limit": ask.limit + 1,
            "since": ask.since,
            "until": ask.until,
            "as_known_on": ask.as_known_on,
        }
        subject = str(ask.subject)
        if ask.stated:
            return await read.all_items(connection, subject, **page)
        return await read.candidates(connection, subject, ask.partner, **page)

    async def _pattern(
        self, connection: AsyncConnection[Any], ask: Ask, known: Known
    ) -> dict[str, Any] | None:
        """Return a care setting's pattern, where a statement by the hub about it may be shown."""
        location = await read.settings_of(connection, str(ask.subject))
        decision = self._on(ask, known, _PATTERN)
        if location is None or not {Category.CONCERN, Category.EXISTENCE} <= decision.shown:
            return None
        pattern = await setting_pattern(connection, location, as_known_on=ask.as_known_on)
        return self.renderer.pattern(pattern, decision)

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
        return self.scales.decision({**found, **ask.facts()}, london_day(seconds(self._clock)))

    def _page(self, ask: Ask, found: _Found) -> bytes:
        last = found.weighed[-1].candidate if found.weighed and found.more else None
        cursor = None
        if last is not None:
            cursor = self._cursors.make(ask.partner, ask.subject, (last.occurred_at, last.position))
        items = self._items(found)
        return canonical(self.renderer.timeline(ask, items, cursor=cursor, pattern=found.pattern))

    def _released(self, ask: Ask, found: _Found) -> bytes:
        page = self.renderer.timeline(ask, self._items(found), cursor=None, pattern=found.pattern)
        request_id = None if ask.request_id is None else str(ask.request_id)
        return canonical({"outcome": "released", "request_id": request_id, **page})

    def _items(self, found: _Found) -> list[dict[str, Any]]:
        return [
            self.renderer.item(w, found.payloads.get(w.candidate.position))
            for w in found.weighed
            if w.shown
        ]

    def _made(self, ask: Ask, found: _Found, body: bytes) -> DisclosureMade:
        shown = [w for w in found.weighed if w.shown]
        return DisclosureMade(
            **self._head(ask, found, body),
            items=tuple(w.recorded() for w in shown),
            obligations=tuple(sorted({o for w in shown for o in w.decision.obligations})),
        )

    def _refused(self, ask: Ask, found: _Found, body: bytes) -> DisclosureRefused:
        rules = {r for w in found.weighed for r in w.decision.forbids}
        missing = {f for w in found.weighed for _, f in w.decision.missing}
        return DisclosureRefused(
            **self._head(ask, found, body),
            reason_code=_reason(found),
            rules=tuple(sorted(rules))[:80],
            would_change=tuple(sorted(missing))[:80],
        )

    def _head(self, ask: Ask, found: _Found, body: bytes) -> dict[str, Any]:
        return {
            "about": "agency",
            "partner": ask.partner,
            "user": ask.user,
            "subject": str(ask.subject),
            "purpose": ask.purpose,
            "legal_demand": ask.legal_demand,
            "channel": ask.channel,
            "request_id": None if ask.request_id is None else str(ask.request_id),
            "rulebook": self.scales.rulebook.sha256,
            "fact_position": max(found.known.positions.values(), default=0),
            "body_digest": digest(body),
        }

    def _tell_blocked(self, weighed: tuple[Weighed, ...]) -> None:
        blocked = sum(w.blocked for w in weighed)
        if blocked:
            BLOCKED.inc(blocked)
            say(Log.BLOCKED_RELEASE, items=blocked)


def _reason(found: _Found) -> ReasonCode:
    """Return why nothing leaves, in the register's closed words."""
    decisions = [w.decision for w in found.weighed]
    if not decisions:
        return "nothing_to_show"
    if any(f.startswith("x-capacity-refusal") for d in decisions for f in d.forbids):
        return "consent_refused_no_override"
    if any(d.forbids for d in decisions):
        return "bar"
    return "no_gateway"
