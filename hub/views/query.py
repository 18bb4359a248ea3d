"""Writes the schema of the views into a statement.

In: a statement with `{s}`, a schema. Out: the statement as bytes. Never here: a value.
"""

from functools import cache
from typing import LiteralString

from psycopg import sql as psql


@cache
def query(text: LiteralString, schema: str) -> bytes:
    """Return a statement with `{s}` replaced by the schema; made once for each."""
    return psql.SQL(text).format(s=psql.Identifier(schema)).as_bytes(None)
