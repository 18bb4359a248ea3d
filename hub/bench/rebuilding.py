"""Scenario of a rebuild: the views of a filled ledger built again, compared and swapped.

In: a Stage. Out: a Run each time: rows a second, against a million in three minutes.
Never here: a rebuild whose views differ from those that it replaces.
"""

import time
from typing import Final

from hub.bench.figures import Rate, Run, rate
from hub.bench.filling import views_of
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.sizes import itemised, sizes
from hub.bench.stage import Stage
from hub.bench.stocked import filled
from hub.clock import SystemClock
from hub.views.rebuild import rebuild
from hub.views.runner import connect

CEILING: Final = 1_000_000 / 180
PROCESSES: Final = 2
READS: Final = 0.5


class Rebuild:
    """Rows a second that two processes build again, with the comparison and the swap."""

    name = "rebuild"
    unit = "rows/s"

    def __init__(self, stage: Stage, *, rows: int) -> None:
        self._stage = stage
        self._rows = rows
        self._settings = stage.settings

    def prepare(self) -> None:
        """Fill a ledger, two events for each recorded answer, and build its first views."""
        self._settings = filled(self._stage, "bench_rebuild", rows=self._rows, reads=READS)
        views_of(self._settings, PROCESSES)

    def once(self) -> Run:
        """Rebuild.

        Raises:
            BenchError: the new views differ.
        """
        started = time.perf_counter()
        with metered(self._stage.folder) as meter:
            found = rebuild(self._settings.owner, now_ms=SystemClock().now_ms, processes=PROCESSES)
        seconds = time.perf_counter() - started
        if not (found.identical and found.swapped):
            raise BenchError("the rebuilt views differ from the live ones")
        with connect(self._settings.owner) as connection:
            disk = itemised(sizes(connection), self._rows)["bytes_per_event"]
        seen = meter.seen(self._rows)._replace(bytes_per_event=disk)
        return Run(Rate.of(rate(self._rows, seconds), seen), CEILING)
