"""The projector as a process: its parts put together.

In: a clock. Out: a Projector that says what it parks. Never here: what a view holds, a key.
Little is imported: it is started again whenever it ends, and nobody is told anything meanwhile.
"""

from hub.clock import Clock, SystemClock
from hub.telemetry import PARKED, Log, say
from hub.views.rows import HeaderRow
from hub.views.runner import Projector


def projector(clock: Clock | None = None) -> Projector:
    """Return a projector under the ledger's own law. It needs no keys: it opens nothing."""
    clock = clock or SystemClock()

    def parked(row: HeaderRow, error_class: str) -> None:
        PARKED.inc()
        say(Log.PROJECTOR_PARKED, position=row.position, error=error_class)

    return Projector(now_ms=clock.now_ms, on_parked=parked)
