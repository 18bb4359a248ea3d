"""Judges what is unusual access among what was counted in the register.

In: tallies of some weeks, each with where its rows stand (looks). Out: Alarms. Pure.
Never here: a count of its own, or a verdict. An alarm is a reason to ask; there may be a good
answer to every one of them.
"""

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "own_interest", "far_above_peers", "no_part_in_the_case", "refused_again", "out_of_hours"
]
TIMES: Final = 3
"""So many times what is usual among peers is far above it,"""
AT_LEAST: Final = 10
"""where it is at least so many in a week."""
STRANGERS: Final = 3
"""So many officers looking at one person within a week, of agencies that posted nothing on them."""
REFUSED: Final = 5
"""So many refusals to one officer on one day."""
LATE: Final = 3
"""So many looks of one officer in a week outside hours, none of them in an emergency."""
OPENS_H: Final = 7
CLOSES_H: Final = 20
"""Office hours in London, Monday to Friday."""
_FEW: Final = 2
"""With fewer peers than this in the agency, those of every agency count."""
_ORDER: Final[Sequence[Kind]] = (
    "own_interest", "no_part_in_the_case", "far_above_peers", "refused_again", "out_of_hours"
)  # fmt: skip
_USUAL: Final[dict[Kind, int]] = {
    "own_interest": 0,
    "no_part_in_the_case": STRANGERS,
    "refused_again": REFUSED,
    "out_of_hours": LATE,
}


class Tally(NamedTuple):
    """So many answers of a kind: of one officer, or about one person.

    Of `far_above_peers` there is one for each officer and week, of any other kind only where it is
    an alarm: only peers say what is usual.
    """

    kind: Kind
    week: date | None
    """The Monday; None where it is not counted by week."""
    partner: str | None
    user: str | None
    subject: str | None
    found: int
    """What is held against what is usual: answers, or officers with no part in the case."""
    answers: int
    begins: date
    first: int
    last: int
    """Between which positions its rows stand, both included."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something unusual. `usual` is what it was held against: peers' median, or the threshold."""

    tally: Tally
    usual: float

    @property
    def id(self) -> str:
        """A name that stays while its rows are the same alarm."""
        of = self.tally
        parts = (of.kind, of.begins, of.partner, of.user, of.subject)
        return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]


def alarms(tallies: Iterable[Tally]) -> list[Alarm]:
    """Return what is unusual, the latest first, within a week what weighs most first."""
    looked: list[Tally] = []
    found: list[Alarm] = []
    for one in tallies:
        if one.kind == "far_above_peers":
            looked.append(one)
        else:
            found.append(Alarm(one, _USUAL[one.kind]))
    found += _far_above_peers(looked)
    return sorted(found, key=_rank)


def _rank(alarm: Alarm) -> tuple[int, int, int, str]:
    of = alarm.tally
    monday = of.begins - timedelta(days=of.begins.weekday())
    return -monday.toordinal(), _ORDER.index(of.kind), -of.found, alarm.id


def _far_above_peers(looked: Iterable[Tally]) -> Iterator[Alarm]:
    weeks: dict[date | None, list[Tally]] = defaultdict(list)
    for one in looked:
        weeks[one.week].append(one)
    for tallies in weeks.values():
        every = sorted(one.found for one in tallies)
        agencies: dict[str | None, list[int]] = defaultdict(list)
        for one in sorted(tallies, key=lambda one: one.found):
            agencies[one.partner].append(one.found)
        for one in tallies:
            near = agencies[one.partner]
            usual = _median_without(near if len(near) > _FEW else every, one.found)
            if usual is not None and one.found >= max(AT_LEAST, TIMES * usual):
                yield Alarm(one, usual)


def _median_without(counts: Sequence[int], own: int) -> float | None:
    """Return the median of sorted counts without one of them; None where it is the only one."""
    left, at = len(counts) - 1, bisect_left(counts, own)
    if not left:
        return None

    def nth(place: int) -> int:
        return counts[place if place < at else place + 1]

    return (nth((left - 1) // 2) + nth(left // 2)) / 2
