"""The only place that draws ids and random bytes. Everything else is handed a source.

In: nothing. Out: UUIDs and random bytes. Never here: an id that says anything about a person.
"""

import hashlib
import os
import uuid
from typing import Protocol

_ONCE = uuid.UUID("b1f0a5d2-3c57-4c1e-8a55-6d0f6f7b2e91")
_RECEIPTS = uuid.UUID("6f2c1e0a-6d43-4d0e-9d1a-3b0c9a7e5f10")


class Source(Protocol):
    """Where ids and random bytes come from."""

    def uuid(self) -> uuid.UUID:
        """Return a new random UUID, version 4."""
        ...

    def bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...


def one_of(name: str) -> str:
    """Return the same UUID for the same name: an event under it can be stored once only.

    Named by hash (RFC 9562 section 5.5), with the version set to 4: a SET's jti is a version 4 or
    7, and the hub refuses any other.
    """
    return str(uuid.UUID(bytes=uuid.uuid5(_ONCE, name).bytes, version=4))


class SystemSource:
    """The operating system's random source."""

    def uuid(self) -> uuid.UUID:
        """Return a new random UUID, version 4."""
        return uuid.uuid4()  # noqa: TID251 - this is the one place the ban points to

    def bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        return os.urandom(count)


class SeededSource:
    """A repeatable source for tests and generated vectors: never for a live hub."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def uuid(self) -> uuid.UUID:
        """Return the next UUID of the sequence, version 4."""
        return uuid.UUID(bytes=self.bytes(16), version=4)

    def bytes(self, count: int) -> bytes:
        """Return the next `count` bytes of the sequence."""
        out = b""
        while len(out) < count:
            self._drawn += 1
            out += hashlib.sha256(self._seed + self._drawn.to_bytes(8, "big")).digest()
        return out[:count]


def derived(*parts: str) -> uuid.UUID:
    """Return the same UUID (version 5) for the same parts, for ever."""
    return uuid.uuid5(_RECEIPTS, "\x1f".join(parts))


def as_uuid(text: str) -> uuid.UUID:
    """Return the UUID a checked text spells."""
    return uuid.UUID(text)
