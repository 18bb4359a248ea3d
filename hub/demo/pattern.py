"""Set what the hub would have shown, and when, beside what the review says could be seen.

In: a chronology, and partners' own answers about the setting. Out: dated lines with their basis.
Never here: a pattern worked out here. Alarms are the hub's answers; findings are the review's.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hub.demo.agencies import kind_of
from hub.demo.chronology import Chronology
from hub.demo.partner import Answer
from hub.demo.wording import kind_words, short

CAVEAT = (
    "Replayed under today's rules. The law and the agencies of then were others, and the replay"
    " knows only what a source dates. That something could be seen does not mean that anybody saw"
    " it, or would have acted: seeing is not acting."
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


def lines(chronology: Chronology, answers: Iterable[Answer]) -> list[Line]:
    """Return the hub's alarms and the review's findings, by day."""
    return sorted(
        [*_alarms(chronology, answers), *_findings(chronology)], key=lambda line: line.day
    )


def _alarms(chronology: Chronology, answers: Iterable[Answer]) -> Iterable[Line]:
    """Yield a line for each of the hub's thresholds: when it was first reached, and when again."""
    acted = min((k.acted_on for k in chronology.knowable), default=None)
    shown: dict[str, dict[str, dict[str, Any]]] = {}
    seen_by: dict[str, list[str]] = {}
    for answer in answers:
        for alarm in (answer.pattern or {}).get("alarms", []):
            shown.setdefault(alarm["rule"], {})[alarm["raised_on"]] = alarm
            seen_by.setdefault(alarm["rule"], []).append(answer.by)
    for rule, by_day in shown.items():
        (first, alarm), *again = sorted(by_day.items())
        day = dt.date.fromisoformat(first)
        words = (
            f"Hub alarm: {alarm['because']} ({alarm['count']}, from {alarm['posters']} agencies)"
        )
        if again:
            words += f"; again on {', '.join(day for day, _ in again)}"
        yield Line(
            day,
            words,
            ", ".join(short(slug, {}) for slug in dict.fromkeys(seen_by[rule])),
            "replay",
            _strength(chronology, day, alarm["window_days"]),
            acted or "-",
            None if acted is None else (dt.date.fromisoformat(acted) - day).days,
        )


def _findings(chronology: Chronology) -> Iterable[Line]:
    for knowable in chronology.knowable:
        yield Line(
            knowable.day,
            f"Review: {knowable.because}",
            ", ".join(kind_words(kind_of(kind)) for kind in knowable.to),
            knowable.basis,
            knowable.strength,
            knowable.acted_on,
            knowable.days,
        )


def _strength(chronology: Chronology, day: dt.date, window_days: int) -> str:
    """Return how strong the weakest fact is that the alarm's window holds."""
    start = day - dt.timedelta(days=window_days)
    within = [fact for fact in chronology.fact if start < fact.day <= day]
    weakest = max((fact.strength for fact in within), default="C")
    return f"{weakest}, year inferred" if any(f.year_inferred for f in within) else weakest
