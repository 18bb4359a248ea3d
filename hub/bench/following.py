"""Scenarios of time passing: how soon a partner hears, and whether that stays so for long.

In: a Stage. Out: a Run each time. Never here: a notice that was due and did not come: that is an
error, and no figure.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from itertools import cycle, islice
from statistics import mean
from typing import Any, Final

from hub.bench.figures import Rate, Run, latencies
from hub.bench.load import write_requests
from hub.bench.material import (
    EVENT_BYTES,
    JSON_BODY,
    Session,
    author,
    concern,
    nhs_numbers,
    post_all,
    sign_in,
)
from hub.bench.meter import metered
from hub.bench.pacing import Pace
from hub.bench.processes import together
from hub.bench.reading import PURPOSE, find
from hub.bench.stage import COUNCIL, Stage

POSTER: Final = "north-trust"
LAG_S: Final = 0.25
WRITES_PER_S: Final = 50.0
SLICE_S: Final = 10
"""Proofs are good for a minute, so a long run is made of short ones."""


class Lag:
    """From when an event is due to when a partner's stream brings its notice: p99."""

    name = "lag"
    unit = "1/s at p99"

    def __init__(self, stage: Stage, *, seconds: int) -> None:
        self._stage = stage
        self._seconds = seconds
        self._numbers = nhs_numbers()
        self._open = ExitStack()

    def prepare(self) -> None:
        """Have a projector at work, and wait until it is level."""
        self._open.enter_context(self._stage.projecting())
        _level(self._stage)

    def close(self) -> None:
        """End the projector."""
        self._open.close()

    def once(self) -> Run:
        """Post at a steady pace, and listen."""
        with metered(self._stage.folder, self._stage.settings.owner) as meter:
            found = self._slice(self._seconds, WRITES_PER_S, 0, [])
        times = latencies(found["lags"])
        return Run(Rate.of(1000 / times[2], meter.seen(len(found["lags"]), times)), 1 / LAG_S)

    def _slice(
        self, seconds: int, writes: float, reads: float, subjects: list[str]
    ) -> dict[str, Any]:
        stage, by = self._stage, author(self._stage, POSTER)
        poster, council = sign_in(stage, POSTER), sign_in(stage, COUNCIL)
        _settle(council)
        payload = concern(EVENT_BYTES, addressed_to=(COUNCIL,))
        kind = {"Content-Type": "application/secevent+jwt"}
        tokens = (
            by.event(payload, number)[1] for number in islice(self._numbers, int(seconds * writes))
        )
        files = [str(stage.folder / name) for name in ("paced-writes", "paced-reads")]
        for file, requests in zip(
            files,
            (
                (poster.request("POST", "/events", token, headers=kind) for token in tokens),
                _reads(council, subjects, int(seconds * reads)),
            ),
            strict=True,
        ):
            write_requests(stage.folder / file, requests)
        pace = Pace(
            host=stage.settings.host,
            port=stage.settings.port,
            writes=files[0],
            writes_per_s=writes,
            reads=files[1],
            reads_per_s=max(reads, 1.0),
            stream=council.request("GET", "/events/stream").hex(),
        )
        (found,) = together("hub.bench.pacing", [asdict(pace)], folder=stage.folder)
        return found


class Soak(Lag):
    """Ten times the national mean, for long: the first third's p99 and memory against the last's.

    1.4 writes and 11 audited reads a second are England's mean in working hours (domain.md,
    section 5). The ratio is the smallest of: lag, reads, memory, each the first third by the last.
    """

    name = "soak"
    unit = "1/s at p99"
    writes, reads = 14.0, 110.0

    def __init__(self, stage: Stage, *, seconds: int) -> None:
        super().__init__(stage, seconds=seconds)
        self._subjects: list[str] = []
        self.slices: dict[str, list[float]] = {}
        """What each slice gave, in the order of time."""

    def prepare(self) -> None:
        """Post some cases to read."""
        super().prepare()
        by = author(self._stage, POSTER)
        numbers = list(islice(self._numbers, 50))
        payload = concern(EVENT_BYTES, addressed_to=(COUNCIL,))
        post_all(sign_in(self._stage, POSTER), dict(by.event(payload, n) for n in numbers))
        _levelled(self._stage)
        session = sign_in(self._stage, COUNCIL)
        self._subjects = [find(session, number) for number in numbers]

    def once(self) -> Run:
        """Go on slice by slice, and compare the thirds."""
        stage, lags = self._stage, list[float]()
        found = self.slices = {name: [] for name in ("lag_p99_ms", "read_p99_ms", "memory_mib")}
        length = min(SLICE_S, max(1, self._seconds // 3))
        with metered(stage.folder, stage.settings.owner) as whole:
            for _ in range(max(3, self._seconds // SLICE_S)):
                with metered(stage.folder) as meter:
                    said = self._slice(length, self.writes, self.reads, self._subjects)
                lags += said["lags"]
                found["lag_p99_ms"].append(latencies(said["lags"])[2])
                found["read_p99_ms"].append(latencies(said["reads"])[2])
                found["memory_mib"].append(meter.memory_mib)
        times = latencies(lags)
        figure = Rate.of(1000 / times[2], whole.seen(len(lags), times))
        return Run(figure, figure / min(_steadiness(column) for column in found.values()))


def _steadiness(slices: list[float]) -> float:
    """Return the mean of the first third by that of the last."""
    third = len(slices) // 3
    return mean(slices[:third]) / mean(slices[-third:])


def _level(stage: Stage) -> None:
    """Wait until the projector, which has just been started, is at work and level."""
    head = _levelled(stage)
    session, by = sign_in(stage, POSTER), author(stage, POSTER)
    post_all(session, dict([by.event(concern(EVENT_BYTES), next(nhs_numbers()))]))
    stage.until(lambda: stage.ready()["projected"] > head, stage.api)


def _levelled(stage: Stage) -> int:
    """Wait until the views are as far as the ledger is now; return how far that is."""
    head = stage.ready()["position"]
    stage.until(lambda: stage.ready()["projected"] >= head, stage.api)
    return head


def _settle(session: Session) -> None:
    """Acknowledge what waits, so that a stream begins with what comes now."""
    known: list[str] = []
    while True:
        body = {"maxEvents": 100, "returnImmediately": True, "ack": known}
        said = session.ask("POST", "/events/poll", json.dumps(body).encode(), headers=JSON_BODY)
        known = list(said["sets"])
        if not known:
            return


def _reads(session: Session, subjects: list[str], count: int) -> Iterator[bytes]:
    for subject in islice(cycle(subjects), count if subjects else 0):
        yield session.request("GET", f"/subjects/{subject}/timeline", headers=PURPOSE)
