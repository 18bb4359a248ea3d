"""Installs the ledger's schema. Safe to run at every start, by the owner.

In: the owner's database URL. Out: nothing. Never here: a change to rows.
"""

from importlib.resources import files

import psycopg

SCRIPTS = ("schema.sql", "log_schema.sql", "vault_schema.sql")
_LOCK = 0x48554201  # one installer at a time: two CREATE IF NOT EXISTS can still collide


def install(owner_url: str) -> None:
    """Create or update the ledger's tables, functions and grants."""
    room = files("hub.ledger")
    scripts = [room.joinpath(name).read_bytes() for name in SCRIPTS]
    with psycopg.connect(owner_url, autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for script in scripts:
            connection.execute(script)
