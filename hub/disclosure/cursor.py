"""Cursors: where a page ended, in a form that only this hub can have written.

In: a partner, a subject and a place. Out: an opaque string, and back.
Never here: a cursor that works for another partner or another subject.
"""

import hashlib
import hmac
import struct
from uuid import UUID

from hub.disclosure.ask import CursorError
from hub.intake import encoding

_PLACE = struct.Struct(">qq")
_TAG = 16


class Cursors:
    """Makes and reads cursors under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, partner: str, subject: UUID, place: tuple[int, int]) -> str:
        """Return the cursor for the page after `place` (occurred seconds, position)."""
        packed = _PLACE.pack(*place)
        return encoding.encode(packed + self._tag(partner, subject, packed)).decode()

    def read(self, partner: str, subject: UUID, cursor: str) -> tuple[int, int]:
        """Return the place a cursor stands for.

        Raises:
            CursorError: this hub gave no such cursor to this partner for this subject.
        """
        try:
            raw = encoding.decode(cursor.encode("ascii"))
        except (UnicodeEncodeError, encoding.EncodingRefusedError):
            raise CursorError("not a cursor of this hub") from None
        packed, tag = raw[: _PLACE.size], raw[_PLACE.size :]
        if not hmac.compare_digest(tag, self._tag(partner, subject, packed)):
            raise CursorError("not a cursor of this hub")
        occurred, position = _PLACE.unpack(packed)
        return occurred, position

    def _tag(self, partner: str, subject: UUID, packed: bytes) -> bytes:
        said = f"cursor|{partner}|{subject}|".encode() + packed
        return hmac.digest(self._key, said, hashlib.sha256)[:_TAG]
