"""Scenario of a change of law over a whole ledger: what a draft would have answered on its past.

In: a Stage. Out: a Run each time: rows of the ledger a second, against ten million in three
minutes. Never here: a past in which a decision was not found again.
"""

import time
from typing import Final

from hub.audit.hands import past_of
from hub.audit.lawmaking import report_on
from hub.bench.figures import Rate, Run, rate
from hub.bench.meter import metered
from hub.bench.processes import BenchError
from hub.bench.stage import Stage
from hub.bench.stocked import filled
from hub.bench.trying import DUTY
from hub.clock import SystemClock, london_day, seconds
from hub.rulebook import shipped
from hub.rulebook.cases import commenced
from hub.views.runner import connect

CEILING: Final = 10_000_000 / 180
PROCESSES: Final = 2
READS: Final = 8.2
"""Recorded answers for each event: England's 115 million a year for 14 million."""


class History:
    """Rows a second that `hub rulebook whatif` looks through, from the first to the report."""

    name = "history"
    unit = "rows/s"

    def __init__(self, stage: Stage, *, rows: int) -> None:
        self._stage = stage
        self._rows = rows
        self._settings = stage.settings

    def prepare(self) -> None:
        """Fill a ledger in which a country's events stand beside its answers."""
        self._settings = filled(
            self._stage, "bench_history", rows=self._rows, reads=READS, views=False
        )

    def once(self) -> Run:
        """Read the past, and compare the law in force with the same and one more duty.

        Raises:
            BenchError: a decision was not found again.
        """
        now_s, owner = seconds(SystemClock()), self._settings.owner
        day = london_day(now_s)
        started = time.perf_counter()
        with metered(self._stage.folder) as meter, connect(owner) as connection:
            past = past_of(owner, PROCESSES)
            draft = commenced(shipped(), DUTY, day)
            report_on(connection, draft, day, now_s, assume={}, past=past)
        took = time.perf_counter() - started
        if past.not_reproduced or not past.released:
            raise BenchError(f"{past.not_reproduced} of {past.released} decisions: not found again")
        return Run(Rate.of(rate(self._rows, took), meter.seen(self._rows)), CEILING)
