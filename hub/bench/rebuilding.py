"""Scenario of a rebuild: the views of a filled ledger built again, compared and swapped.

In: a Stage. Out: a Run each time: rows a second, against a million in three minutes.
Never here: a rebuild whose views differ from those that it replaces.
"""

import time
from typing import Final

from hub.bench.figures import Rate, Run, Seen, rate
from hub.bench.filling import views_of
from hub.bench.loading import load
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.room import check_room
from hub.bench.stage import Stage, another_database, vault_of
from hub.clock import SystemClock
from hub.views.rebuild import rebuild

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
        events = int(self._rows / (1 + READS))
        check_room(self._stage.folder, events=events, answers=self._rows - events)
        self._settings = another_database(self._stage.settings, "bench_rebuild")
        vault = vault_of(self._settings, self._stage.folder / "rebuild-vault.log")
        try:
            load(self._settings, self._stage.folder, events=events, reads=READS)
        finally:
            vault.end()
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
        seen = Seen(cpu_us=1e6 * meter.cpu_s / self._rows, memory_mib=meter.memory_mib)
        return Run(Rate.of(rate(self._rows, seconds), seen), CEILING)
