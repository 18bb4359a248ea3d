"""Many events at once: checked one by one, handed over in parts, each answered for itself.

In: tokens by jti, and who brought them. Out: for each its Record, durable, or why there is none.
Never here: a check that a single event is spared, an answer before the writer's.

The writer stores one part while the next is checked, so neither waits for a whole batch of the
other's. An agency's batches are checked one behind the other: side by side all would end at the
same moment, and there would be nothing to check while they are stored.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol, TypeAlias

from hub.intake.errors import Err, IntakeError
from hub.ledger.append import Writes
from hub.ledger.record import Draft, LedgerError, Record, StaleError, SubjectErasedError

A_PART: Final = 250
"""Events handed over together: a commit costs the ledger as much as thirty of its rows."""
Turn: TypeAlias = Callable[[], Awaitable[None]]
Answer: TypeAlias = Record | IntakeError | LedgerError
_Stored: TypeAlias = "asyncio.Future[list[Record | BaseException]]"


class Door(Protocol):
    """The front door, as far as a batch goes through it."""

    def prepare(self, token: bytes, caller: str) -> Draft:
        """Verify one event and return its draft, or raise why it is refused."""
        ...

    async def again(self, token: bytes, caller: str, refusal: IntakeError | None = None) -> Answer:
        """Take one event alone; with a refusal, only if it is on record already."""
        ...

    async def look_again(self) -> None:
        """Read anew who may post, and under what law."""
        ...


class Batches:
    """Takes batches for one front door. Belongs to one event loop."""

    def __init__(self, door: Door, writes: Writes) -> None:
        self._door = door
        self._writes = writes
        self._checking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def take(
        self, tokens: Mapping[str, bytes], caller: str, turn: Turn | None
    ) -> dict[str, Answer]:
        """Take many events: see FrontDoor.post_many."""
        answers: dict[str, Answer] = {}
        parts: list[tuple[list[str], _Stored]] = []
        try:
            async with self._checking[caller]:
                await self._check(tokens, caller, turn, answers, parts)
        finally:
            # Whatever happens meanwhile, what was handed over is waited for.
            await asyncio.gather(*(stored for _, stored in parts), return_exceptions=True)
        for jtis, stored in parts:
            for jti, outcome in zip(jtis, stored.result(), strict=True):
                answers[jti] = await self._settled(tokens[jti], caller, outcome)
        return answers

    async def _check(
        self,
        tokens: Mapping[str, bytes],
        caller: str,
        turn: Turn | None,
        answers: dict[str, Answer],
        parts: list[tuple[list[str], _Stored]],
    ) -> None:
        """Check each event, and hand over what is sound."""
        drafts: dict[str, Draft] = {}
        for jti, token in tokens.items():
            if turn is not None:
                await turn()
            try:
                prepared = self._door.prepare(token, caller)
            except IntakeError as refusal:
                answers[jti] = await self._door.again(token, caller, refusal)
                continue
            if str(prepared.jti) != jti:
                answers[jti] = IntakeError(Err.INVALID_REQUEST, "the jti is not the event's own")
                continue
            drafts[jti] = prepared
            if len(drafts) == A_PART:
                parts.append(self._handed(drafts))
                drafts = {}
        if drafts:
            parts.append(self._handed(drafts))

    def _handed(self, drafts: Mapping[str, Draft]) -> tuple[list[str], _Stored]:
        """Hand drafts over, and return whose they are and what will have become of them."""
        return list(drafts), asyncio.ensure_future(self._writes.store(list(drafts.values())))

    async def _settled(self, token: bytes, caller: str, outcome: Record | BaseException) -> Answer:
        """Return what to answer for one event, trying it alone where that may help."""
        if isinstance(outcome, StaleError):
            await self._door.look_again()
            return await self._door.again(token, caller)
        if isinstance(outcome, SubjectErasedError):
            return await self._door.again(token, caller)
        if isinstance(outcome, Record | LedgerError):
            return outcome
        raise outcome
