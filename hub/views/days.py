"""The London calendar, for folds: instants to days and back.

In: seconds since the epoch, days. Out: days, seconds. Never here: the time now.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(at_s: int) -> date:
    """Return the day in London at `at_s` seconds since the epoch."""
    return datetime.fromtimestamp(at_s, tz=LONDON).date()


def starts_at(day: date) -> int:
    """Return the second at which a London day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=LONDON).timestamp())


def ends_at(day: date) -> int:
    """Return the second at which a London day is over: the first of the next."""
    return starts_at(day + timedelta(days=1))
