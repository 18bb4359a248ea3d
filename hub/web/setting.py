"""A care setting's pattern for a page: what came in lately, against what is usual there.

In: the pattern that was released. Out: rows of a table. Never here: a count that was held back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LATELY: Final = 3
BEFORE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One type of event: how many lately, and how many are usual in as many months."""

    type_uri: str
    lately: int | None
    usual: float | None
    """None where too few to be told are among them."""

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
        )
        for type_uri in types
    ]
    return sorted(found, key=lambda line: (not line.raised, -(line.lately or 0), line.type_uri))


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
