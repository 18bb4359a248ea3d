"""Columns for `ledger.append`, packed into arrays as PostgreSQL reads them.

In: the values of one column. Out: bytes that know their type. Never here: what a column means.

psycopg looks at each value of a list three times, and takes its type from the largest number in it:
so an array of small numbers and one of large ones were statements of their own, each planned anew.
Here a column's type is said, and a value that stands in it many times is packed once.
"""

import struct
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar, Final, TypeVar
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct("!iiI").pack
"""How many dimensions, whether a value is NULL, the type of the values."""
_SPAN: Final = struct.Struct("!ii").pack
_SIZE: Final = struct.Struct("!i").pack
_SIZED_INT: Final = struct.Struct("!ii").pack
_SIZED_LONG: Final = struct.Struct("!iq").pack
_NULL: Final = _SIZE(-1)
_UUID_SIZE: Final = _SIZE(16)
_JSONB_VERSION: Final = b"\x01"
_AS_JSON: Final = msgspec.json.Encoder().encode
_V = TypeVar("_V", bound=Hashable)


class Packed(bytes):
    """One column. Each kind names its type by PostgreSQL's number, and that of its values."""

    ARRAY: ClassVar[int]
    VALUE: ClassVar[int]


class Texts(Packed):
    """A column of text[]."""

    ARRAY, VALUE = 1009, 25


class Uuids(Packed):
    """A column of uuid[]."""

    ARRAY, VALUE = 2951, 2950


class Blobs(Packed):
    """A column of bytea[]."""

    ARRAY, VALUE = 1001, 17


class Ints(Packed):
    """A column of integer[]."""

    ARRAY, VALUE = 1007, 23


class Longs(Packed):
    """A column of bigint[]."""

    ARRAY, VALUE = 1016, 20


class Bools(Packed):
    """A column of boolean[]."""

    ARRAY, VALUE = 1000, 16


class Jsons(Packed):
    """A column of jsonb[]."""

    ARRAY, VALUE = 3807, 3802


KINDS: Final[tuple[type[Packed], ...]] = (Texts, Uuids, Blobs, Ints, Longs, Bools, Jsons)


def texts(values: Sequence[str | None]) -> Texts:
    """Pack strings."""
    return Texts(_each(Texts, values, lambda text: _sized(text.encode())))


def ints(values: Sequence[int | None]) -> Ints:
    """Pack numbers of 32 bits."""
    return Ints(_each(Ints, values, lambda number: _SIZED_INT(4, number)))


def longs(values: Sequence[int | None]) -> Longs:
    """Pack numbers of 64 bits."""
    return Longs(_each(Longs, values, lambda number: _SIZED_LONG(8, number)))


def bools(values: Sequence[bool]) -> Bools:
    """Pack truth values."""
    return Bools(_each(Bools, values, lambda true: _sized(b"\x01" if true else b"\x00")))


def uuids(values: Sequence[UUID]) -> Uuids:
    """Pack ids."""
    return Uuids(_array(Uuids, len(values), [_UUID_SIZE + one.bytes for one in values]))


def blobs(values: Sequence[bytes | None]) -> Blobs:
    """Pack byte strings."""
    pieces = [_NULL if one is None else _sized(one) for one in values]
    return Blobs(_array(Blobs, len(values), pieces, null=None in values))


def jsons(values: Sequence[Any]) -> Jsons:
    """Pack what is JSON."""
    pieces = [_sized(_JSONB_VERSION + _AS_JSON(one)) for one in values]
    return Jsons(_array(Jsons, len(values), pieces))


def register(connection: Connection[Any]) -> None:
    """Let a connection take packed columns as they are."""
    for kind, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(kind, dumper)


def _each(kind: type[Packed], values: Sequence[_V | None], pack: Any) -> bytes:  # noqa: ANN401 - a call
    """Pack each value that occurs once, however often it stands in the column."""
    known = {one: _NULL if one is None else pack(one) for one in set(values)}
    return _array(kind, len(values), map(known.__getitem__, values), null=None in known)


def _sized(value: bytes) -> bytes:
    return _SIZE(len(value)) + value


def _array(kind: type[Packed], count: int, pieces: Iterable[bytes], *, null: bool = False) -> bytes:
    if not count:
        return _HEAD(0, 0, kind.VALUE)
    return b"".join([_HEAD(1, null, kind.VALUE), _SPAN(count, 1), *pieces])


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


_DUMPERS: Final[dict[type[Packed], type[Dumper]]] = {
    kind: type(f"_{kind.__name__}Dumper", (_AsItIs,), {"oid": kind.ARRAY}) for kind in KINDS
}
