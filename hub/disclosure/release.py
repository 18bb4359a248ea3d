"""The last step before bytes leave: record the answer, wait until the log covers it, sign for it.

In: a register entry and the exact bytes it is about. Out: an Answer with its receipt.
Never here: a decision, or bytes handed over by another way.
"""

from contextlib import suppress
from contextvars import ContextVar
from typing import Final

from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.disclosure.ask import Answer
from hub.disclosure.beat import on_record
from hub.disclosure.receipt import Receipts
from hub.ids import Source
from hub.ledger.covering import Covering
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.record import Guard
from hub.telemetry import ANSWERS

LEAVING: Final[ContextVar[list[str]]] = ContextVar("leaving")
"""The ids of the answers recorded for the request at hand, where somebody asks to know them: a page
holds several, and carries no receipt."""


class Release:
    """Records answers. One per process."""

    def __init__(
        self, *, door: FrontDoor, covering: Covering, receipts: Receipts, source: Source
    ) -> None:
        self._door = door
        self._covering = covering
        self._receipts = receipts
        self._source = source

    async def record(
        self, entry: DisclosureMade | DisclosureRefused, body: bytes, guards: tuple[Guard, ...]
    ) -> Answer:
        """Record an answer and return it with its receipt, once the log covers it or must soon.

        A crash while it waits leaves a record of something that was not sent: never the reverse.

        Raises:
            LogStandsError: the log has stood still for too long; nothing may be released.
            StaleError: a fact it rests on has changed; nothing was recorded.
            LedgerError: it could not be recorded; nothing may be released.
        """
        await self._covering.admit()
        jti = self._source.uuid()
        record = await self._door.say(
            Own(entry, agency_sub_id(entry.partner), guards=guards, jti=str(jti))
        )
        released = isinstance(entry, DisclosureMade)
        ANSWERS.labels("released" if released else "refused", entry.channel).inc()
        receipt = self._receipts.for_answer(
            record,
            partner=entry.partner,
            body_digest=entry.body_digest,
            released=released,
            size=await self._covering.covered(record.position),
        )
        on_record(released=released)
        with suppress(LookupError):
            LEAVING.get().append(str(jti))
        return Answer(
            outcome="released" if released else "refused",
            body=body,
            receipt=receipt,
            jti=jti,
            reason=None if isinstance(entry, DisclosureMade) else entry.reason_code,
        )
