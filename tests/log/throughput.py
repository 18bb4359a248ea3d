"""How fast the log is: `python -m tests.log.throughput [leaves]`. For a person to read.

In: an embedded PostgreSQL, durable as a real one. Out: figures on stdout. Never here: a test.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from hub.ledger.sequencer import connect
from hub.ledger.tiles import LogReader
from tests.log.world import LogWorld
from tests.support.postgres import SCHEMA, data_folder, embedded

ENVELOPE = 90  # repeats of 16 bytes: the usual event is about 1.5 KB
BATCH = 1_000
PROOFS = 400


def main(leaves: int) -> None:
    """Sequence `leaves` rows in batches, then prove some, at 10,000 and at the end."""
    with TemporaryDirectory(prefix="hub-log-", dir=data_folder()) as folder:
        server = embedded(Path(folder))
        try:
            url = server.get_uri("postgres")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(SCHEMA.read_bytes())
            with LogWorld.opened(url, Path(folder) / "run" / "anchor") as log:
                for count in (10_000, leaves - 10_000):
                    _sequenced(log, count)
                    asyncio.run(
                        _proved(url, log.one("SELECT max(size) FROM ledger.tlog_checkpoint"))
                    )
        finally:
            server.cleanup()


def _sequenced(log: LogWorld, count: int) -> None:
    left = count
    while left > 0:
        log.rows(min(left, 50_000), size=ENVELOPE)
        left -= 50_000
    one, took = log.sequencer(batch=BATCH), []
    with connect(log.url) as session:
        one.load(session)
        began = time.perf_counter()
        while one.step(session):
            now = time.perf_counter()
            took.append(now - began)
            began = now
    print(  # noqa: T201 - this is what it is for
        f"{count:>9,} leaves in batches of {BATCH:,}: {count / sum(took):>9,.0f}/s,"
        f" a batch p50 {1e3 * statistics.median(took):.1f} ms, worst {1e3 * max(took):.1f} ms"
    )


async def _proved(url: str, size: int) -> None:
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}
    )
    await pool.open(wait=True)
    reader, took = LogReader(pool), []
    for n in range(PROOFS + 20):
        began = time.perf_counter()
        assert await reader.proof(n * 7_919 * 13 % size) is not None
        took.append(time.perf_counter() - began)
    await pool.close()
    ranked = sorted(took[20:])
    print(  # noqa: T201 - as above
        f"{size:>9,} leaves, inclusion proof: p50 {1e3 * ranked[PROOFS // 2]:.2f} ms,"
        f" p99 {1e3 * ranked[PROOFS * 99 // 100]:.2f} ms"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
