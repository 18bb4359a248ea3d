"""Waits, in an event loop, for what the writer's thread will answer: one wake-up for many answers.

In: the writer's futures. Out: what became of each, in order. Never here: a retry, a judgement.

`asyncio.wrap_future` wakes the loop once for every entry. Each wake-up is a call across threads
while the writer holds the interpreter, so five hundred of them cost more than storing the entries.
"""

import asyncio
from itertools import count
from typing import TYPE_CHECKING

from hub.ledger.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future


async def settled(futures: "Sequence[Future[Record]]") -> list[Record | BaseException]:
    """Return each future's record, or the error it ended with, once all have ended."""
    if not futures:
        return []
    loop = asyncio.get_running_loop()
    all_ended: asyncio.Future[None] = loop.create_future()
    ended = count(1)  # its next() is one step, whichever thread takes it

    def wake() -> None:
        if not all_ended.done():  # whoever waited may have given up
            all_ended.set_result(None)

    def on_end(_: "Future[Record]") -> None:
        if next(ended) == len(futures) and not loop.is_closed():
            loop.call_soon_threadsafe(wake)

    for future in futures:
        future.add_done_callback(on_end)
    await all_ended
    return [future.exception() or future.result() for future in futures]
