"""What is packed here PostgreSQL reads as it was, of every type and with nothing in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from hub.ledger import packing
from hub.ledger.packing import blobs, bools, ints, jsons, longs, texts, uuids

COLUMNS: tuple[tuple[str, Callable[[Any], packing.Packed], list[Any]], ...] = (
    ("text", texts, ["a", None, "ä", "", "a", "x" * 3000]),
    ("integer", ints, [1, None, -1, 2**31 - 1, 1]),
    ("bigint", longs, [0, None, 2**53, -(2**63)]),
    ("boolean", bools, [True, False, True]),
    ("uuid", uuids, [UUID(int=0), UUID(int=2**128 - 1)]),
    ("bytea", blobs, [b"", None, b"\x00\xff" * 2000]),
    ("jsonb", jsons, [{"a": 'q"\\'}, [], [["k", None, 1, "é"]]]),
)


@pytest.mark.parametrize(("kind", "pack", "values"), COLUMNS)
def test_a_column_is_read_as_it_was_packed(
    database_url: str, kind: str, pack: Callable[[Any], packing.Packed], values: list[Any]
) -> None:
    with psycopg.connect(database_url) as connection:
        packing.register(connection)
        for column in (values, values[:1], []):
            row = connection.execute(f"SELECT %b::{kind}[]", [pack(column)]).fetchone()
            assert row == (column,)
