"""The London calendar, for folds: instants to days and back.

In: seconds since the epoch, days. Out: days, seconds. Never here: the time now.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_HOUR_S: Final = 3600
_HOURS_KEPT: Final = 4096


def london_day(at_s: int) -> date:
    """Return the day in London at `at_s` seconds since the epoch."""
    return _day_of_hour(at_s // _HOUR_S)


@lru_cache(maxsize=_HOURS_KEPT)
def _day_of_hour(hour: int) -> date:
    """Return the day of a whole hour. London's midnight has been on the hour of UTC since 1847."""
    return datetime.fromtimestamp(hour * _HOUR_S, tz=LONDON).date()


def starts_at(day: date) -> int:
    """Return the second at which a London day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def ends_at(day: date) -> int:
    """Return the second at which a London day is over: the first of the next."""
    return starts_at(day + timedelta(days=1))
