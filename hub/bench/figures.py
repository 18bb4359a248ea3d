"""The arithmetic: what one run gave, the median of several, and the report's shape.

In: counts and seconds. Out: ratios, and one JSON-ready object. Never here: measuring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

PROJECT_CEILING = 2_000.0
"""Events a second that one projector must fold: its figure is held against this, not a machine."""
SEQUENCE_CEILING = 20_000.0
"""Leaves a second that the sequencer must reach, in batches of a thousand."""
TARGETS: Mapping[str, float] = {
    "intake-single": 0.6,
    "intake-batch": 0.7,
    "intake-stock": 5.0,
    "overload": 0.5,
    "fairness": 0.25,
    "read": 0.5,
    "awaited": 1.0,
    "project": 2.5,
    "sequence": 1.0,
    "sequence-raw": 0.1,
    "prove": 0.1,
    "decide": 0.5,
    "decide-cedar": 20.0,
    "whatif": 5.0,
    "history": 1.0,
    "find": 0.667,
    "timeline": 1.0,
    "register": 1.0,
    "rebuild": 1.0,
    "lag": 1.0,
    "soak": 0.8,
}


class Seen(NamedTuple):
    """What else was seen while a figure was measured; None where that was not looked at."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    """Processor time of all the hub's processes and the sender's, for each operation."""
    memory_mib: float | None = None
    bytes_per_event: float | None = None


class Rate(float):
    """A figure that brings along what else was seen. As a number it is only the figure."""

    seen: Seen = Seen()

    @classmethod
    def of(cls, figure: float, seen: Seen) -> "Rate":
        """Return a figure with what was seen."""
        made = cls(figure)
        made.seen = seen
        return made

    def times(self, events: int) -> "Rate":
        """Return the rate of events where each operation holds so many; times stay its own."""
        seen = self.seen
        cpu, grown = (
            None if value is None else value / events
            for value in (seen.cpu_us, seen.bytes_per_event)
        )
        return Rate.of(self * events, seen._replace(cpu_us=cpu, bytes_per_event=grown))


class NoFigureError(ValueError):
    """Nothing was measured, so there is no figure to give."""


class Run(NamedTuple):
    """One run of a scenario: what was reached, and what could be, both per second."""

    figure: float
    ceiling: float

    @property
    def ratio(self) -> float:
        """Return the part of the ceiling that was reached."""
        return self.figure / self.ceiling


@dataclass(frozen=True, slots=True)
class Outcome:
    """All runs of one scenario."""

    name: str
    unit: str
    runs: tuple[Run, ...]

    @property
    def figure(self) -> float:
        """Return the median figure."""
        return median(run.figure for run in self.runs)

    @property
    def ceiling(self) -> float:
        """Return the median ceiling."""
        return median(run.ceiling for run in self.runs)

    @property
    def ratio(self) -> float:
        """Return the median of the runs' own ratios.

        Not the ratio of the medians: a run's two halves shared the same moment of the machine.
        """
        return median(run.ratio for run in self.runs)

    @property
    def seen(self) -> Seen:
        """Return what was seen in the run in the middle."""
        middle = sorted(self.runs)[len(self.runs) // 2].figure
        return middle.seen if isinstance(middle, Rate) else Seen()

    @property
    def reached(self) -> bool:
        """Return whether the target is met."""
        return self.ratio >= TARGETS[self.name]


def rate(count: int, seconds: float) -> float:
    """Return how many a second.

    Raises:
        NoFigureError: nothing was counted, or no time passed.
    """
    if count <= 0 or seconds <= 0:
        raise NoFigureError("nothing was measured")
    return count / seconds


def report(outcomes: Iterable[Outcome], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one JSON object: ratios, the figures and ceilings behind them, the machine."""
    found = list(outcomes)
    return {
        "ratios": {o.name: round(o.ratio, 3) for o in found},
        "figures": {o.name: round(o.figure, 1) for o in found},
        "ceilings": {o.name: round(o.ceiling, 1) for o in found},
        "p50_us": {o.name: round(1e6 / o.figure, 1) for o in found if o.name.startswith("decide")},
        "units": {o.name: o.unit for o in found},
        "targets": {o.name: TARGETS[o.name] for o in found},
        "runs": {o.name: [round(run.ratio, 3) for run in o.runs] for o in found},
        "seen": {o.name: told for o in found if (told := _told(o.seen))},
        "machine": dict(machine),
    }


def latencies(seconds: Iterable[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99 in milliseconds.

    Raises:
        NoFigureError: nothing was timed.
    """
    ordered = sorted(seconds)
    if not ordered:
        raise NoFigureError("nothing was measured")
    p50, p95, p99 = (1000 * ordered[len(ordered) * part // 100] for part in (50, 95, 99))
    return p50, p95, p99


def _told(seen: Seen) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seen._asdict().items() if value is not None}


def line(outcome: Outcome) -> str:
    """Return one outcome for people to read."""
    target = TARGETS[outcome.name]
    word = "reached" if outcome.reached else "MISSED"
    return (
        f"{outcome.name:14} {outcome.figure:10,.0f} {outcome.unit:12} of {outcome.ceiling:10,.0f}"
        f"   ratio {outcome.ratio:5.2f}   target {target:.2f} {word}{_aside(outcome.seen)}"
    )


def _aside(seen: Seen) -> str:
    told = _told(seen)
    return "   " + " ".join(f"{name}={value:g}" for name, value in told.items()) if told else ""
