"""Stores a batch of drafts in one transaction and answers each: what every writer does.

In: Drafts and whom to answer. Out: a Record each, once durable; those to be tried again.
Never here: a queue, a thread, a socket, a rule.

An outcome can be unknown (the connection died during commit). Asking again is safe, because the
ledger knows each (agency, jti): the second try answers "seen" with the first place. A proof that
the second try finds spent was spent by the first if the event was recorded since the first began.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eventsourcing.persistence import (
    DataError,
    InterfaceError,
    OperationalError,
    PersistenceError,
)
from msgspec.structs import replace
from psycopg.errors import DiskFull, LockNotAvailable, OutOfMemory, QueryCanceled

from hub.clock import Clock
from hub.intake.agencies import HUB_SLUG
from hub.ledger.record import (
    Draft,
    JtiReusedError,
    LedgerError,
    ProofReplayedError,
    Record,
    StaleError,
    SubjectErasedError,
    UnavailableError,
)
from hub.ledger.resolve import Resolver, news_last
from hub.ledger.store import HubRecorder, Placed, Sealed

MAX_TRIES = 3
CALLED_OFF = (DiskFull, LockNotAvailable, OutOfMemory, QueryCanceled)
"""A full disk, a lock or a statement that took too long: errors that undo their transaction."""


class Answer(Protocol):
    """Who waits for one draft. A `concurrent.futures.Future` is one."""

    def set_result(self, result: Record, /) -> None:
        """Take the record: it is durable."""
        ...

    def set_exception(self, exception: BaseException | None, /) -> None:
        """Take the reason there is none."""
        ...

    def done(self) -> bool:
        """Say whether it was answered."""
        ...


@dataclass(slots=True)
class Waiting:
    """A draft, and who waits for it."""

    draft: Draft
    answer: Answer
    tries: int = 0


class Committer:
    """Writes batches over one recorder. For one thread at a time."""

    def __init__(
        self,
        recorder: HubRecorder,
        resolver: Resolver,
        clock: Clock,
        receipt: Callable[[Record], str] | None = None,
    ) -> None:
        """Take the parts; `receipt` signs for agencies' events, once they are durable."""
        self._receipt = receipt
        self._recorder = recorder
        self._resolver = resolver
        self._clock = clock
        self._last_ms = 0

    def write(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Store a batch and answer its waiters; return those that must be written again."""
        try:
            return self._write(batch)
        except Exception as broken:  # noqa: BLE001 - a caller must never wait for ever
            _fail(batch, UnavailableError(f"the writer failed: {type(broken).__name__}"))
            return []

    def _write(self, batch: Sequence[Waiting]) -> list[Waiting]:
        unique, again = _first_of_each(batch)
        try:
            prepared = self._resolver.prepare([w.draft for w in unique])
        except (PersistenceError, UnavailableError):
            _fail(batch, UnavailableError("the store did not answer"))
            return []
        ready: list[tuple[Waiting, Sealed]] = []
        for waiting, outcome in zip(unique, prepared, strict=True):
            if isinstance(outcome, LedgerError):
                waiting.answer.set_exception(outcome)
            else:
                ready.append((waiting, outcome))
        order = {id(e): w for w, e in ready}
        entries = news_last([e for _, e in ready])
        return [*self._store([(order[id(e)], e) for e in entries]), *again]

    def _store(self, ready: list[tuple[Waiting, Sealed]]) -> list[Waiting]:
        """Store entries; where the batch itself is refused, halve it until one stands alone."""
        if not ready:
            return []
        try:
            placed, asked_twice = self._call([e for _, e in ready])
        except (OperationalError, InterfaceError):
            _fail([w for w, _ in ready], UnavailableError("the store did not answer"))
        except PersistenceError as refused:
            if len(ready) == 1:
                ready[0][0].answer.set_exception(_refusal(refused))
                return []
            middle = len(ready) // 2
            return [*self._store(ready[:middle]), *self._store(ready[middle:])]
        else:
            return [
                waiting
                for (waiting, entry), place in zip(ready, placed, strict=True)
                if not self._answered(waiting, entry, place, asked_twice=asked_twice)
            ]
        return []

    def _call(self, entries: list[Sealed]) -> tuple[list[Placed], bool]:
        """Call the ledger once, and once more where the first outcome is unknown; say whether.

        What the server itself called off has a known outcome: nothing of it was stored.
        """
        # Time never runs back in the ledger, whatever the machine's clock does.
        self._last_ms = max(self._last_ms, self._clock.now_ms())
        try:
            return self._recorder.append(entries, self._last_ms), False
        except (OperationalError, InterfaceError) as failed:
            if isinstance(failed.__cause__, CALLED_OFF):
                raise
            return self._recorder.append(entries, self._last_ms), True

    def _answered(
        self, waiting: Waiting, entry: Sealed, place: Placed, *, asked_twice: bool
    ) -> bool:
        """Answer one draft. False: it is to be written again."""
        draft = waiting.draft
        if place.status in ("conflict", "replayed", "stale"):
            self._resolver.forget(entry)
        match place.status:
            case "conflict":
                waiting.answer.set_exception(JtiReusedError("jti was used for other content"))
            case "replayed":
                self._replayed(waiting, entry, asked_twice=asked_twice)
            case "erased":
                return self._erased(waiting, entry)
            case "stale":
                waiting.tries += 1
                again = bool(draft.identifiers) and self._resolver.look_again()
                if (again or not draft.guards) and waiting.tries < MAX_TRIES:
                    waiting.draft = replace(draft, spend=None)  # that much is done
                    return False
                waiting.answer.set_exception(StaleError("a fact it rests on has changed"))
            case _ if place.position is None or place.recorded_at_ms is None:  # pragma: no cover
                waiting.answer.set_exception(UnavailableError("the ledger gave no place"))
            case _:
                self._resolver.placed(entry, new=place.status == "stored")
                waiting.answer.set_result(self._signed(_record(entry, place, place.recorded_at_ms)))
        return True

    def _replayed(self, waiting: Waiting, entry: Sealed, *, asked_twice: bool) -> None:
        """Refuse a proof that was used before, unless it was this batch's own first try."""
        try:
            place = self._recorder.first(waiting.draft) if asked_twice else None
        except PersistenceError:
            waiting.answer.set_exception(UnavailableError("the store did not answer"))
            return
        if place is None or place.recorded_at_ms is None or place.recorded_at_ms < self._last_ms:
            waiting.answer.set_exception(ProofReplayedError("the proof was used before"))
        else:
            waiting.answer.set_result(self._signed(_record(entry, place, place.recorded_at_ms)))

    def _signed(self, record: Record) -> Record:
        if self._receipt is None or record.agency == HUB_SLUG:
            return record
        return replace(record, receipt=self._receipt(record))

    def _erased(self, waiting: Waiting, entry: Sealed) -> bool:
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
            waiting.draft = replace(waiting.draft, spend=None)
            return False
        return True


def _record(entry: Sealed, place: Placed, recorded_at_ms: int) -> Record:
    draft = entry.draft
    return Record(
        position=place.position or 0,
        recorded_at_ms=recorded_at_ms,
        subject=entry.subject,
        jti=draft.jti,
        agency=draft.agency,
        digest=draft.digest,
        pseq=place.pseq,
        seen=place.status == "seen",
    )


def _first_of_each(batch: Sequence[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """Split off repeats of one (agency, jti): the second is answered "seen" in the next batch."""
    first: dict[tuple[str, object], Waiting] = {}
    again: list[Waiting] = []
    for waiting in batch:
        key = (waiting.draft.agency, waiting.draft.jti)
        if key in first:
            again.append(waiting)
        else:
            first[key] = waiting
    return list(first.values()), again


def _refusal(refused: PersistenceError) -> LedgerError:
    if isinstance(refused, DataError):
        return LedgerError("the store cannot hold this entry")
    return UnavailableError("the store refused the entry")


def _fail(batch: Sequence[Waiting], error: LedgerError) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
