"""How the ledger is cut for a build: how many parts, who is in which, and what came when.

In: ids, how many rows. Out: numbers of parts; the last row before a second. Never here: a row's
content.
"""

import hashlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

EACH: Final = 100_000
"""Rows that a part has at most, about: it is held in memory whole."""


@dataclass(frozen=True, slots=True)
class Parts:
    """How many parts there are: of subjects, numbered first, and of settings."""

    cases: int
    settings: int

    @classmethod
    def of(cls, rows: int, processes: int) -> "Parts":
        """Return as many parts as keep every process busy and no part too large."""
        cases = max(2 * processes, -(-rows // EACH))
        return cls(cases, max(1, cases // 4))

    @property
    def all(self) -> int:
        """Return how many parts there are."""
        return self.cases + self.settings

    def of_subject(self, subject: str) -> int:
        """Return the part a subject is in."""
        return int(subject[-4:], 16) % self.cases

    def of_setting(self, setting: str) -> int:
        """Return the part a setting's pattern is in."""
        digest = hashlib.md5(setting.encode(), usedforsecurity=False).hexdigest()
        return self.cases + int(digest[:4], 16) % self.settings


class Seconds:
    """When each row was recorded: which row was the last before a second. Read once asked."""

    def __init__(self, connection: Connection[Any], upto: int) -> None:
        self._connection = connection
        self._upto = upto
        self._at: array[int] | None = None

    def before(self, second: int) -> int:
        """Return the last position recorded before a second. Time never runs back in the ledger."""
        if self._at is None:
            cursor = self._connection.execute(
                "SELECT recorded_at / 1000 FROM ledger.header WHERE position <= %s"
                " ORDER BY position",
                [self._upto],
            )
            self._at = array("q", (second for (second,) in cursor.fetchall()))
        return bisect_left(self._at, second)
