"""Whether a disk has room for a ledger, asked before it is filled.

In: a folder on that disk, how many events and recorded answers. Out: nothing, or an error that says
how much there must be. Never here: a file. PostgreSQL on a full disk ends in the middle of a load,
and takes with it whatever else was measured.
"""

from pathlib import Path
from shutil import disk_usage
from typing import Final

from hub.bench.processes import BenchError

EVENT: Final = 6_000
ANSWER: Final = 8_000
"""Bytes of each at the most: with its views, with what they are built from, and a quarter over."""
BARE: Final = 0.7
"""How much of that a ledger takes of which no views are built."""
BESIDES: Final = 4 * 10**9
"""What it takes besides: the write-ahead log, sorting, two empty hubs."""
_GB: Final = 10**9


def check_room(folder: Path, *, events: int, answers: int, views: bool = True) -> None:
    """Refuse what does not fit.

    Raises:
        BenchError: it does not.
    """
    needs = int((events * EVENT + answers * ANSWER) * (1 if views else BARE)) + BESIDES
    free = disk_usage(folder).free
    if needs > free:
        raise BenchError(
            f"{events:,} events and {answers:,} answers need {needs / _GB:,.0f} GB of disk at the"
            f" most, and {free / _GB:,.0f} GB are free"
        )
