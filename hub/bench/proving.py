"""Scenario of the log's readers: how long an inclusion proof takes in a large log and a small one.

In: a Stage. Out: a Run each time: proofs a second at the slowest of a hundred in the large log,
against those at the median in the small one. Never here: a proof from memory: each is read from
tiles in PostgreSQL, as the API does it.
"""

import asyncio
import time

from psycopg_pool import AsyncConnectionPool

from hub.bench.databases import another_database
from hub.bench.figures import Rate, Run, Seen, latencies, rate
from hub.bench.logrows import SMALL, fill, sequencer
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.stage import Stage
from hub.ledger.read import Pool
from hub.ledger.sequencer import connect
from hub.ledger.tiles import LogReader
from hub.settings import Settings

PROOFS = 400
WARM = 20
_STRIDE = 7_919 * 13  # a prime multiple of a prime: neighbours in time are strangers in the tree


class Prove:
    """Proofs a second: p99 of a large log, against p50 of a small one."""

    name = "prove"
    unit = "proofs/s"

    def __init__(self, stage: Stage, *, small: int, large: int) -> None:
        self._stage = stage
        self._sizes = (small, large)
        self._settings: tuple[Settings, ...] = ()

    def prepare(self) -> None:
        """Build both logs."""
        self._settings = tuple(self._built(size) for size in self._sizes)

    def once(self) -> Run:
        """Prove leaves from all over each log, one after the other."""
        small, _ = self._timed(0)
        large, seen = self._timed(1)
        figure = Rate.of(rate(1, large[PROOFS * 99 // 100]), seen)
        return Run(figure, rate(1, small[PROOFS // 2]))

    def _timed(self, which: int) -> tuple[list[float], Seen]:
        """Return how long each proof took in one of the logs, and what was seen."""
        with metered(self._stage.folder) as meter:
            url = self._settings[which].database_url
            took = sorted(asyncio.run(_proved(url, self._sizes[which])))
        return took, meter.seen(len(took), latencies(took))

    def _built(self, size: int) -> Settings:
        settings = another_database(self._stage.settings, f"bench_prove_{size}")
        with connect(settings.owner) as connection:
            connection.execute("SET statement_timeout = 0")
            connection.execute("SET idle_session_timeout = 0")
            fill(connection, size, SMALL)
            one = sequencer(settings, self._stage.folder / f"prove-{size}")
            one.load(connection)
            while one.step(connection):
                pass
        return settings


async def _proved(url: str, size: int) -> list[float]:
    """Return how many seconds each proof took."""
    pool = _pool(url)
    await pool.open(wait=True)
    took = []
    try:
        reader = LogReader(pool)
        for n in range(PROOFS + WARM):
            started = time.perf_counter()
            if await reader.proof(n * _STRIDE % size) is None:
                raise BenchError("a leaf has no proof")
            took.append(time.perf_counter() - started)
    finally:
        await pool.close()
    return took[WARM:]


def _pool(url: str) -> Pool:
    return AsyncConnectionPool(url, min_size=1, max_size=1, open=False, kwargs={"autocommit": True})
