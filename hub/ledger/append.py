"""The only writer: takes what is waiting, stores it in one transaction, answers each caller.

In: Drafts, from any thread. Out: a Record each, once durable. Never here: a rule, an HTTP status.

Group commit: requests queue, one thread takes all that is there (it never lingers for more) and
makes one call. Each caller is answered after the commit that covers its entry, never before: an
acknowledgement is a promise that a crash cannot break.

An outcome can be unknown (the connection died during commit). Asking again is safe, because the
ledger knows each (agency, jti): the second try answers "seen" with the first place.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread

from eventsourcing.persistence import (
    DataError,
    InterfaceError,
    OperationalError,
    PersistenceError,
)
from psycopg.errors import DiskFull, LockNotAvailable, OutOfMemory, QueryCanceled

from hub.clock import Clock
from hub.ledger.record import (
    Draft,
    JtiReusedError,
    LedgerError,
    OverloadedError,
    Record,
    StaleError,
    SubjectErasedError,
    UnavailableError,
)
from hub.ledger.resolve import Resolver, news_last
from hub.ledger.store import HubRecorder, Placed, Sealed

MAX_BATCH = 500
MAX_WAITING = 10_000
MAX_TRIES = 3
CALLED_OFF = (DiskFull, LockNotAvailable, OutOfMemory, QueryCanceled)
"""A full disk, a lock or a statement that took too long: errors that undo their transaction."""


@dataclass(slots=True)
class _Waiting:
    draft: Draft
    answer: "Future[Record]" = field(default_factory=Future)
    tries: int = 0


class Appender:
    """One writer thread over one recorder. `close()` stores what is waiting and stops."""

    def __init__(self, recorder: HubRecorder, resolver: Resolver, clock: Clock) -> None:
        self._recorder = recorder
        self._resolver = resolver
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._wake = Condition()
        self._closing = False
        self._last_ms = 0
        self._thread = Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

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
        fresh = [_Waiting(draft) for draft in drafts]
        for waiting in fresh:
            # Whoever gives up waiting must not undo what the others of its batch wait for.
            waiting.answer.set_running_or_notify_cancel()
        with self._wake:
            if self._closing:
                raise UnavailableError("the hub is shutting down")
            if len(self._waiting) + len(fresh) > MAX_WAITING:
                raise OverloadedError("too much is waiting to be written")
            self._waiting.extend(fresh)
            self._wake.notify()
        return [w.answer for w in fresh]

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
            try:
                self._write(batch)
            except Exception as broken:  # noqa: BLE001 - a caller must never wait for ever
                _fail(batch, UnavailableError(f"the writer failed: {type(broken).__name__}"))

    def _take(self) -> list[_Waiting]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            size = min(len(self._waiting), MAX_BATCH)
            return [self._waiting.popleft() for _ in range(size)]

    def _write(self, batch: list[_Waiting]) -> None:
        """Prepare and store a batch; put back what must be prepared again."""
        unique, again = _first_of_each(batch)
        try:
            prepared = self._resolver.prepare([w.draft for w in unique])
        except (PersistenceError, UnavailableError):
            _fail(batch, UnavailableError("the store did not answer"))
            return
        ready: list[tuple[_Waiting, Sealed]] = []
        for waiting, outcome in zip(unique, prepared, strict=True):
            if isinstance(outcome, LedgerError):
                waiting.answer.set_exception(outcome)
            else:
                ready.append((waiting, outcome))
        order = {id(e): w for w, e in ready}
        entries = news_last([e for _, e in ready])
        self._store([(order[id(e)], e) for e in entries])
        if again:
            self._put_back(again)

    def _store(self, ready: list[tuple[_Waiting, Sealed]]) -> None:
        """Store entries; where the batch itself is refused, halve it until one stands alone."""
        if not ready:
            return
        try:
            placed = self._call([e for _, e in ready])
        except (OperationalError, InterfaceError):
            _fail([w for w, _ in ready], UnavailableError("the store did not answer"))
        except PersistenceError as refused:
            if len(ready) == 1:
                ready[0][0].answer.set_exception(_refusal(refused))
                return
            middle = len(ready) // 2
            self._store(ready[:middle])
            self._store(ready[middle:])
        else:
            for (waiting, entry), place in zip(ready, placed, strict=True):
                self._answer(waiting, entry, place)

    def _call(self, entries: list[Sealed]) -> list[Placed]:
        """Call the ledger once, and once more where the first outcome is unknown.

        What the server itself called off has a known outcome: nothing of it was stored.
        """
        # Time never runs back in the ledger, whatever the machine's clock does.
        self._last_ms = max(self._last_ms, self._clock.now_ms())
        try:
            return self._recorder.append(entries, self._last_ms)
        except (OperationalError, InterfaceError) as failed:
            if isinstance(failed.__cause__, CALLED_OFF):
                raise
            return self._recorder.append(entries, self._last_ms)

    def _answer(self, waiting: _Waiting, entry: Sealed, place: Placed) -> None:
        draft = waiting.draft
        if place.status == "conflict":
            self._resolver.forget(entry)
            waiting.answer.set_exception(JtiReusedError("jti was used for other content"))
        elif place.status == "erased":
            self._erased(waiting, entry)
        elif place.status == "stale":
            self._resolver.forget(entry)
            waiting.tries += 1
            if draft.guards or waiting.tries >= MAX_TRIES:
                waiting.answer.set_exception(StaleError("a fact it rests on has changed"))
            else:
                self._put_back([waiting])
        elif place.position is None or place.recorded_at_ms is None:  # pragma: no cover - schema
            waiting.answer.set_exception(UnavailableError("the ledger gave no place"))
        else:
            self._resolver.placed(entry, new=place.status == "stored")
            waiting.answer.set_result(
                Record(
                    position=place.position,
                    recorded_at_ms=place.recorded_at_ms,
                    subject=entry.subject,
                    jti=draft.jti,
                    agency=draft.agency,
                    digest=draft.digest,
                    pseq=place.pseq,
                    seen=place.status == "seen",
                )
            )

    def _erased(self, waiting: _Waiting, entry: Sealed) -> None:
        """Refuse what names somebody erased by their hub id; look again where a number named them.

        Such a number leads to nobody once the erasure is done: its next event makes a new subject.
        """
        self._resolver.forget_subject(entry.subject)
        waiting.tries += 1
        if waiting.draft.subject is not None:
            waiting.answer.set_exception(SubjectErasedError("the subject was erased"))
        elif waiting.tries >= MAX_TRIES:
            waiting.answer.set_exception(UnavailableError("an erasure is not done yet"))
        else:
            self._put_back([waiting])

    def _put_back(self, again: list[_Waiting]) -> None:
        with self._wake:
            self._waiting.extendleft(reversed(again))


def _first_of_each(batch: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Split off repeats of one (agency, jti): the second is answered "seen" in the next batch."""
    first: dict[tuple[str, str], _Waiting] = {}
    again: list[_Waiting] = []
    for waiting in batch:
        key = (waiting.draft.agency, str(waiting.draft.jti))
        if key in first:
            again.append(waiting)
        else:
            first[key] = waiting
    return list(first.values()), again


def _refusal(refused: PersistenceError) -> LedgerError:
    if isinstance(refused, DataError):
        return LedgerError("the store cannot hold this entry")
    return UnavailableError("the store refused the entry")


def _fail(batch: list[_Waiting], error: LedgerError) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
