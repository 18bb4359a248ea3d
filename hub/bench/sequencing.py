"""Scenarios of the log: one sequencer alone on a ledger with rows that are waiting.

In: a Stage. Out: a Run each time: leaves a second, in batches of a thousand, each committed and
anchored with fsync; percentiles are of one such batch. Never here: a check that a sequencer would
leave out because it is in a hurry.

Two ceilings. `sequence` is held against what a partnership needs. `sequence-raw` is held against
this machine: the same leaves hashed into the same tree in memory, and the same bytes stored by one
COPY, both once and without looking again at what was stored.
"""

import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from psycopg import Connection

from hub.bench.databases import another_database
from hub.bench.figures import SEQUENCE_CEILING, Rate, Run, latencies, rate
from hub.bench.logrows import USUAL, fill, sequencer
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.stage import Stage
from hub.ledger.leaf import unpack
from hub.ledger.merkle import grow, leaf_hash
from hub.ledger.sequencer import connect


class Sequence:
    """Leaves a second, against the target."""

    name = "sequence"
    unit = "leaves/s"

    def __init__(self, stage: Stage, *, leaves: int) -> None:
        self._stage = stage
        self._leaves = leaves
        self._settings = stage.settings

    def prepare(self) -> None:
        """Make a ledger of its own, and sequence a little."""
        self._settings = another_database(
            self._stage.settings, f"bench_{self.name.replace('-', '_')}"
        )
        self._sequence()

    def once(self) -> Run:
        """Sequence what was added since."""
        return Run(self._sequence(), SEQUENCE_CEILING)

    def _sequence(self) -> Rate:
        """Add rows, sequence them, and return how many a second that was."""
        with connect(self._settings.owner) as connection:
            _unhurried(connection)
            fill(connection, self._leaves, USUAL)
            one = sequencer(self._settings, self._stage.folder / self.name)
            before = one.load(connection)
            done = 0
            with metered(self._stage.folder, self._settings.owner) as meter:
                stood = [time.perf_counter()]
                while count := one.step(connection):
                    done += count
                    stood.append(time.perf_counter())
            if done != self._leaves or one.load(connection) != before + done:
                raise BenchError("the sequencer did not reach the ledger's end")
        times = latencies(after - before for before, after in pairwise(stood))
        return Rate.of(rate(done, stood[-1] - stood[0]), meter.seen(done, times))


class SequenceRaw(Sequence):
    """Leaves a second, against hashing and storing alone."""

    name = "sequence-raw"

    def once(self) -> Run:
        """Sequence, then hash and store the same once more without any of the checks."""
        figure = self._sequence()
        with connect(self._settings.owner) as connection:
            _unhurried(connection)
            return Run(figure, self._raw(connection))

    def _raw(self, connection: Connection[Any]) -> float:
        rows = connection.execute(
            "SELECT data FROM ledger.tlog_bundle ORDER BY n DESC LIMIT %s", [self._leaves // 256]
        ).fetchall()
        entries = [entry for (data,) in rows for entry in unpack(bytes(data))]
        connection.execute("CREATE TABLE IF NOT EXISTS raw (level int, n bigint, data bytea)")
        started = time.perf_counter()
        growth = grow(0, {}, [leaf_hash(entry) for entry in entries])
        tiles = [(level, n, data) for (level, n), data in growth.touched.items()]
        _copy(connection, [*tiles, *((-1, n, bytes(data)) for n, (data,) in enumerate(rows))])
        return rate(len(entries), time.perf_counter() - started)


def _copy(connection: Connection[Any], rows: Iterable[tuple[int, int, bytes]]) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY raw FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _unhurried(connection: Connection[Any]) -> None:
    """Lift the limits by which a live sequencer would be found hung."""
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET idle_session_timeout = 0")
