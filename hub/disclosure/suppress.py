"""Disclosure control for a Board's counts: what is small is left out, and cannot be worked out.

In: one measure's counts, as they are. Out: the same, fit to publish: rounded, or None.
Never here: a choice that rests on a count as it is. Whatever is hidden beyond the small counts
follows from rounded figures alone, so that hiding it tells no more than they did.

Counts below five are left out and the others rounded to the nearest five (primary). Where one
count of a whole is left out, the next smallest goes too; where even so a small count would follow
from the rest, all of the measure goes, and looks as if there had been too few (secondary).
Source: the method of the Safeguarding Adults Collection; Government Statistical Service guidance
on disclosure control for tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

SMALL: Final = 5
BASE: Final = 5
OPEN: Final = 3
"""So many values of a count left out must remain possible, for whoever knows this method."""
_FAR: Final = 10**9

Cells: TypeAlias = Mapping[str, int | None]
Range: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A measure broken down.

    `whole`: each case is in one cell, so that the cells make the total; else a case may be in
    several, or in none.
    """

    cells: Cells
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One measure of one quarter: how many cases, of how many people, and of which kinds."""

    count: int | None
    people: int | None
    parts: Mapping[str, Part]


def rounded(count: int) -> int | None:
    """Return a count to the nearest 5; None, for left out, below 5."""
    return None if count < SMALL else BASE * round(count / BASE)


def fit_to_publish(exact: Table) -> Table:
    """Return a table from which no small count can be worked out."""
    table = Table(
        count=_or_none(exact.count),
        people=_or_none(exact.people),
        parts={n: replace(p, cells=_each(p.cells)) for n, p in exact.parts.items()},
    )
    primary = {(n, c) for n, p in table.parts.items() for c, v in p.cells.items() if v is None}
    table = replace(table, parts={n: _never_one_alone(p) for n, p in table.parts.items()})
    if any(_too_near(r) for place, r in ranges(table, primary).items() if place in primary):
        nothing = {n: replace(p, cells=dict.fromkeys(p.cells)) for n, p in table.parts.items()}
        return Table(count=None, people=None, parts=nothing)
    return table


def ranges(table: Table, primary: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Range]:
    """Return between which values each count left out must lie, for whoever reads the table.

    Args:
        table: what is published.
        primary: which of the counts left out are small. A reader cannot tell; one who could would
            know that the others were the smallest of those that are not.
    """
    small = set(primary)
    bounds = {
        name: {
            cell: _bounds(v, small=(name, cell) in small, most=_most(part, cell))
            for cell, v in part.cells.items()
        }
        for name, part in table.parts.items()
    }
    low, high = _total(table, bounds)
    found = {}
    for name, part in table.parts.items():
        least, most = (sum(b[end] for b in bounds[name].values()) for end in (0, 1))
        for cell, value in part.cells.items():
            if value is None:
                own = bounds[name][cell]
                if part.whole:
                    own = max(own[0], low - (most - own[1])), min(own[1], high - (least - own[0]))
                found[name, cell] = own
    return found


def _total(table: Table, bounds: Mapping[str, Mapping[str, Range]]) -> Range:
    """Return between which values the total must lie, by itself and by every part of it."""
    low, high = (0, _FAR) if table.count is None else _bounds(table.count)
    if table.people is not None:
        low = max(low, _bounds(table.people)[0])
    for name, part in table.parts.items():
        if part.whole:
            low = max(low, sum(b[0] for b in bounds[name].values()))
            high = min(high, sum(b[1] for b in bounds[name].values()))
        else:
            low = max([low, *(b[0] for b in bounds[name].values())])
    return low, high


def _too_near(possible: Range) -> bool:
    return possible[1] - possible[0] + 1 < OPEN


def _never_one_alone(part: Part) -> Part:
    """Leave out a second count where one of a whole stands alone: always, and not just at need.

    Did it depend on whether the one would follow, its being done would say something of the one.
    """
    left = sorted((value, cell) for cell, value in part.cells.items() if value is not None)
    if part.whole and left and len(left) == len(part.cells) - 1:
        return replace(part, cells={**part.cells, left[0][1]: None})
    return part


def _bounds(value: int | None, *, small: bool = False, most: int = _FAR) -> Range:
    if value is not None:
        return max(SMALL, value - BASE // 2), value + BASE // 2
    return (0, SMALL - 1) if small else (SMALL, most + BASE // 2)


def _most(part: Part, cell: str) -> int:
    """Return what a count that went with a small one was rounded to, at most.

    It came before each that is shown in `_never_one_alone`: by its figure, and of two that are the
    same by its name. Whoever knows the method knows that as well.
    """
    shown = [(value, other) for other, value in part.cells.items() if value is not None]
    if not shown:
        return _FAR
    least, other = min(shown)
    return least if cell < other else least - BASE


def _each(cells: Cells) -> Cells:
    return {cell: _or_none(value) for cell, value in cells.items()}


def _or_none(count: int | None) -> int | None:
    return None if count is None else rounded(count)
