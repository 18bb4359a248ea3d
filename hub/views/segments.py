"""Cuts a batch of rows where what follows must be folded under other law, or another register.

In: rows in order, the world they are folded into. Out: segments, each to be folded as a whole.
Never here: a fold.
"""

from collections.abc import Iterator, Sequence

from hub.views.law import is_release, turn_s
from hub.views.rows import HeaderRow
from hub.views.world import World


def touched(row: HeaderRow) -> list[str]:
    """Return the agencies whose register entry the row may change."""
    return sorted({key[2:] for key, *_ in row.facts if key.startswith("a:")})


def segments(world: World, rows: Sequence[HeaderRow]) -> Iterator[list[HeaderRow]]:
    """Cut rows after each that changes an agency's entry or the law, and where the law turns.

    All of them reach subjects that the rows do not name, which are gone through chunk by chunk.
    Each segment is folded before the next is cut: the World then knows when the law turns next.
    """
    segment: list[HeaderRow] = []
    turn: int | None = None
    for row in rows:
        if segment and turn is not None and turn <= row.recorded_at:
            yield segment
            segment = []
        if not segment:
            turn = turn_s(world)
        segment.append(row)
        if touched(row) or is_release(row):
            yield segment
            segment = []
    if segment:
        yield segment
