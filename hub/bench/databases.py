"""Databases of the bench's own, on the server that its stage started.

In: settings of a hub on that server, a name. Out: a new database. Never here: one that is used
twice, or a server that is not the bench's.
"""

from typing import Final

import psycopg
from psycopg import Connection, sql

from hub.preparing import prepare
from hub.settings import Settings

_INSTALLED: Final = "bench_installed"
"""What every ledger of the bench begins as: installing once and copying takes a tenth as long."""


def empty_database(settings: Settings, name: str) -> str:
    """Create a database with nothing of a hub in it; return its owner's URL."""
    with psycopg.connect(settings.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return _with_database(settings.owner, name)


def another_database(settings: Settings, name: str) -> Settings:
    """Create a database with an empty ledger; return the settings of a hub on it."""
    with psycopg.connect(settings.owner, autocommit=True) as connection:
        if not _exists(connection, _INSTALLED):
            empty_database(settings, _INSTALLED)
            prepare(_on(settings, _INSTALLED))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(_INSTALLED)
            )
        )
    return _on(settings, name)


def _exists(connection: Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def _on(settings: Settings, name: str) -> Settings:
    return settings.model_copy(
        update={
            field: _with_database(getattr(settings, field), name)
            for field in ("owner_url", "database_url", "vault_database_url")
        }
        # A vault is of one database.
        | {"vault_socket": str(settings.keys_dir / f"{name}.sock")}
    )


def _with_database(url: str, name: str) -> str:
    head, _, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{options}"
