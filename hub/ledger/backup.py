"""Backs the ledger up to a folder, and loads it again: PostgreSQL's own COPY, in one snapshot.

In: a connection as the owner, a folder. Out: files and a manifest, or rows. Never here: views
(they are rebuilt), keys of the hub, a judgement what a backup is worth (audit.restored).

Rows of the ledger never change, so each run adds only what came since, in a segment of its own.
What does change (facts, keys, the log's right edge) is written whole, and the copy of the run
before is removed: an erased subject's key leaves the backup with the next run. The manifest is
replaced last and as a whole; a run that was cut short leaves the backup as it was.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from psycopg import Connection, sql

SCHEMAS: Final = ("ledger", "ops", "vault")
PASSING: Final = frozenset({"ops.alembic_version", "ops.once", "ops.answer"})
"""Not kept: what the installer writes, and what is forgotten within a day anyway."""
STREAMS: Final = {"ledger.header": "position", "ledger.events": "notification_id"}
"""Tables that only grow, and the column that says where they end."""
MANIFEST: Final = "manifest.json"
FORMAT: Final = "hub-backup/v1"
_TABLES: Final = (
    "SELECT t.schemaname || '.' || t.tablename, array_agg(a.attname::text ORDER BY a.attnum)"
    " FROM pg_tables t JOIN pg_attribute a"
    " ON a.attrelid = format('%%I.%%I', t.schemaname, t.tablename)::regclass"
    " WHERE t.schemaname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1 ORDER BY 1"
)


class BackupError(Exception):
    """A backup cannot be made or used as it is. Says which file or place."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a backup: the table, its columns, where it lies, and its SHA-256."""

    table: str
    columns: tuple[str, ...]
    file: str
    sha256: str

    def plain(self) -> dict[str, Any]:
        """Return it as the manifest has it."""
        return {
            "table": self.table,
            "columns": list(self.columns),
            "file": self.file,
            "sha256": self.sha256,
        }


def back_up(connection: Connection[Any], folder: Path, *, now_ms: int) -> dict[str, Any]:
    """Add what is new to the backup in `folder`; return its manifest.

    Raises:
        BackupError: the folder holds another ledger's backup, or one ahead of this database.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = read_manifest(folder) if (folder / MANIFEST).exists() else None
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        tables = _tables(connection)
        last = 0 if before is None else int(before["position"])
        head = _head(connection)
        _same_ledger(connection, before, last, head)
        segments = [] if before is None else list(before["segments"])
        if head > last:
            segments += [
                _stream(connection, folder, (table, tables[table]), last, head).plain()
                for table in STREAMS
            ]
        state_folder = f"state/{now_ms}"
        state = [
            _copied(connection, folder, Path(state_folder), table, columns).plain()
            for table, columns in tables.items()
            if table not in STREAMS
        ]
        manifest = {
            "format": FORMAT,
            "made_ms": now_ms,
            "position": head,
            "last_commitment": _commitment(connection, head),
            "checkpoint": _checkpoint(connection),
            "segments": segments,
            "state": state,
        }
    _replace(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    for old in (folder / "state").iterdir():
        if old.name != str(now_ms):
            rmtree(old)
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a backup's manifest.

    Raises:
        BackupError: there is none, or it is no backup of a hub.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise BackupError("the folder holds no backup") from None
    if manifest.get("format") != FORMAT:
        raise BackupError("the folder holds no backup of this format")
    return manifest


def load(connection: Connection[Any], folder: Path) -> dict[str, Any]:
    """Load a backup into an empty ledger, in the caller's transaction; return its manifest.

    Raises:
        BackupError: the ledger is not empty, or a file is not as it was written.
    """
    manifest = read_manifest(folder)
    if _head(connection):
        raise BackupError("the database holds a ledger already: restore into an empty one")
    known = _tables(connection)
    for written in (*manifest["segments"], *manifest["state"]):
        table, columns = written["table"], written["columns"]
        if table not in known or not set(columns) <= set(known[table]):
            raise BackupError(f"{table} is not a table of this release of the hub")
    emptied = sorted({w["table"] for w in manifest["state"]})
    connection.execute(
        sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(_name(table) for table in emptied))
    )
    for written in (*manifest["segments"], *manifest["state"]):
        _loaded(connection, folder, written)
    return manifest


def erase_again(connection: Connection[Any]) -> int:
    """Destroy the key of every subject that the ledger says was erased; return how many it had.

    A backup of the keys may be older than the erasure. What the log says of it decides.
    """
    erased = (
        "IN (SELECT (h.routing->>'key_id')::uuid FROM ledger.header h"
        " WHERE h.kind = 'shred' AND h.agency = 'hub')"
    )
    done = connection.execute(
        "UPDATE ledger.subject_key SET wrapped = '', state = 'destroyed'"  # noqa: S608 - a constant
        f" WHERE state = 'live' AND key_id {erased}".encode()
    )
    connection.execute(f"DELETE FROM ledger.subject_index WHERE subject {erased}".encode())  # noqa: S608
    return done.rowcount


def _tables(connection: Connection[Any]) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(_TABLES.encode(), [list(SCHEMAS)]).fetchall()
    return {table: tuple(columns) for table, columns in rows if table not in PASSING}


def _head(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(max(position), 0) FROM ledger.header").fetchone()
    return 0 if row is None else int(row[0])


def _commitment(connection: Connection[Any], position: int) -> str:
    row = connection.execute(
        "SELECT commitment FROM ledger.header WHERE position = %s", [position]
    ).fetchone()
    return "" if row is None else bytes(row[0]).hex()


def _checkpoint(connection: Connection[Any]) -> str:
    row = connection.execute(
        "SELECT note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    return "" if row is None else str(row[0])


def _same_ledger(
    connection: Connection[Any], before: Mapping[str, Any] | None, last: int, head: int
) -> None:
    """Refuse to add to a backup what does not continue it."""
    if before is None:
        return
    if last > head or _commitment(connection, last) != before["last_commitment"]:
        raise BackupError("the backup is of another ledger, or ahead of this one: use a new folder")


def _stream(
    connection: Connection[Any],
    folder: Path,
    what: tuple[str, tuple[str, ...]],
    last: int,
    head: int,
) -> Written:
    table, columns = what
    key = sql.Identifier(STREAMS[table])
    query = sql.SQL("SELECT {} FROM {} WHERE {} > {} AND {} <= {} ORDER BY {}").format(
        _list(columns), _name(table), key, last, key, head, key
    )
    file = Path("rows", f"{last + 1:016d}-{head:016d}.{table}.copy")
    return Written(table, columns, str(file), _copy(connection, query, folder / file))


def _copied(
    connection: Connection[Any], folder: Path, inside: Path, table: str, columns: tuple[str, ...]
) -> Written:
    query = sql.SQL("SELECT {} FROM {}").format(_list(columns), _name(table))
    file = inside / f"{table}.copy"
    return Written(table, columns, str(file), _copy(connection, query, folder / file))


def _copy(connection: Connection[Any], query: sql.Composed, path: Path) -> str:
    """Write what a query gives to a file that is durable; return the SHA-256 of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with path.open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)) as copy:
            for piece in copy:
                digest.update(piece)
                file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _loaded(connection: Connection[Any], folder: Path, written: Mapping[str, Any]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        _name(written["table"]), _list(written["columns"])
    )
    digest = hashlib.sha256()
    try:
        with (
            (folder / written["file"]).open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(statement) as copy,
        ):
            while piece := file.read(1 << 20):
                digest.update(piece)
                copy.write(piece)
            if digest.hexdigest() != written["sha256"]:
                raise BackupError(f"{written['file']} is not as it was written")
    except FileNotFoundError:
        raise BackupError(f"{written['file']} is missing") from None


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(path.name + ".new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


def _list(columns: tuple[str, ...] | list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
