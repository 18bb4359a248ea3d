"""Rows as PostgreSQL's binary COPY takes them, for the ledger's tables.

In: values. Out: bytes. Never here: what they mean.

Source: PostgreSQL documentation, COPY, "Binary Format".
"""

import struct
from collections.abc import Iterable
from typing import Any, Final, LiteralString

from psycopg import Cursor

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_I4: Final = struct.Struct(">ii")
_I8: Final = struct.Struct(">iq")
_N: Final = struct.Struct(">i")
_H: Final = struct.Struct(">h")
NULL: Final = _N.pack(-1)
JSONB: Final = b"\x01"
"""The version that stands before a jsonb value."""

TABLES: Final[dict[str, LiteralString]] = {
    "events": "COPY ledger.events FROM STDIN (FORMAT binary)",
    "header": "COPY ledger.header FROM STDIN (FORMAT binary)",
    "fact_current": "COPY ledger.fact_current FROM STDIN (FORMAT binary)",
    "fact_scope": "COPY ledger.fact_scope FROM STDIN (FORMAT binary)",
    "subject_key": "COPY ledger.subject_key FROM STDIN (FORMAT binary)",
    "subject_index": "COPY ledger.subject_index FROM STDIN (FORMAT binary)",
}


def put(cursor: Cursor[Any], table: str, rows: Iterable[bytes]) -> None:
    """Copy rows into one of the tables."""
    with cursor.copy(TABLES[table]) as copy:
        copy.write(HEADER + b"".join(rows) + _END)


def count(columns: int) -> bytes:
    """Return what stands before a row of so many columns."""
    return _H.pack(columns)


def text(value: bytes) -> bytes:
    """Return a column of bytes, or of text in UTF-8."""
    return _N.pack(len(value)) + value


def int8(value: int | None) -> bytes:
    """Return a bigint."""
    return NULL if value is None else _I8.pack(8, value)


def int4(value: int) -> bytes:
    """Return an integer."""
    return _I4.pack(4, value)


def event(subject: bytes, version: int, topic: bytes, state: bytes, position: int) -> bytes:
    """Return a row of ledger.events. `topic` is a column already."""
    head = struct.pack(">hi16siq", 5, 16, subject, 8, version)
    return head + topic + _N.pack(len(state)) + state + _I8.pack(8, position)


def key(subject: bytes, version: int, wrapped: bytes) -> bytes:
    """Return a row of ledger.subject_key, of a live key."""
    head = struct.pack(">hi16sii", 4, 16, subject, 4, version)
    return head + text(wrapped) + text(b"live")


def index(mac: bytes, subject: bytes) -> bytes:
    """Return a row of ledger.subject_index, of an exact identifier."""
    return struct.pack(">hi32si16si?", 3, 32, mac, 16, subject, 1, True)  # noqa: FBT003 - a column
