"""Real sequencer processes, and a load on the ledger while they are killed.

In: a database's URL, a folder. Out: `Sequencers`, `Load`. Never here: what must hold afterwards.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Self

import psycopg

from hub.ledger.sequencer import LEADER_LOCK
from hub.settings import Settings
from tests.log.world import NOW_MS
from tests.support.hub_process import environment
from tests.support.ledger_rows import Posted, append, uid

ROOT = Path(__file__).parents[2]
_LEADER = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = %s"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(slots=True)
class Sequencers:
    """Some `hub sequence` processes over one database."""

    url: str
    folder: Path
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    under: list[str] = field(default_factory=list)
    """A program that runs each of them, and its options."""

    @property
    def settings(self) -> Settings:
        """Return what each is set up with."""
        return Settings(
            owner_url=self.url, keys_dir=self.folder, anchor_file=str(self.folder / "anchor")
        )

    def start(self, count: int = 1) -> None:
        """Start some more."""
        with (self.folder / "sequencers.log").open("ab") as out:
            self.running += [
                subprocess.Popen(
                    [*self.under, sys.executable, "-m", "hub", "sequence"],
                    env=environment(self.settings),
                    stdout=out,
                    stderr=out,
                    cwd=ROOT,
                )
                for _ in range(count)
            ]

    def leader(self) -> int | None:
        """Return the process id of the one that works."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(_LEADER.encode(), [LEADER_LOCK]).fetchone()
        return None if row is None else int(row[0].rpartition("/")[2])

    def kill_leader(self) -> bool:
        """Kill the one that works, as a failing machine would."""
        leader = self.leader()
        for process in self.running:
            if process.pid == leader:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.running.remove(process)
                return True
        return False

    def log(self) -> str:
        """Return everything they have written."""
        return (self.folder / "sequencers.log").read_text("utf-8")

    def end(self) -> None:
        """Stop them all."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(20)


@contextmanager
def sequencers(url: str, folder: Path, count: int) -> Iterator[Sequencers]:
    """Yield running sequencers, and end them."""
    some = Sequencers(url, folder)
    try:
        some.start(count)
        yield some
    finally:
        some.end()


@dataclass(slots=True)
class Load:
    """Somebody who posts all the time, and remembers what was acknowledged."""

    url: str
    stop: Event = field(default_factory=Event)
    acknowledged: set[str] = field(default_factory=set)
    _thread: Thread | None = None

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        assert self._thread is not None
        self._thread.join()

    def _run(self) -> None:
        serial = 0
        while not self.stop.is_set():
            with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as connection:
                while not self.stop.wait(0.005):
                    jtis = [uid(f"{os.getpid()} {serial + n}") for n in range(7)]
                    serial += len(jtis)
                    append(connection, [_posted(jti) for jti in jtis], at_ms=NOW_MS)
                    self.acknowledged.update(jtis)
            self.stop.wait(0.1)


def until(reached: Callable[[], bool], wait_s: float) -> float:
    """Wait until something holds; return how long that took."""
    began = time.monotonic()
    while True:
        with suppress(psycopg.OperationalError):
            if reached():
                return time.monotonic() - began
        assert time.monotonic() - began < wait_s, "it took too long"
        time.sleep(0.02)


def _posted(jti: str) -> Posted:
    return Posted(
        agency="hub",
        subject=uid(jti),
        jti=jti,
        type_uri="https://hub.example/events/disclosure-made/v1",
        occurred_at=NOW_MS // 1000,
        partner="agency-b",
    )
