"""A writer in this process: takes what is waiting, has it stored, answers each caller.

In: Drafts, from any thread. Out: a Record each, once durable. Never here: a rule, an HTTP status.

Group commit: requests queue, one thread takes all that is there (it never lingers for more) and
makes one call. Each caller is answered after the commit that covers its entry, never before: an
acknowledgement is a promise that a crash cannot break.

This is the writer of commands and tests. `hub serve` hands its drafts to a process of their own
(hub.ledger.handing), which stores them in the same way.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Protocol

from hub.clock import Clock
from hub.ledger.commit import Committer, Waiting
from hub.ledger.record import Draft, OverloadedError, Record, UnavailableError
from hub.ledger.resolve import Resolver
from hub.ledger.settle import settled
from hub.ledger.store import HubRecorder

MAX_BATCH = 500
MAX_WAITING = 10_000


class Writes(Protocol):
    """Whoever stores drafts, as the front door sees it, from an event loop."""

    async def store(self, drafts: Sequence[Draft]) -> list[Record | BaseException]:
        """Store drafts, each for itself; return each one's record, or why there is none.

        Raises:
            OverloadedError: too much is waiting already; nothing was queued.
            UnavailableError: there is no writer.
        """
        ...

    def close(self) -> None:
        """Let what is under way end, then stop."""
        ...


class Appender:
    """One writer thread over one recorder. `close()` stores what is waiting and stops."""

    def __init__(self, recorder: HubRecorder, resolver: Resolver, clock: Clock) -> None:
        self._committer = Committer(recorder, resolver, clock)
        self._waiting: deque[Waiting] = deque()
        self._wake = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def store(self, drafts: Sequence[Draft]) -> list[Record | BaseException]:
        """Store drafts for an event loop: see Writes.

        Raises:
            OverloadedError: too much is waiting already; nothing was queued.
            UnavailableError: the writer is closing.
        """
        return await settled(self.submit_many(drafts))

    def submit(self, draft: Draft) -> "Future[Record]":
        """Queue a draft. The future resolves when it is durable, or with a LedgerError.

        Raises:
            OverloadedError: too much is waiting already; nothing was queued.
            UnavailableError: the writer is closing.
        """
        return self.submit_many((draft,))[0]

    def submit_many(self, drafts: Sequence[Draft]) -> "list[Future[Record]]":
        """Queue several drafts at once, all or none.

        Raises:
            OverloadedError: too much is waiting already; nothing was queued.
            UnavailableError: the writer is closing.
        """
        answers: list[Future[Record]] = [Future() for _ in drafts]
        for answer in answers:
            # Whoever gives up waiting must not undo what the others of its batch wait for.
            answer.set_running_or_notify_cancel()
        with self._wake:
            if self._closing:
                raise UnavailableError("the hub is shutting down")
            if len(self._waiting) + len(answers) > MAX_WAITING:
                raise OverloadedError("too much is waiting to be written")
            self._waiting.extend(map(Waiting, drafts, answers))
            self._wake.notify()
        return answers

    @property
    def depth(self) -> int:
        """Return how many drafts are waiting."""
        return len(self._waiting)

    def close(self) -> None:
        """Store what is waiting, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._take():
            again = self._committer.write(batch)
            if again:
                with self._wake:
                    self._waiting.extendleft(reversed(again))

    def _take(self) -> list[Waiting]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            size = min(len(self._waiting), MAX_BATCH)
            return [self._waiting.popleft() for _ in range(size)]
