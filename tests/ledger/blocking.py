"""A recorder that a test can hold up, and tell how to fail.

In: a writer's recorder. Out: the same, with the fixtures `ledger` and `blocking`.
Never here: what a failure should lead to.
"""

from collections.abc import Iterator
from threading import Event
from time import sleep
from typing import Any

import pytest
from eventsourcing.persistence import DataError, OperationalError

from hub.ledger.store import HubRecorder, Placed
from tests.ledger.made import Writer, made, writer


@pytest.fixture
def ledger(database_url: str) -> Iterator[Writer]:
    with writer(database_url) as opened:
        yield opened


class Blocking(HubRecorder):
    """A recorder that can be held up, and told how to fail."""

    hold: Event
    calls: list[int]
    poison: frozenset[bytes]
    failures: list[tuple[str, Exception]]

    def append(self, entries: Any, now_ms: int) -> list[Placed]:  # noqa: ANN401
        self.hold.wait(10)
        self.calls.append(len(entries))
        if any(e.draft.token in self.poison for e in entries):
            raise DataError("one of them does not fit")
        when, error = self.failures.pop(0) if self.failures else ("", OperationalError())
        if when == "before":
            raise error
        placed = super().append(entries, now_ms)
        if when == "after":
            raise error
        return placed


@pytest.fixture
def blocking(ledger: Writer) -> Blocking:
    recorder = ledger.recorder
    recorder.__class__ = Blocking
    assert isinstance(recorder, Blocking)
    recorder.hold, recorder.calls = Event(), []
    recorder.poison, recorder.failures = frozenset(), []
    recorder.hold.set()
    return recorder


def held_up(ledger: Writer, recorder: Blocking) -> None:
    """Hold the writer up in storing one draft, so that all that comes next is one batch."""
    recorder.hold.clear()
    ledger.appender.submit(made("held up"))
    while ledger.appender.depth:
        sleep(0.001)
