"""Scenarios of what comes in: single events against a no-op; batches against pure verification.

Batches stand against the event library's own save as well.

In: a Stage. Out: a Run each time. Never here: the same event twice; a repeat costs the hub less.
"""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from hub.bench.databases import empty_database
from hub.bench.figures import Rate, Run, rate
from hub.bench.load import write_requests
from hub.bench.material import (
    EVENT_BYTES,
    JSON_BODY,
    Author,
    Session,
    author,
    batch_body,
    concern,
    nhs_numbers,
    sign_in,
)
from hub.bench.meter import of_postgres
from hub.bench.noop import NOOP
from hub.bench.processes import together
from hub.bench.sending import LoadJob, send
from hub.bench.stage import COUNCIL, PARTNERS, Stage, entry_of

CLIENTS = 64
BATCH_CLIENTS = 2
BATCH = 500
STOCK_EVENTS = 1_000
EVENTS_A_SUBJECT = 5
ACCEPTED = 202
OK = 200


class IntakeSingle:
    """POST /events, durable and acknowledged, against a no-op POST of the same bytes."""

    name = "intake-single"
    unit = "events/s"

    def __init__(self, stage: Stage, *, events: int) -> None:
        self._stage = stage
        self._events = events
        self._numbers = nhs_numbers()

    def prepare(self) -> None:
        """Warm the server up: its first requests build what later ones find built."""
        self._measure(self._events // 10 + 1)

    def once(self) -> Run:
        """Measure the ceiling, then the figure."""
        return self._measure(self._events)

    def _measure(self, events: int) -> Run:
        session, council = sign_in(self._stage, COUNCIL), author(self._stage, COUNCIL)
        tokens = [token for _, token in signed(council, self._numbers, events)]
        kind = {"Content-Type": "application/secevent+jwt"}

        def post(path: str) -> Iterator[bytes]:
            return (session.request("POST", path, token, headers=kind) for token in tokens)

        ceiling = send(self._stage, LoadJob(CLIENTS, ACCEPTED), post(NOOP))
        figure = send(self._stage, LoadJob(CLIENTS, ACCEPTED), post("/events"))
        return Run(figure, ceiling)


class IntakeBatch:
    """POST /events/batch, against verifying the same events on the cores left by PostgreSQL.

    The ceiling is what all cores verify together, less the part of them that PostgreSQL used while
    the batches were stored: neither the API's one process nor a whole core for PostgreSQL is taken
    off it, which would be kinder.
    """

    name = "intake-batch"
    unit = "events/s"

    def __init__(self, stage: Stage, *, batches: int, size: int = BATCH) -> None:
        self._stage = stage
        self._batches = batches
        self._size = size
        self._numbers = nhs_numbers()

    def prepare(self) -> None:
        """Warm the server up."""
        self._post(sign_in(self._stage, COUNCIL), self._sign(1))

    def once(self) -> Run:
        """Measure the figure, then the ceiling."""
        batches = self._sign(self._batches)
        before = of_postgres(self._stage.folder)
        figure = self._post(sign_in(self._stage, COUNCIL), batches)
        used = of_postgres(self._stage.folder) - before
        tokens = [token for batch in batches for token in batch.values()]
        return Run(figure, self._ceiling(tokens, used / (len(tokens) / figure)))

    def _ceiling(self, tokens: list[bytes], postgres: float) -> float:
        """Return the most there could be, where PostgreSQL took `postgres` cores."""
        cores = os.cpu_count() or 1
        # A run of a moment is told in whole ticks of the clock: more than half is a miscount.
        left = max(cores - postgres, cores / 2)
        return self._verify(tokens, cores) * left / cores

    def _sign(self, batches: int) -> list[dict[str, bytes]]:
        council = author(self._stage, COUNCIL)
        return [dict(signed(council, self._numbers, self._size)) for _ in range(batches)]

    def _post(self, session: Session, batches: list[dict[str, bytes]]) -> Rate:
        requests = (
            session.request("POST", "/events/batch", batch_body(batch), headers=JSON_BODY)
            for batch in batches
        )
        return send(self._stage, LoadJob(BATCH_CLIENTS, OK), requests).times(self._size)

    def _verify(self, tokens: list[bytes], cores: int) -> float:
        """Return how many a second that many processes verify, one for each core."""
        jobs = [self._job(n, tokens[n::cores]) for n in range(cores)]
        found = together("hub.bench.verifying", jobs, folder=self._stage.folder)
        return rate(sum(f["count"] for f in found), max(f["seconds"] for f in found))

    def _job(self, number: int, tokens: list[bytes]) -> dict[str, Any]:
        """Return what a process that verifies is told."""
        file = self._stage.folder / f"tokens.{number}"
        write_requests(file, tokens)
        return {
            "file": str(file),
            "agency": entry_of(COUNCIL).model_dump(mode="json"),
            "jwk": self._stage.keys[COUNCIL].public_jwk(),
            "now": int(self._stage.edge.now()),
            "hub_uri": self._stage.settings.hub_uri,
        }


class IntakeStock(IntakeBatch):
    """POST /events/batch, against the event library's own save behind the same verifying."""

    name = "intake-stock"

    def prepare(self) -> None:
        """Warm the server up, and give the library a database."""
        super().prepare()
        self._database = empty_database(self._stage.settings, "stock")

    def _ceiling(self, tokens: list[bytes], postgres: float) -> float:
        """Return how many a second the library saves; no core is taken off what it may use."""
        del postgres
        job = self._job(0, tokens[:STOCK_EVENTS]) | {"database": self._database}
        (found,) = together("hub.bench.stock", [job], folder=self._stage.folder)
        return rate(found["count"], found["seconds"])


def signed(by: Author, numbers: Iterator[str], events: int) -> Iterator[tuple[str, bytes]]:
    """Yield signed concerns of about 1.5 KB, some of them about one subject."""
    payload = concern(EVENT_BYTES, addressed_to=tuple(PARTNERS)[1:])
    number = ""
    for made in range(events):
        if made % EVENTS_A_SUBJECT == 0:
            number = next(islice(numbers, 1))
        yield by.event(payload, number)
