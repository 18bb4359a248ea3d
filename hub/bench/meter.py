"""What it cost while something was measured: processor time, memory and disk of the hub.

In: where to look. Out: seconds of processor, MiB, bytes. Never here: a process or a database that
is not the bench's.

The bench, its children and theirs are counted, and the embedded PostgreSQL, which is nobody's
child. What a process used before it ended is in its parent's count, where the parent waited.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from hub.bench.figures import Seen
from hub.bench.sizes import sizes
from hub.views.runner import connect

Times: TypeAlias = tuple[float | None, float | None, float | None]
"""p50, p95 and p99 in milliseconds."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MIB: Final = 2**20


@dataclass(slots=True)
class Meter:
    """What was used between start and end; memory at the end, of the hub's processes together."""

    cpu_s: float = 0.0
    memory_mib: float = 0.0
    grown_bytes: int = 0
    """By how much the tables and indexes of the database grew, where one was named."""

    def seen(self, count: int, times: Times = (None, None, None)) -> Seen:
        """Return what was seen of `count` operations that took so long."""
        return Seen(
            *times,
            cpu_us=1e6 * self.cpu_s / count,
            memory_mib=self.memory_mib,
            bytes_per_event=self.grown_bytes / count if self.grown_bytes > 0 else None,
        )


@contextmanager
def metered(folder: Path, database: str = "") -> Iterator[Meter]:
    """Measure what the processes of the stage in `folder` use, and how a database grows, meanwhile.

    Args:
        folder: where the stage is.
        database: its URL, for its owner; none where nothing is written.
    """
    meter = Meter()
    bytes_before = _stored(database)
    before, _ = used(folder)
    try:
        yield meter
    finally:
        after, memory = used(folder)
        meter.cpu_s = max(0.0, after - before)
        meter.memory_mib = memory
        meter.grown_bytes = _stored(database) - bytes_before


def _stored(database: str) -> int:
    if not database:
        return 0
    with connect(database) as connection:
        return sum(size.rows + size.indexes for size in sizes(connection))


def used(folder: Path) -> tuple[float, float]:
    """Return the processor seconds used so far, and the memory held now, in MiB.

    Memory is what a process does not share (PSS is not to be had without rights, and RSS counts
    PostgreSQL's shared buffers once for each backend): resident pages less the shared ones.
    """
    return _summed([os.getpid(), *_postmaster(folder)])


def memory_here() -> float:
    """Return the memory that the bench and its children hold now, in MiB, counted as above."""
    return _summed([os.getpid()])[1]


def of_postgres(folder: Path) -> float:
    """Return the processor seconds that the stage's PostgreSQL has used so far."""
    return _summed(_postmaster(folder))[0]


def _summed(roots: list[int]) -> tuple[float, float]:
    children: dict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            fields = stat.rpartition(")")[2].split()
            pid = int(entry.name)
            children[int(fields[1])].append(pid)
            ticks[pid] = sum(map(int, fields[11:15]))
    total, pages = 0, 0
    waiting = roots
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        if memory := _read(Path(f"/proc/{pid}/statm")).split():
            pages += int(memory[1]) - int(memory[2])
        waiting.extend(children[pid])
    return total / _TICKS, pages * _PAGE / _MIB


def _postmaster(folder: Path) -> list[int]:
    """Return the embedded server's process, if one runs for this stage."""
    files = folder.glob("database/database/data/postmaster.pid")
    return [int(first) for file in files if (first := _read(file).partition("\n")[0]).isdigit()]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""  # it ended meanwhile
