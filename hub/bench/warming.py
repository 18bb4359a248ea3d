"""Brings a ledger's indexes into memory, as they are where a server has been at work for days.

In: a connection. Out: nothing but warm pages. Never here: a table's own pages: who is asked about
next is anybody, and what is on record of them lies on pages that nobody has touched.

PostgreSQL's extension pg_prewarm does the same after a restart; the embedded server has none.
"""

from typing import Any, Final, LiteralString

from psycopg import Connection, sql

_INDEXES: Final[LiteralString] = """
    SELECT n.nspname, c.relname, array_agg(a.attname ORDER BY k.place)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE n.nspname IN ('ledger', 'views_v1') AND i.indpred IS NULL AND i.indexprs IS NULL
    GROUP BY n.nspname, c.relname, i.indexrelid
"""


def warm(connection: Connection[Any]) -> None:
    """Read every index of the ledger and its views from end to end, but those of a part of a table.

    Its tables must have been vacuumed: only then is an index read without them.
    """
    for schema, table, columns in connection.execute(_INDEXES).fetchall():
        of = sql.SQL(", ").join(map(sql.Identifier, columns))
        with connection.transaction():
            connection.execute("SET LOCAL enable_seqscan = off")
            connection.execute("SET LOCAL enable_bitmapscan = off")
            connection.execute("SET LOCAL enable_sort = off")
            connection.execute(
                sql.SQL(
                    "SELECT count(*) FROM (SELECT {} FROM {} ORDER BY {} OFFSET 0) AS whole"
                ).format(of, sql.Identifier(schema, table), of)
            )
