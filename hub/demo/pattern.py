"""Set what the hub would have shown, and when, beside what the review says could be seen.

In: a chronology, and partners' own answers about the setting. Out: dated lines with their basis.
Never here: a pattern worked out here. Alarms are the hub's answers; findings are the review's.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.demo.agencies import WORDS, kind_of
from hub.demo.chronology import Chronology, Fact
from hub.demo.partner import Answer

CAVEAT = (
    "Replayed under today's rules: the law and the agencies of then were others, and only what a "
    "source dates is here. That something could be seen is not that anybody acted, or would have."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One dated line of the comparison."""

    day: dt.date
    what: str
    whom: str
    basis: str
    strength: str
    acted_on: str
    days: int | None


def lines(
    chronology: Chronology, answers: Iterable[Answer], names: Mapping[str, str]
) -> list[Line]:
    """Return the hub's alarms and the review's findings, by day.

    Args:
        chronology: the review.
        answers: partners' answers about the setting.
        names: what to call each agency, by slug.
    """
    acted = min((k.acted_on for k in chronology.knowable), default=None)
    raised: dict[tuple[str, str, str], list[str]] = {}
    windows: dict[tuple[str, str, str], int] = {}
    for answer in answers:
        for alarm in (answer.pattern or {}).get("alarms", []):
            known = (
                f"{alarm['count']} from {alarm['posters']} agencies"
                if alarm["posters"] != 1
                else f"{alarm['count']} from one agency"
            )
            key = (alarm["raised_on"], alarm["because"], known)
            raised.setdefault(key, []).append(names.get(answer.by, answer.by))
            windows[key] = alarm["window_days"]
    found = [
        Line(
            day := dt.date.fromisoformat(key[0]),
            f"Hub alarm: {key[1]} ({key[2]})",
            ", ".join(dict.fromkeys(seen_by)),
            "replay",
            _strength(chronology, day, windows[key]),
            acted or "-",
            None if acted is None else (dt.date.fromisoformat(acted) - day).days,
        )
        for key, seen_by in raised.items()
    ]
    found += [
        Line(
            knowable.day,
            f"Review: {knowable.because}",
            ", ".join(WORDS[kind_of(kind)] for kind in knowable.to),
            knowable.basis,
            knowable.strength,
            knowable.acted_on,
            knowable.days,
        )
        for knowable in chronology.knowable
    ]
    return sorted(found, key=lambda line: line.day)


def _strength(chronology: Chronology, day: dt.date, window_days: int) -> str:
    """Return how strong the weakest fact is that the window holds."""
    start = day - dt.timedelta(days=window_days)
    within: list[Fact] = [f for f in chronology.fact if start < f.day <= day]
    weakest = max((fact.strength for fact in within), default="C")
    return f"{weakest}, years inferred" if any(f.year_inferred for f in within) else weakest
