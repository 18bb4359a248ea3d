"""Scenario of what is derived: one projector alone on a full ledger, from empty views.

In: a Stage. Out: a Run each time. Never here: a projector kept from one run to the next; what it
remembers of its decisions would be a head start.

The projector is one thread of this process. The statements it sends run in one PostgreSQL process
beside it, as they do in a hub. Percentiles are of a batch of a thousand events, and the slowest is
the first: it brings the law, and nobody has asked for any of its answers before.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from itertools import islice, pairwise

from hub.assembly import build
from hub.bench.cases import EVENTS_A_CASE, case
from hub.bench.databases import another_database
from hub.bench.figures import PROJECT_CEILING, Rate, Run, latencies, rate
from hub.bench.material import Author, nhs_numbers
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.stage import Stage, enrolled, vault_of
from hub.ledger.record import Record
from hub.projecting import projector
from hub.views import tables
from hub.views.runner import connect

DATABASE = "bench_project"
TOGETHER = 100
"""Cases that go on at the same time: their events stand interleaved in the ledger."""


class Project:
    """Events a second that one projector folds, with the shipped rules and five partners a case."""

    name = "project"
    unit = "events/s"

    def __init__(self, stage: Stage, *, cases: int) -> None:
        self._stage = stage
        self._cases = cases
        self._settings = stage.settings

    def prepare(self) -> None:
        """Fill a ledger of its own."""
        self._settings = another_database(self._stage.settings, DATABASE)
        vault = vault_of(self._settings, self._stage.folder / "project-vault.log")
        try:
            asyncio.run(self._fill())
        finally:
            vault.end()
        with connect(self._settings.owner) as connection:
            connection.execute("VACUUM ANALYZE")

    def once(self) -> Run:
        """Fold the whole ledger into empty views."""
        with connect(self._settings.owner) as connection:
            tables.drop(connection, tables.SCHEMA)
            tables.create(connection)
            folds = projector()
            events, took = 0, []
            with metered(self._stage.folder, self._settings.owner) as meter:
                started = time.perf_counter()
                while count := folds.step(connection):
                    events += count
                    took.append(time.perf_counter())
        if events < self._cases * EVENTS_A_CASE:
            raise BenchError("the projector did not reach the ledger's end")
        times = latencies(b - a for a, b in pairwise([started, *took]))
        figure = Rate.of(rate(events, took[-1] - started), meter.seen(events, times))
        return Run(figure, PROJECT_CEILING)

    async def _fill(self) -> None:
        """Post every case through the front door, as an API process would."""
        keys = await enrolled(self._settings)
        edge, uri = self._stage.edge, self._settings.hub_uri
        authors = {slug: Author(slug, key, uri, edge) for slug, key in keys.items()}
        hub = build(self._settings)
        await hub.open()
        try:
            numbers = nhs_numbers()
            for first in range(0, self._cases, TOGETHER):
                cases = range(first, min(first + TOGETHER, self._cases))
                for step in _steps(cases, islice(numbers, len(cases)), authors):
                    for slug, events in step.items():
                        _check(await hub.door.post_many(events, slug))
        finally:
            await hub.close()


def _steps(
    cases: range, numbers: Iterable[str], authors: Mapping[str, Author]
) -> list[dict[str, dict[str, bytes]]]:
    """Return the events of some cases: first what comes first in each, by who posts it."""
    steps: list[dict[str, dict[str, bytes]]] = [{} for _ in range(EVENTS_A_CASE)]
    for number, person in zip(cases, numbers, strict=True):
        for step, (slug, payload) in zip(steps, case(number), strict=True):
            jti, token = authors[slug].event(payload, person)
            step.setdefault(slug, {})[jti] = token
    return steps


def _check(outcomes: Mapping[str, object]) -> None:
    refused = next((o for o in outcomes.values() if not isinstance(o, Record)), None)
    if refused is not None:
        raise BenchError(f"an event was refused: {refused}")
