"""What several reports about one care setting show together: counts, and thresholds reached.

In: reports about one setting, in any order. Out: counts by month, alarms with the rule they met.
Never here: a person. A pattern is counts and themes only; and never the order in which reports
arrived: a late one gives the rows it would have given on time.

Source: domain.md section 6 (Winterbourne View: 29 police incidents and 40 alerts, each handled
singly; a pattern must be seen across posters).
"""

from bisect import insort
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from hub.views.rows import AlarmRow, CountRow

Measure: TypeAlias = Literal["reports", "agencies", "speak_up"]


class Report(NamedTuple):
    """One item about a setting. `day` is the ordinal of the London day it happened on."""

    day: int
    position: int
    type_uri: str
    poster: str
    harm: bool
    speak_up: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold: `at_least` of `measure` within `window_days`, and why it is worth an alarm."""

    id: str
    measure: Measure
    at_least: int
    window_days: int
    because: str

    def counts(self, report: Report) -> bool:
        """Return whether the report is one the rule looks at."""
        return self.measure == "agencies" or report.harm or report.speak_up

    def level(self, window: "Window") -> int:
        """Return what the rule measures, on the window that ends with its latest report."""
        if self.measure == "agencies":
            return len(window.posters)
        if self.measure == "reports":
            return window.harm
        latest = window.reports[-1]
        return window.harm - latest.harm if latest.speak_up else 0


class Window:
    """The days a rule looks back on, with what it measures of them kept up report by report."""

    def __init__(self, days: int) -> None:
        self.reports: deque[Report] = deque()
        self.harm = 0
        self.posters: Counter[str] = Counter()
        self._days = days

    def add(self, report: Report) -> None:
        """Add the next report, and let those go that are too long ago."""
        self.reports.append(report)
        self.harm += report.harm
        self.posters[report.poster] += 1
        while self.reports[0].day <= report.day - self._days:
            gone = self.reports.popleft()
            self.harm -= gone.harm
            _less(self.posters, gone.poster)


RULES: tuple[Rule, ...] = (
    Rule("harm-3-in-12-months", "reports", 3, 365, "three or more reports of harm within a year"),
    Rule("harm-6-in-24-months", "reports", 6, 730, "six or more reports of harm within two years"),
    Rule(
        "agencies-3-in-12-months",
        "agencies",
        3,
        365,
        "three or more agencies each hold something about this setting from one year",
    ),
    Rule(
        "speak-up-after-3",
        "speak_up",
        3,
        365,
        "a worker spoke up where three or more reports of harm were already held",
    ),
)


def crossings(rule: Rule, reports: Sequence[Report]) -> list[AlarmRow]:
    """Return the days on which a setting reached the rule's threshold.

    A pattern that goes on is raised again once its window has passed, not at every report.

    Args:
        rule: the threshold.
        reports: sorted.
    """
    alarms: list[AlarmRow] = []
    window = Window(rule.window_days)
    quiet_until = 0
    for report in reports:
        if not rule.counts(report):
            continue
        window.add(report)
        if report.day < quiet_until:
            continue
        level = rule.level(window)
        if level >= rule.at_least:
            alarms.append(_alarm(rule, window, level))
            quiet_until = report.day + rule.window_days
    return alarms


def _alarm(rule: Rule, window: Window, level: int) -> AlarmRow:
    return AlarmRow(
        rule=rule.id,
        raised_on=date.fromordinal(window.reports[-1].day),
        window_days=rule.window_days,
        level=level,
        posters=len(window.posters),
        position=max(report.position for report in window.reports),
    )


def _less(counter: Counter[str], name: str) -> None:
    """Count one less, and what is left of nothing not at all."""
    counter[name] -= 1
    if not counter[name]:
        del counter[name]


@dataclass(slots=True)
class Pattern:
    """All reports about one setting, with what they show."""

    reports: list[Report] = field(default_factory=list)
    counted: dict[tuple[date, str, bool], Counter[str]] = field(default_factory=dict)
    """By month, type, speak-up: how many from each poster."""
    alarms: dict[str, list[AlarmRow]] = field(default_factory=dict)
    """By rule id."""
    posters: Counter[str] = field(default_factory=Counter)
    """How many reports from each."""
    harm: int = 0
    """How many of harm."""
    spoken: list[int] = field(default_factory=list)
    """The days on which a worker spoke up, sorted."""

    @classmethod
    def of(cls, reports: Iterable[Report]) -> "Pattern":
        """Return the pattern of some reports, in whatever order they come."""
        pattern = cls()
        pattern.reports = sorted(reports)
        for report in pattern.reports:
            pattern._tally(report)
        for rule in RULES:
            pattern.alarms[rule.id] = crossings(rule, pattern.reports)
        return pattern

    def add(self, report: Report) -> bool:
        """Add a report; return whether the alarms changed."""
        insort(self.reports, report)
        self._tally(report)
        return self._look_again(report)

    def remove(self, report: Report) -> bool:
        """Take a report away, for it does not stand; return whether the alarms changed."""
        self.reports.remove(report)
        _less(self.counted[key_of(report)], report.poster)
        _less(self.posters, report.poster)
        self.harm -= report.harm
        if report.speak_up:
            self.spoken.remove(report.day)
        return self._look_again(report)

    def count(self, key: tuple[date, str, bool]) -> CountRow | None:
        """Return one count; None where nothing is left to count."""
        counter = self.counted.get(key)
        return CountRow(counter.total(), len(counter)) if counter else None

    def all_alarms(self) -> list[AlarmRow]:
        """Return every alarm."""
        return [alarm for alarms in self.alarms.values() for alarm in alarms]

    def _tally(self, report: Report) -> None:
        self.counted.setdefault(key_of(report), Counter())[report.poster] += 1
        self.posters[report.poster] += 1
        self.harm += report.harm
        if report.speak_up:
            insort(self.spoken, report.day)

    def _look_again(self, report: Report) -> bool:
        changed = False
        for rule in RULES:
            if not rule.counts(report) or self._settled(rule, report):
                continue
            alarms = crossings(rule, self.reports)
            changed |= alarms != self.alarms.get(rule.id, [])
            self.alarms[rule.id] = alarms
        return changed

    def _settled(self, rule: Rule, report: Report) -> bool:
        # The usual case, a report after the last alarm while that one still stands and nothing is
        # later than it does, cannot change anything: no day of it is looked at. Without this, a
        # setting with thousands of reports is re-read at each.
        alarms = self.alarms.get(rule.id)
        if not alarms:
            return self._out_of_reach(rule, report)
        if not self.reports:
            return False
        raised, last = alarms[-1].raised_on.toordinal(), self.reports[-1]
        if last.day >= raised + rule.window_days:
            return False
        return report.day > raised or report == last

    def _out_of_reach(self, rule: Rule, report: Report) -> bool:
        """Return whether a rule that was never met cannot be by this: all reports are too few.

        Otherwise a setting of which nobody has spoken up is read again whole at each report.
        """
        if rule.measure == "agencies":
            return len(self.posters) < rule.at_least
        if self.harm < rule.at_least:
            return True
        return rule.measure == "speak_up" and (not self.spoken or self.spoken[-1] < report.day)


def key_of(report: Report) -> tuple[date, str, bool]:
    """Return under which month, type and origin a report is counted."""
    return (date.fromordinal(report.day).replace(day=1), report.type_uri, report.speak_up)
