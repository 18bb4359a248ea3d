"""The front door: bytes in, verified, drafted, appended, answered. Agencies and the hub alike.

In: a token and who brought it, or the hub's own payload. Out: a Record, durable.
Never here: a way around intake.verify. What the hub itself says is signed and verified as well.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from contracts.base import Payload
from contracts.governance import AboutAgency
from contracts.labels import plain
from hub.clock import Clock, seconds
from hub.ids import Source
from hub.intake.agencies import HUB_SLUG, issuer_uri
from hub.intake.errors import IntakeError
from hub.intake.signing import Signer
from hub.intake.verify import EVENT_TYP, Verified, verify
from hub.ledger.append import Writes
from hub.ledger.batches import Answer, Batches, Turn
from hub.ledger.directory import Directory, Standing
from hub.ledger.draft import draft
from hub.ledger.record import (
    Draft,
    Guard,
    LedgerError,
    Record,
    Spend,
    StaleError,
    SubjectErasedError,
    standing_key,
)
from hub.ledger.resent import on_record, resent_key
from hub.rulebook.model import FactEntry

MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class Own:
    """Something the hub itself says: the payload, its subject, and the facts it rests on."""

    payload: Payload
    sub_id: Mapping[str, Any]
    guards: tuple[Guard, ...] = ()
    jti: str | None = None


class Unspent:
    """The proof that came with a request, until a draft takes it along to be spent with it."""

    __slots__ = ("left",)

    def __init__(self, spend: Spend) -> None:
        self.left: Spend | None = spend

    def take(self) -> Spend | None:
        """Return it to the first who asks; None afterwards."""
        taken, self.left = self.left, None
        return taken


class FrontDoor:
    """Verifies and appends. One per process; called from its event loop."""

    def __init__(
        self,
        *,
        directory: Directory,
        appender: Writes,
        signer: Signer,
        clock: Clock,
        source: Source,
        hub_uri: str,
    ) -> None:
        self.directory = directory
        self._appender = appender
        self._signer = signer
        self._clock = clock
        self._source = source
        self._hub_uri = hub_uri
        self._batches = Batches(self, appender)
        self._law: tuple[Standing | None, int, Mapping[str, FactEntry]] = (None, 0, {})

    async def post(self, token: bytes, caller: str, proof: Unspent | None = None) -> Record:
        """Take one event from an agency.

        `proof` is spent in the transaction that stores the event. Where it comes to none, `proof`
        still holds it, and whoever brought it spends it.

        Raises:
            IntakeError: the event is refused; nothing was stored.
            ProofReplayedError: the proof was used before; nothing was stored.
            LedgerError: a sound event that the ledger will not or cannot store now.
        """
        for _ in range(MAX_TRIES):
            try:
                prepared = self.prepare(token, caller, None if proof is None else proof.take)
            except IntakeError as refusal:
                return await self._first_answer(token, caller, refusal)
            try:
                return await self._stored(prepared)
            except SubjectErasedError as refusal:
                # Sent before the erasure, and again because the answer was lost: it stands.
                return await self._on_record(caller, prepared.jti, prepared.digest, refusal)
            except StaleError:
                await self.look_again()
        raise StaleError("the agency's keys keep changing")

    async def post_many(
        self, tokens: Mapping[str, bytes], caller: str, turn: Turn | None = None
    ) -> dict[str, Answer]:
        """Take many events; each is stored or refused on its own.

        `tokens` maps the jti the batch gives to the token. One whose own jti differs is refused.
        `turn` waits until the next event may be checked: a batch is no reason for others to wait.
        """
        return await self._batches.take(tokens, caller, turn)

    async def say(self, own: Own) -> Record:
        """Record something the hub itself says, under its own key.

        Raises:
            StaleError: a fact it rests on has changed: decide again.
            LedgerError: it could not be stored.
        """
        standing = self.directory.now
        verified = self._verify(self.sign(own), None)
        # Whom the hub registers, and what it releases, must not wait for a law: the first
        # release has none before it, and a release that cannot be read is mended by another.
        free = isinstance(own.payload, AboutAgency)
        prepared = draft(
            verified,
            poster_kind=HUB_SLUG,
            vocabulary={} if free else self._vocabulary(standing),
            guards=(*own.guards, Guard(standing_key(HUB_SLUG), standing.position)),
        )
        try:
            return await self._stored(prepared)
        except StaleError:
            free = True  # the next try is under today's keys and law
            raise
        finally:
            if free:
                await self.look_again()

    def sign(self, own: Own, *, audience: str | None = None) -> bytes:
        """Return the hub's own SET for a payload, for the ledger or for an agency to be handed."""
        now = seconds(self._clock)
        claims = {
            "iss": self._hub_uri,
            "aud": self._hub_uri if audience is None else issuer_uri(self._hub_uri, audience),
            "iat": now,
            "toe": now,
            "jti": own.jti or str(self._source.uuid()),
            "sub_id": dict(own.sub_id),
            "events": {type(own.payload).TYPE: plain(own.payload)},
        }
        return self._signer.sign(claims, typ=EVENT_TYP).encode()

    def prepare(
        self, token: bytes, caller: str, spend: Callable[[], Spend | None] | None = None
    ) -> Draft:
        """Verify an agency's event and return its draft, guarded by the standing it rests on.

        `spend` is asked, once the event is verified, for what is to be spent with it.

        Raises:
            IntakeError: the event is refused.
            NotInForceError: no law says whose word counts.
        """
        standing = self.directory.now
        verified = self._verify(token, caller)
        poster = standing.agencies.find(verified.agency)
        return draft(
            verified,
            poster_kind="" if poster is None else poster.kind,
            vocabulary=self._vocabulary(standing),
            guards=_resting_on(verified.agency, standing.position),
            spend=None if spend is None else spend(),
        )

    async def _stored(self, prepared: Draft) -> Record:
        (outcome,) = await self._appender.store((prepared,))
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def again(self, token: bytes, caller: str, refusal: IntakeError | None = None) -> Answer:
        """Take one event of a batch alone; with a refusal, only if it is on record already."""
        try:
            if refusal is not None:
                return await self._first_answer(token, caller, refusal)
            return await self.post(token, caller)
        except (IntakeError, LedgerError) as refused:
            return refused

    async def look_again(self) -> None:
        """Read anew who may post, and under what law."""
        await asyncio.to_thread(self.directory.refresh)

    async def _first_answer(self, token: bytes, caller: str, refusal: IntakeError) -> Record:
        """Return what an event that would be refused by now was answered when it was new.

        Raises:
            IntakeError: it never was on record: the refusal stands.
        """
        resent = resent_key(token, caller, self.directory.now.keyring)
        if resent is None:
            raise refusal
        return await self._on_record(caller, *resent, refusal)

    async def _on_record(
        self, caller: str, jti: UUID, digest: bytes, refusal: IntakeError | LedgerError
    ) -> Record:
        """Return the record of exactly this event; without one, the refusal stands."""

        def look() -> Record | None:
            with self.directory.connect() as connection:
                return on_record(connection, caller, jti, digest)

        record = await asyncio.to_thread(look)
        if record is None:
            raise refusal
        return record

    def _vocabulary(self, standing: Standing) -> Mapping[str, FactEntry]:
        """Return who may state which fact, by the law in force; looked up once a second."""
        now = seconds(self._clock)
        before, second, vocabulary = self._law
        if before is not standing or second != now:
            vocabulary = standing.law.at(now).vocabulary
            self._law = (standing, now, vocabulary)
        return vocabulary

    def _verify(self, token: bytes, caller: str | None) -> Verified:
        standing = self.directory.now
        return verify(
            token,
            keyring=standing.keyring,
            agencies=standing.agencies,
            caller=caller,
            now=seconds(self._clock),
            hub_uri=self._hub_uri,
        )


@lru_cache(maxsize=1024)  # the same for every event of an agency until its keys or the law change
def _resting_on(agency: str, position: int) -> tuple[Guard, ...]:
    """Return what an agency's event rests on: its poster's standing, and the law.

    The law said whose word counts in it: one drafted under an older law is drafted again.
    """
    return tuple(Guard(standing_key(slug), position) for slug in (agency, HUB_SLUG))


def agency_sub_id(slug: str) -> dict[str, str]:
    """Return the `sub_id` of an agency, by which its governance events and answers are filed."""
    return {"format": "uri", "uri": f"urn:hub:agency:{slug}"}


def subject_sub_id(subject: object) -> dict[str, str]:
    """Return the `sub_id` of a subject the hub already knows."""
    return {"format": "opaque", "id": str(subject)}


def canonical(value: object) -> bytes:
    """Return the bytes of an answer: compact JSON, keys as given, so that a digest stands."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
