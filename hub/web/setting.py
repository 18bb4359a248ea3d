"""A care setting's pattern for a page: what came in lately, against what is usual there.

In: the pattern that was released. Out: rows of a table. Never here: a count that was held back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LATELY: Final = 3
BEFORE: Final = 12
BAR: Final = 10
"""A month's bar with its gap, in pixels."""
TALL: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One type of event: how many lately, and how many are usual in as many months."""

    type_uri: str
    lately: int | None
    usual: float | None
    """None where too few to be told are among them."""
    posters: int
    """The most agencies that recorded it in one month."""
    bars: Sequence[tuple[int, int, bool]]
    """For each month with a count, the oldest first: how far from the left and how high, in pixels;
    whether it is one of the lately."""

    @property
    def raised(self) -> bool:
        """Tell whether lately is at least twice what is usual, and more than one."""
        return (
            self.lately is not None
            and self.usual is not None
            and self.lately > 1
            and self.lately >= 2 * self.usual
        )


def lines(pattern: Mapping[str, Any], today: str) -> list[Line]:
    """Return a line for each type, the raised first.

    Args:
        pattern: as released: `counts` by month and type.
        today: the London day, as `2026-03-18`; its month is the last of the lately.
    """
    months = _months(today, LATELY + BEFORE)
    lately, before = set(months[:LATELY]), set(months[LATELY:])
    types = dict.fromkeys(count["type"] for count in pattern["counts"])
    found = [
        Line(
            type_uri=type_uri,
            lately=_sum(pattern["counts"], type_uri, lately),
            usual=_usual(_sum(pattern["counts"], type_uri, before)),
            posters=max(c["posters"] for c in pattern["counts"] if c["type"] == type_uri),
            bars=_bars(pattern["counts"], type_uri, months),
        )
        for type_uri in types
    ]
    return sorted(found, key=lambda line: (not line.raised, -(line.lately or 0), line.type_uri))


def _bars(
    counts: Sequence[Mapping[str, Any]], type_uri: str, months: Sequence[str]
) -> list[tuple[int, int, bool]]:
    by_month = Counter[str]()
    for count in counts:
        if count["type"] == type_uri and count["count"] is not None:
            by_month[count["month"]] += count["count"]
    most = max((by_month[month] for month in months), default=0)
    return [
        (BAR * n, max(2, round(TALL * by_month[month] / most)), months.index(month) < LATELY)
        for n, month in enumerate(reversed(months))
        if by_month[month]
    ]


def _usual(total: int | None) -> float | None:
    return None if total is None else total * LATELY / BEFORE


def _sum(counts: Sequence[Mapping[str, Any]], type_uri: str, months: set[str]) -> int | None:
    there = [c["count"] for c in counts if c["type"] == type_uri and c["month"] in months]
    return None if None in there else sum(there)


def _months(today: str, count: int) -> list[str]:
    year, month = int(today[:4]), int(today[5:7])
    found = []
    for _ in range(count):
        found.append(f"{year}-{month:02}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found
