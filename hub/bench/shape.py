"""How often what happens in a partnership area, in the proportions of the national figures.

In: a stream of choices. Out: who says what about whom, cases side by side.
Never here: what is said (steps), a signature, a row.

Volumes are the plan of the reference (domain.md, section 5): of 640,240 adult concerns 30.6 in 100
go on to an enquiry of twenty more events; 800,000 notifications and 633,000 referrals of children
stand beside them. Shares of kinds of abuse are those of the Safeguarding Adults Collection, rounded
to whole parts. Which agency raises what, and how hot a setting is, are this project's assumptions.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from contracts.codes import AbuseType
from contracts.subject import AgencyKind
from hub.bench.steps import CHILD, CONCERN, ENQUIRY, NOTIFIED, Case, Said, Step

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
"""Care settings."""
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


def begin(dice: Random) -> tuple[Case, Sequence[Step]]:
    """Return a case and what will be said in it, in order."""
    kind = dice.choices(list(CASES), list(CASES.values()))[0]
    placed = kind == "notification" or (kind == "concern" and dice.random() < IN_A_PLACE)
    number = int(PLACES * dice.random() ** _HEAT)
    home = f"area-home-{1 + number % 12}"
    poster = dice.choices(list(_RAISED_BY), list(_RAISED_BY.values()))[0]
    case = Case(
        abuse=dice.choices(list(_TYPES), list(_TYPES.values()))[0],
        place=f"1-{100 + number}" if placed else None,
        home=home,
        gp=f"area-gp-{dice.randrange(1, 4)}",
        poster=home if poster == "home" else poster,
    )
    if kind == "child":
        return case, CHILD
    if kind == "notification":
        return case, NOTIFIED[: 1 + dice.randrange(2)]
    return case, (*CONCERN, *ENQUIRY) if dice.random() < TO_ENQUIRY else CONCERN


def history(dice: Random, events: int) -> Iterator[tuple[int, Said]]:
    """Yield who says what about the how-manyth person, until that many were said.

    Cases begin one after the other, and go on side by side.
    """
    running: list[tuple[int, Case, Iterator[Step]]] = []
    people = 0
    for _ in range(events):
        while True:
            if not running or dice.random() < 1 / EVENTS_A_CASE:
                again = people > 0 and dice.random() < KNOWN_BEFORE
                person = dice.randrange(people) if again else people
                people += not again
                case, steps = begin(dice)
                running.append((person, case, iter(steps)))
            at = dice.randrange(len(running))
            person, case, left = running[at]
            step = next(left, None)
            if step is not None:
                break
            running[at] = running[-1]
            running.pop()
        yield person, step.said(case)
