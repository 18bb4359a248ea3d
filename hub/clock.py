"""The only place that reads the time. Everything else is handed it.

In: nothing. Out: instants and the London day. Never here: a decision.
"""

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""In-force dates turn over at London midnight, not at midnight UTC."""


class Clock(Protocol):
    """Tells the time in whole milliseconds since 1970, UTC."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands where it is put."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the instant it was set to."""
        return self._now_ms

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self._now_ms += int(seconds * 1000)


def seconds(clock: Clock) -> int:
    """Return whole seconds since the epoch."""
    return clock.now_ms() // 1000


def london_day(at_s: int) -> date:
    """Return the day in London at `at_s` seconds since the epoch."""
    return datetime.fromtimestamp(at_s, tz=LONDON).date()


def utc_text(at_s: int) -> str:
    """Return `at_s` as RFC 3339 in UTC, to the second."""
    return f"{datetime.fromtimestamp(at_s, tz=UTC).replace(tzinfo=None).isoformat()}Z"
