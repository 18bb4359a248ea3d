"""What a hub takes on disk, itemised.

In: a connection. Out: bytes by table, of rows and of indexes. Never here: the write-ahead log.
"""

from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Connection
from psycopg.rows import tuple_row

_SIZES: Final[LiteralString] = """
    SELECT n.nspname || '.' || c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('ledger', 'views_v1')
    ORDER BY pg_total_relation_size(c.oid) DESC
"""


class Size(NamedTuple):
    """One table: bytes of its rows, with what is stored apart, and of its indexes."""

    table: str
    rows: int
    indexes: int


def sizes(connection: Connection[Any]) -> list[Size]:
    """Return every table of the ledger, the log and the views, the largest first."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [Size._make(row) for row in cursor.execute(_SIZES).fetchall()]


def itemised(found: list[Size], events: int) -> dict[str, Any]:
    """Return bytes per event: in all, by table, and of these the indexes."""
    return {
        "bytes_per_event": round(sum(s.rows + s.indexes for s in found) / events),
        "tables": {s.table: round((s.rows + s.indexes) / events) for s in found if s.rows},
        "of_these_indexes": {s.table: round(s.indexes / events) for s in found if s.rows},
    }
