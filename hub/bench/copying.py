"""Rows as PostgreSQL's binary COPY takes them, for the ledger's tables.

In: values. Out: bytes, or a format of them. Never here: what they mean.

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
_EVENT: Final = struct.Struct(">hi16siq")
NULL: Final = _N.pack(-1)
_JSONB: Final = b"\x01"

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


def text(value: bytes) -> bytes:
    """Return a column of bytes, or of text in UTF-8."""
    return _N.pack(len(value)) + value


def json(value: bytes) -> bytes:
    """Return a column of jsonb."""
    return _N.pack(len(value) + 1) + _JSONB + value


def int8(value: int) -> bytes:
    """Return a bigint."""
    return _I8.pack(8, value)


def event(subject: bytes, version: int, topic: bytes, state: bytes, position: int) -> bytes:
    """Return a row of ledger.events. `topic` is a column already."""
    head = _EVENT.pack(5, 16, subject, 8, version)
    return b"%b%b%b%b%b" % (head, topic, _N.pack(len(state)), state, _I8.pack(8, position))


def cells(agency: str, topic: bytes, kind: str, categories: int, partner: str | None) -> bytes:
    """Return a row of ledger.header as a format of eleven.

    In this order: position, jti, digest, subject, when it happened, when it was recorded, routing,
    facts, commitment, key, number for the partner. Columns are routing, facts and the last one.
    """
    fixed = (agency.encode(), kind.encode(), None if partner is None else partner.encode())
    by, leaf, to = (NULL if f is None else _escaped(text(f)) for f in fixed)
    at, uuid, hash_ = (_escaped(_N.pack(n)) + b"%b" for n in (8, 16, 32))
    return b"".join((
        _H.pack(16), at, by, uuid, hash_, uuid, _escaped(topic), leaf, at, at,
        _escaped(_I4.pack(4, categories)), b"%b", b"%b", hash_, uuid, to, b"%b",
    ))  # fmt: skip


def fact(key: str, name: str, value: str, position: bytes, ends: bytes | None) -> bytes:
    """Return a row of ledger.fact_current. The last two are eight bytes."""
    told = b"".join(text(cell.encode()) for cell in (key, name, value))
    return _H.pack(5) + told + text(position) + (NULL if ends is None else text(ends))


def scope(key: str, position: bytes) -> bytes:
    """Return a row of ledger.fact_scope. The position is eight bytes."""
    return _H.pack(2) + text(key.encode()) + text(position)


def key(subject: bytes, version: int, wrapped: bytes) -> bytes:
    """Return a row of ledger.subject_key, of a live key."""
    head = struct.pack(">hi16sii", 4, 16, subject, 4, version)
    return head + text(wrapped) + text(b"live")


def index(mac: bytes, subject: bytes) -> bytes:
    """Return a row of ledger.subject_index, of an exact identifier."""
    return struct.pack(">hi32si16si?", 3, 32, mac, 16, subject, 1, True)  # noqa: FBT003 - a column


def _escaped(value: bytes) -> bytes:
    return value.replace(b"%", b"%%")
