"""Waits, for all answers of one process together, until a signed checkpoint covers their entries.

In: positions. Out: the size of the checkpoint that covers each, or that the log stands still.
Never here: a signature, a loop for each answer, an answer let go while the log has long stood.

How long the log has stood still is read from the ledger itself: as long as its first row without
a leaf has been there. So all processes of a hub say the same, and one that just started knows it.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, LiteralString

from hub.clock import Clock
from hub.ledger.read import Pool
from hub.ledger.record import LogStandsError
from hub.telemetry import LOG_BEHIND, PROMISED, Log, say

PATIENCE_S: Final = 5.0
"""As long as another sequencer may take to take over: after that, an answer waits no more."""
WAIT_S: Final = PATIENCE_S
"""How long one answer waits by its own process's clock, whatever the ledger's age says."""
PROMISED_S: Final = 300
"""How long answers may leave on a promise while the log stands still; then none leaves."""
LOOK_S: Final = 0.02
_FAR: Final = 2**62
_LOG: LiteralString = (
    "SELECT ARRAY(SELECT size FROM ledger.tlog_checkpoint WHERE size >= %s ORDER BY size),"
    " (SELECT recorded_at FROM ledger.header WHERE position ="
    " 1 + coalesce((SELECT max(size) FROM ledger.tlog_checkpoint), 0))"
)
_FIRST: LiteralString = (
    "SELECT size FROM ledger.tlog_checkpoint WHERE size >= %s ORDER BY size LIMIT 1"
)


@dataclass(slots=True)
class _Waiter:
    position: int
    until: float
    """By the event loop's clock."""
    covered: "asyncio.Future[int | None]" = field(repr=False)


class Covering:
    """One process's eye on the log. `waits`: whether answers wait. Belongs to one event loop."""

    def __init__(self, pool: Pool, clock: Clock, *, waits: bool) -> None:
        self._pool = pool
        self._clock = clock
        self._waits = waits
        self._waiting: list[_Waiter] = []
        self._running: asyncio.Task[None] | None = None
        self._stood_s: float | None = None

    async def admit(self) -> None:
        """Refuse an answer before it is recorded, where it could not leave afterwards.

        Raises:
            LogStandsError: the log has stood still for longer than answers may be promised.
        """
        if self._waits and (self._stood_s is None or self._stood_s >= PATIENCE_S):
            await self.watch()
            self._check()

    async def covered(self, position: int) -> int | None:
        """Wait, and return the size of the first checkpoint over a position.

        None where there is none yet, and the answer leaves on a promise.

        Raises:
            LogStandsError: the log has stood still for longer than answers may be promised.
        """
        if not self._waits:
            return None
        loop = asyncio.get_running_loop()
        waiter = _Waiter(position, loop.time() + WAIT_S, loop.create_future())
        self._waiting.append(waiter)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        size = await waiter.covered
        if size is None:
            self._check()
            PROMISED.inc()
        return size

    async def first(self, position: int) -> int | None:
        """Return the size of the first checkpoint over a position, or None where there is none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FIRST, [position], prepare=True)).fetchone()
        return None if row is None else int(row[0])

    async def watch(self) -> None:
        """Look how long the log has stood still, and raise the alarm where it does."""
        if self._waits:
            await self._look(_FAR)

    def _check(self) -> None:
        if self._stood_s is not None and self._stood_s > PROMISED_S:
            raise LogStandsError("the log has stood still for too long")

    async def _drain(self) -> None:
        """Look again and again while anybody waits; one look serves all."""
        while waiting := list(self._waiting):
            try:
                sizes = await self._look(min(w.position for w in waiting))
            except Exception as broken:  # noqa: BLE001 - each waiter must hear of it
                self._end(waiting, lambda w, e=broken: w.covered.set_exception(e))  # type: ignore[misc]
                continue
            self._answer(waiting, sizes)
            if self._waiting:
                await asyncio.sleep(LOOK_S)

    def _answer(self, waiting: Sequence[_Waiter], sizes: Sequence[int]) -> None:
        stands = (self._stood_s or 0.0) >= PATIENCE_S
        now = asyncio.get_running_loop().time()
        for waiter in waiting:
            at = bisect_left(sizes, waiter.position)
            if at < len(sizes):
                self._end([waiter], lambda w, s=sizes[at]: w.covered.set_result(s))  # type: ignore[misc]
            elif stands or now > waiter.until:
                self._end([waiter], lambda w: w.covered.set_result(None))

    def _end(self, waiting: Sequence[_Waiter], answer: Callable[[_Waiter], None]) -> None:
        for waiter in waiting:
            self._waiting.remove(waiter)
            if not waiter.covered.done():  # whoever waited may have given up
                answer(waiter)

    async def _look(self, lowest: int) -> list[int]:
        """Return the sizes of checkpoints from `lowest` on, and note how long the log stood."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_LOG, [lowest], prepare=True)).fetchone()
        sizes, since_ms = row if row is not None else ([], None)
        stood_s = 0.0 if since_ms is None else max(0.0, (self._clock.now_ms() - since_ms) / 1000)
        before = self._stood_s or 0.0
        self._stood_s = stood_s
        LOG_BEHIND.set(stood_s)
        if (before >= PATIENCE_S) != (stood_s >= PATIENCE_S):
            say(Log.LOG_STANDS if stood_s >= PATIENCE_S else Log.LOG_MOVES, seconds=int(stood_s))
        return list(sizes)
