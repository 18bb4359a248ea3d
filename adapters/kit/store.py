"""The one SQLite file in which an agency's end keeps what must survive a power cut.

In: a path. Out: a connection whose every commit is on the disk before the call returns.
Never here: what the tables mean; outbox, chain and notices each know their own.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from adapters.kit.errors import StoreError
from adapters.kit.keys import OWNER_ONLY

TABLES = """
CREATE TABLE IF NOT EXISTS outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    jti TEXT NOT NULL UNIQUE,
    token BLOB,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'refused')),
    tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    err TEXT,
    description TEXT,
    receipt TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_queued ON outbox (seq) WHERE state = 'queued';
CREATE TABLE IF NOT EXISTS signing (
    sd TEXT PRIMARY KEY,
    jti TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS signing_jti ON signing (jti);
CREATE TABLE IF NOT EXISTS chain (
    pseq INTEGER PRIMARY KEY,
    dis TEXT NOT NULL UNIQUE,
    bd TEXT NOT NULL,
    seen_at REAL NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    receipt TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS chain_open ON chain (pseq) WHERE acknowledged = 0;
CREATE TABLE IF NOT EXISTS elsewhere (
    pseq INTEGER PRIMARY KEY,
    dis TEXT NOT NULL UNIQUE,
    bd TEXT NOT NULL,
    seen_at REAL NOT NULL,
    receipt TEXT NOT NULL
) STRICT;
CREATE VIEW IF NOT EXISTS numbered AS
    SELECT pseq, dis, bd, seen_at, receipt FROM chain UNION ALL
    SELECT pseq, dis, bd, seen_at, receipt FROM elsewhere
    WHERE pseq NOT IN (SELECT pseq FROM chain);
CREATE TABLE IF NOT EXISTS conflict (
    receipt TEXT PRIMARY KEY,
    pseq INTEGER NOT NULL,
    seen_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost_answer (
    at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notice (
    jti TEXT PRIMARY KEY,
    handled_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
"""
BUSY_S = 30.0


class Store:
    """A durable SQLite file of mode 0600, shared by the threads of a process."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            # Made before SQLite sees it: the -wal and -shm files take their mode from this one.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
        except OSError as error:
            raise StoreError("the agency's file cannot be made or opened") from error
        with _named():
            self._link = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._link.execute("PRAGMA journal_mode=WAL")
            # FULL: in WAL mode, NORMAL would let a power cut take back a reported commit.
            self._link.execute("PRAGMA synchronous=FULL")
            # A sent event is wiped; without this its text would stay in freed pages.
            self._link.execute("PRAGMA secure_delete=ON")
            self._link.executescript(TABLES)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows.

        Raises:
            StoreError: the file cannot be read or written (a full disk, say); nothing changed.
        """
        with self._lock, _named():
            return self._link.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything inside together: all of it is durable after, or none of it.

        Raises:
            StoreError: as for `rows`.
        """
        with self._lock, _named():
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._link.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself; a second time would be an error.
                if self._link.in_transaction:
                    self._link.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError("the agency's file cannot be read or written") from error
