"""How often what happens in a partnership area, in the proportions of the national figures.

In: a stream of choices. Out: which case goes on, about whom, and its next step; cases side by side.
Never here: what is said (steps), a signature, a row.

Volumes are the plan of the reference (domain.md, section 5): of 640,240 adult concerns 30.6 in 100
go on to an enquiry of twenty more events; 800,000 notifications and 633,000 referrals of children
stand beside them. Shares of kinds of abuse are those of the Safeguarding Adults Collection, rounded
to whole parts. Which agency raises what, and how hot a setting is, are this project's assumptions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Final, Generic, TypeVar

from contracts.codes import AbuseType
from contracts.subject import AgencyKind
from hub.bench.steps import CHILD, CONCERN, NOTIFIED, PURSUED, REPORTED, Case, Step

_T = TypeVar("_T")

AREA: Final[dict[str, AgencyKind]] = {
    "area-council": "council",
    "area-police": "police",
    "area-cqc": "cqc",
    "area-trust": "nhs_trust",
    "area-hospital": "nhs_trust",
    **{f"area-gp-{n}": "gp" for n in range(1, 4)},
    **{f"area-home-{n}": "provider" for n in range(1, 13)},
    "area-icb": "commissioner",
    "area-board": "sab",
    "area-children": "children_services",
    "area-regulator": "professional_regulator",
}
"""One partnership area: 24 agencies."""
PLACES: Final = 300
"""Care settings of an area."""
OF_AN_AREA: Final = 91_500
"""Events of an area in a year: 14 million in 153. A ledger of more is of more areas, with as many
more settings: else the busiest had more reports in a day than any has in a year."""
_HEAT: Final = 2.5
"""How uneven they are: the hottest thirty have four events in ten."""
IN_A_PLACE: Final = 0.33
"""Part of the concerns that happened in a care setting."""
CASES: Final = {"concern": 640, "notification": 800, "child": 633}
"""How often each kind of case begins: thousands a year."""
TO_ENQUIRY: Final = 0.306
KNOWN_BEFORE: Final = 0.2
"""Part of the cases about somebody who had one before: 185,270 enquiries were about 148,830."""
EVENTS_A_CASE: Final = 6.3
_TYPES: Final = {
    AbuseType.NEGLECT: 32,
    AbuseType.PHYSICAL: 18,
    AbuseType.PSYCHOLOGICAL: 14,
    AbuseType.FINANCIAL: 13,
    AbuseType.SELF_NEGLECT: 8,
    AbuseType.DOMESTIC: 6,
    AbuseType.ORGANISATIONAL: 4,
    AbuseType.SEXUAL: 4,
    AbuseType.DISCRIMINATORY: 1,
}
_RAISED_BY: Final = {"area-trust": 22, "home": 30, "area-police": 18, "area-council": 18,
                     "area-hospital": 12}  # fmt: skip


class _Choice(Generic[_T]):
    """One of several by their weights, summed up once."""

    def __init__(self, weights: Mapping[_T, int]) -> None:
        self._options = list(weights)
        self._sums = list(accumulate(weights.values()))

    def of(self, dice: Random) -> _T:
        return dice.choices(self._options, cum_weights=self._sums)[0]


_KIND, _TYPE, _POSTER = _Choice(CASES), _Choice(_TYPES), _Choice(_RAISED_BY)


def places(events: int) -> int:
    """Return how many care settings a year of so many events has."""
    return max(PLACES, PLACES * events // OF_AN_AREA)


def dice_of(chunk: int) -> Random:
    """Return the stream of choices of a chunk: the same each time it is loaded."""
    return Random(chunk)  # noqa: S311 - a repeatable load, and no secret


def begin(dice: Random, settings: int = PLACES) -> tuple[Case, Sequence[Step]]:
    """Return a case and what will be said in it, in order; in one of so many care settings."""
    kind = _KIND.of(dice)
    placed = kind == "notification" or (kind == "concern" and dice.random() < IN_A_PLACE)
    number = int(settings * dice.random() ** _HEAT)
    home = f"area-home-{1 + number % 12}"
    poster = _POSTER.of(dice)
    case = Case(
        abuse=_TYPE.of(dice),
        place=f"1-{100 + number}" if placed else None,
        home=home,
        gp=f"area-gp-{dice.randrange(1, 4)}",
        poster=home if poster == "home" else poster,
    )
    if kind == "child":
        return case, CHILD
    if kind == "notification":
        return case, NOTIFIED if dice.random() < 1 / 2 else REPORTED
    return case, PURSUED if dice.random() < TO_ENQUIRY else CONCERN


def history(
    dice: Random,
    events: int,
    script: Callable[[Case, Sequence[Step]], Sequence[_T]],
    settings: int = PLACES,
) -> Iterator[tuple[int, str | None, _T]]:
    """Yield what comes next: about the how-manyth person, in which place, what of a script.

    Cases begin one after the other, and go on side by side. `script` returns, for each step of a
    case, what stands for it; the place is the case's.
    """
    running: list[tuple[int, str | None, Iterator[_T]]] = []
    draw = dice.random
    people = 0
    for _ in range(events):
        while True:
            if not running or draw() < 1 / EVENTS_A_CASE:
                again = people > 0 and draw() < KNOWN_BEFORE
                person = int(draw() * people) if again else people
                people += not again
                case, steps = begin(dice, settings)
                running.append((person, case.place, iter(script(case, steps))))
            at = int(draw() * len(running))
            person, place, left = running[at]
            step = next(left, None)
            if step is not None:
                break
            running[at] = running[-1]
            running.pop()
        yield person, place, step
