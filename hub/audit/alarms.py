"""Finds unusual access in what the register says, and keeps the rows each finding rests on.

In: looks (one row of the register each) of some weeks, who posted about whom, declared interests.
Out: Alarms, each with its figures and its rows. Pure.
Never here: a verdict. An alarm is a reason to ask; there may be a good answer to every one of them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final, Literal, TypeAlias

from hub.clock import LONDON

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
_FRIDAY: Final = 4
_FEW: Final = 2
"""With fewer peers than this in the agency, those of every agency count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One answer to one officer."""

    jti: str
    partner: str
    user: str
    subject: str | None
    purpose: str
    channel: str
    outcome: str
    recorded_at: int
    """Seconds since 1970."""

    @property
    def local(self) -> datetime:
        """When it was, in London."""
        return datetime.fromtimestamp(self.recorded_at, tz=LONDON)

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return self.local.date() - timedelta(days=self.local.weekday())

    @property
    def officer(self) -> tuple[str, str]:
        """Which officer of which agency."""
        return self.partner, self.user


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something unusual, and the rows it rests on.

    `found` is what was counted; `usual` what it was held against: peers' median, or the threshold.
    """

    kind: Kind
    begins: date
    partner: str | None
    user: str | None
    subject: str | None
    found: int
    usual: float
    rows: tuple[Look, ...]

    @property
    def id(self) -> str:
        """A name that stays while its rows are the same alarm."""
        parts = (self.kind, self.begins, self.partner, self.user, self.subject)
        return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Known:
    """What else is on record: who posted about whom, and whose interest in whom was declared."""

    posted: frozenset[tuple[str, str]]
    """(agency, subject)"""
    declared: frozenset[tuple[str, str, str]]
    """(agency, user in lower case, subject), also where it was withdrawn since"""


def alarms(looks: Sequence[Look], known: Known) -> list[Alarm]:
    """Return what is unusual, the latest first, within a week what weighs most first."""
    found = [
        *_own_interest(looks, known),
        *_far_above_peers(looks),
        *_no_part(looks, known),
        *_refused_again(looks),
        *_out_of_hours(looks),
    ]
    order = ("own_interest", "no_part_in_the_case", "far_above_peers", "refused_again")
    return sorted(
        found,
        key=lambda a: (
            -_monday(a.begins).toordinal(),
            order.index(a.kind) if a.kind in order else len(order),
            -a.found,
            a.id,
        ),
    )


def _own_interest(looks: Iterable[Look], known: Known) -> Iterator[Alarm]:
    groups = _grouped(looks, lambda one: (*one.officer, one.subject))
    for (partner, user, subject), rows in groups.items():
        if subject is not None and (partner, str(user).casefold(), subject) in known.declared:
            yield _alarm("own_interest", rows, partner=partner, user=user, subject=subject, usual=0)


def _far_above_peers(looks: Iterable[Look]) -> Iterator[Alarm]:
    for rows in _grouped(looks, lambda one: (one.week,)).values():
        counts = _grouped(rows, lambda one: one.officer)
        for (partner, user), own in counts.items():
            others = {who: len(theirs) for who, theirs in counts.items() if who != (partner, user)}
            near = [count for (agency, _), count in others.items() if agency == partner]
            peers = near if len(near) >= _FEW else list(others.values())
            usual = float(median(peers)) if peers else None
            if usual is not None and len(own) >= max(AT_LEAST, TIMES * usual):
                yield _alarm("far_above_peers", own, partner=partner, user=user, usual=usual)


def _no_part(looks: Iterable[Look], known: Known) -> Iterator[Alarm]:
    strangers = [
        one
        for one in looks
        if one.subject is not None and (one.partner, one.subject) not in known.posted
    ]
    for (_, subject), rows in _grouped(strangers, lambda one: (one.week, one.subject)).items():
        officers = {one.officer for one in rows}
        if len(officers) >= STRANGERS:
            yield _alarm(
                "no_part_in_the_case", rows, subject=subject, found=len(officers), usual=STRANGERS
            )


def _refused_again(looks: Iterable[Look]) -> Iterator[Alarm]:
    refused = [one for one in looks if one.outcome == "refused"]
    groups = _grouped(refused, lambda one: (*one.officer, one.local.date()))
    for (partner, user, _), rows in groups.items():
        if len(rows) >= REFUSED:
            yield _alarm("refused_again", rows, partner=partner, user=user, usual=REFUSED)


def _out_of_hours(looks: Iterable[Look]) -> Iterator[Alarm]:
    late = [one for one in looks if one.purpose != "emergency" and not in_hours(one.local)]
    for (partner, user, _), rows in _grouped(late, lambda one: (*one.officer, one.week)).items():
        if len(rows) >= LATE:
            yield _alarm("out_of_hours", rows, partner=partner, user=user, usual=LATE)


def in_hours(at: datetime) -> bool:
    """Return whether a London instant is within office hours: Monday to Friday, 7am to 8pm."""
    return at.weekday() <= _FRIDAY and OPENS_H <= at.hour < CLOSES_H


def _alarm(
    kind: Kind,
    rows: Sequence[Look],
    *,
    usual: float,
    partner: str | None = None,
    user: str | None = None,
    subject: str | None = None,
    found: int | None = None,
) -> Alarm:
    ordered = sorted(rows, key=lambda one: (one.recorded_at, one.jti))
    return Alarm(
        kind=kind,
        begins=ordered[0].local.date(),
        partner=partner,
        user=user,
        subject=subject,
        found=len(rows) if found is None else found,
        usual=usual,
        rows=tuple(ordered),
    )


def _grouped(
    looks: Iterable[Look], key: Callable[[Look], tuple[Any, ...]]
) -> Mapping[tuple[Any, ...], list[Look]]:
    found: dict[tuple[Any, ...], list[Look]] = defaultdict(list)
    for one in looks:
        found[key(one)].append(one)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
