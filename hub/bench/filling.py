"""Fills a ledger and says how fast: `hub bench --load N`.

In: how many events. Out: a table on stderr, or one JSON object. Never here: a row (forging).

A ledger of the bench's own is filled, brought into its log and its views, measured and thrown
away; or, with `here`, the empty ledger of the hub that the settings describe, and kept.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hub.bench.databases import another_database
from hub.bench.loading import PROCESSES, load
from hub.bench.machine import described
from hub.bench.processes import BenchError
from hub.bench.room import check_room
from hub.bench.sizes import itemised, sizes
from hub.bench.stage import staged, vault_of
from hub.clock import SystemClock
from hub.ids import SystemSource
from hub.ledger.logparts import sequencer
from hub.ledger.sequencer import connect as as_sequencer
from hub.preparing import prepare
from hub.settings import Settings
from hub.settings import load as settings_of
from hub.views import tables
from hub.views.building import build
from hub.views.runner import connect

TARGET: Final = 20_000
"""Events a second that loading must reach."""
FEW: Final = 10_000
_TAKEN: Final = ("rows", "seconds", "index_s", "cpu_s", "postgres_s")


def run_load(*, events: int, reads: float, here: bool, as_json: bool) -> int:
    """Fill, print, and return the exit code: 0 filled, 1 a part failed, 2 used wrongly."""
    if events < 1 or reads < 0:
        sys.stderr.write("hub bench: --load is 1 or more, --reads 0 or more\n")
        return 2
    try:
        with _mine() if here else _own(events, int(events * reads)) as (settings, folder):
            found = filled(settings, folder, events=events, reads=reads, kept=here)
            found["machine"] = described(settings.owner)
    except BenchError as error:
        sys.stderr.write(f"hub bench: {error}\n")
        return 1
    sys.stdout.write(json.dumps(found) + "\n" if as_json else _words(found))
    return 0


def filled(
    settings: Settings, folder: Path, *, events: int, reads: float, kept: bool
) -> dict[str, Any]:
    """Fill a ledger, its log and its views; return how fast, and what it takes on disk.

    Raises:
        BenchError: the ledger is not empty, or a process stopped.
    """
    made = load(settings, folder, events=events, reads=reads, kept=kept)
    log_s = _log(settings)
    views_s = views_of(settings, len(os.sched_getaffinity(0)))
    with connect(settings.owner) as connection:
        connection.execute("VACUUM (ANALYZE)")
        disk = itemised(sizes(connection), events)
    return {
        "load": {
            **{name: getattr(made, name) for name in _TAKEN},
            "rate": round(made.rate, 1),
            "target": TARGET,
        },
        "cpu_us_per_event": round(1e6 * made.cpu_s / made.rows, 1),
        "postgres_us_per_event": round(1e6 * made.postgres_s / made.rows, 1),
        "log_rows_per_s": round(made.rows / log_s, 1),
        "views_rows_per_s": round(made.rows / views_s, 1),
        "disk": disk,
    }


def views_of(settings: Settings, processes: int) -> float:
    """Build the views of a filled ledger; return the seconds it took."""
    with connect(settings.owner) as connection:
        row = connection.execute("SELECT max(position) FROM ledger.header").fetchone()
        tables.drop(connection, tables.SCHEMA)
        tables.create(connection)
    started, head = time.perf_counter(), row[0] if row else 0
    # Of a few rows, starting other processes takes longer than folding them.
    build(settings.owner, tables.SCHEMA, upto=head, processes=processes if head > FEW else 1)
    return time.perf_counter() - started


def _log(settings: Settings) -> float:
    """Bring a ledger into its log; return the seconds it took."""
    started = time.perf_counter()
    one = sequencer(settings, SystemClock(), SystemSource())
    with as_sequencer(settings.owner) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET idle_session_timeout = 0")
        one.load(connection)
        while one.step(connection):
            pass
    return time.perf_counter() - started


@contextmanager
def _own(events: int, answers: int) -> Iterator[tuple[Settings, Path]]:
    with staged() as stage:
        check_room(stage.folder, events=events, answers=answers)
        settings = another_database(stage.settings, "bench_load")
        vault = vault_of(settings, stage.folder / "load-vault.log")
        try:
            yield settings, stage.folder
        finally:
            vault.end()


@contextmanager
def _mine() -> Iterator[tuple[Settings, Path]]:
    """Yield the hub of the settings. Its vault runs, as the hub itself needs it."""
    settings = settings_of()
    if settings.kek != "file":
        raise BenchError("a ledger is filled with keys in files only")
    prepare(settings)
    with TemporaryDirectory() as folder:
        yield settings, Path(folder)


def _words(found: dict[str, Any]) -> str:
    made = found["load"]
    lines = [
        (
            f"{made['rows']:,} rows by {PROCESSES} processes in {made['seconds']:.1f} s, indexes"
            f" and statistics {made['index_s']:.1f} s of it:"
            f" {made['rate']:,.0f}/s (target {TARGET:,}),"
            f" {found['cpu_us_per_event']:.0f} us of processor each, and of PostgreSQL's"
            f" {found['postgres_us_per_event']:.0f}"
        ),
        f"log {found['log_rows_per_s']:,.0f} rows/s, views {found['views_rows_per_s']:,.0f} rows/s",
        f"on disk {found['disk']['bytes_per_event']:,} bytes an event",
    ]
    lines += [
        f"  {table:28} {size:6,}  indexes {found['disk']['of_these_indexes'][table]:6,}"
        for table, size in found["disk"]["tables"].items()
        if size
    ]
    return "\n".join(lines) + "\n"
