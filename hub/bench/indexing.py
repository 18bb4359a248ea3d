"""Takes the indexes off tables that are about to be filled, and builds them again.

In: the owner's URL, tables of the ledger. Out: nothing. Never here: a table that somebody reads.

Two connections build, each all indexes of one table after the other: PostgreSQL sorts for one index
with several processes, and writes it with one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import Connection, sql
from psycopg.rows import namedtuple_row

BUILDERS: Final = 2
MEMORY: Final = "512MB"


class _Index(NamedTuple):
    """An index, and the constraint that it serves, if any. Definitions are PostgreSQL's own."""

    table: str
    name: str
    definition: str
    constraint: str | None


@contextmanager
def unindexed(url: str, tables: Sequence[str]) -> Iterator[None]:
    """Take the indexes of these tables away, and build them again from what is then there.

    `tables`: those first whose indexes take longest, so that no builder is left alone with one.
    """
    with psycopg.connect(url) as connection:
        found = _indexes(connection, tables)
        for one in found:
            if one.constraint is None:
                _run(connection, "DROP INDEX {}", one.name)
            else:
                _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", one.table, one.constraint)
    yield
    by_table: dict[str, list[_Index]] = defaultdict(list)
    for one in found:
        by_table[one.table].append(one)
    with ThreadPoolExecutor(BUILDERS) as pool:
        list(pool.map(partial(_build, url), (by_table[table] for table in tables)))


def _indexes(connection: Connection[Any], tables: Sequence[str]) -> list[_Index]:
    """Return the indexes of tables, those of keys first."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows = cursor.execute(
            "SELECT i.indrelid::regclass::text AS table, i.indexrelid::regclass::text AS name,"
            " coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition,"
            " c.conname AS constraint"
            " FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid"
            " WHERE i.indrelid = ANY(%s::regclass[]) ORDER BY c.conname IS NULL, name",
            [list(tables)],
        ).fetchall()
    return [_Index(*row) for row in rows]


def _build(url: str, indexes: Sequence[_Index]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET maintenance_work_mem = '{MEMORY}'".encode())
        for one in indexes:
            if one.constraint is None:
                connection.execute(one.definition.encode())
            else:
                statement = f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {one.definition}"
                _run(connection, statement, one.table, one.constraint)


def _run(connection: Connection[Any], statement: str, *names: str) -> None:
    # Names and definitions are PostgreSQL's own, read from its catalogue a moment ago.
    parts = (sql.Identifier(*name.split(".")) for name in names)
    text = sql.SQL(statement).format(*parts)
    connection.execute(text)
