"""Waits for an instant, to a twentieth of a millisecond, whatever an event loop's timers can do.

In: instants by the monotonic clock. Out: nothing, when they have come; never before.
Never here: what is waited for.

An event loop's timer is off by up to a millisecond either way, by how late in its millisecond it
was set: that would tell what a wait is there to hide. Looking at the clock until then costs a core
as much as the answer did. A thread that sleeps costs a waking.
"""

import asyncio
import time
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from typing import Final, TypeAlias

_Due: TypeAlias = tuple[float, int, asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Metronome:
    """One thread, which wakes all that wait in its process. It starts with the first of them."""

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._serial = count()
        self._sooner: Final = Condition()
        self._thread: Thread | None = None

    async def until(self, when: float) -> None:
        """Return at `when`, by the monotonic clock: at once, if that is past."""
        if when <= time.monotonic():
            return
        loop = asyncio.get_running_loop()
        waiting = loop.create_future()
        with self._sooner:
            due = (when, next(self._serial), loop, waiting)
            heappush(self._due, due)
            if self._thread is None:
                # A daemon: nothing is lost where a process ends while somebody waits.
                self._thread = Thread(target=self._run, name="metronome", daemon=True)
                self._thread.start()
            elif self._due[0] is due:
                self._sooner.notify()
        await waiting

    def _run(self) -> None:
        while True:
            _, _, loop, waiting = self._next()
            with suppress(RuntimeError):  # its loop has ended: nobody waits any more
                loop.call_soon_threadsafe(_wake, waiting)

    def _next(self) -> _Due:
        """Return who is due first, once they are."""
        with self._sooner:
            while True:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is not None and left <= 0:
                    return heappop(self._due)
                self._sooner.wait(left)


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)
