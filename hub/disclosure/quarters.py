"""Whole quarters that are over, by the London calendar.

In: a day. Out: the first days of quarters. Never here: a period of anybody's own choosing.
"""

from datetime import date
from typing import Final

KEPT: Final = 8
_MONTHS: Final = 3
_YEAR: Final = 12


def over(today: date, *, last: int = KEPT) -> list[date]:
    """Return the first days of the last quarters that are over, the newest first."""
    this = date(today.year, today.month - (today.month - 1) % _MONTHS, 1)
    return [_moved(this, -n) for n in range(1, last + 1)]


def after(first: date) -> date:
    """Return the first day of the next quarter."""
    return _moved(first, 1)


def _moved(first: date, quarters: int) -> date:
    months = first.year * _YEAR + first.month - 1 + quarters * _MONTHS
    return date(months // _YEAR, months % _YEAR + 1, 1)
