"""Bytes with places, into which others are written as fast as Python can.

In: bytes with marks in them, the marks. Out: the bytes with values where the marks stood.
Never here: what a mark stands for; a value that is longer or shorter is the caller's concern.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any


def _none(_: Sequence[bytes]) -> tuple[bytes, ...]:
    """Pick nothing: what an itemgetter of no places would be."""
    return ()


class Form:
    """Bytes with places. `marks` are those that may stand in it, each as often as it does."""

    __slots__ = ("_bytes", "_pick")

    def __init__(self, raw: bytes, marks: Sequence[bytes]) -> None:
        """Find the places."""
        any_mark = _any(tuple(marks))
        places = [marks.index(mark) for mark in any_mark.findall(raw)]
        self._bytes = b"%b".join(part.replace(b"%", b"%%") for part in any_mark.split(raw))
        self._pick: Callable[[Sequence[bytes]], Any] = itemgetter(*places) if places else _none

    def of(self, values: Sequence[bytes]) -> bytes:
        """Return the bytes with `values` in their places, in the order of the marks."""
        written: bytes = self._bytes % self._pick(values)
        return written


@cache
def _any(marks: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(map(re.escape, marks)))
