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

    def level(self, window: Iterable[Report], latest: Report) -> int:
        """Return what the rule measures, on the window that ends with `latest`."""
        if self.measure == "agencies":
            return len({report.poster for report in window})
        if self.measure == "reports":
            return sum(report.harm for report in window)
        if not latest.speak_up:
            return 0
        return sum(report.harm for report in window if report is not latest)


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
    window: deque[Report] = deque()
    quiet_until = 0
    for report in reports:
        if not rule.counts(report):
            continue
        window.append(report)
        while window[0].day <= report.day - rule.window_days:
            window.popleft()
        if report.day < quiet_until:
            continue
        level = rule.level(window, report)
        if level >= rule.at_least:
            alarms.append(_alarm(rule, window, level))
            quiet_until = report.day + rule.window_days
    return alarms


def _alarm(rule: Rule, window: Sequence[Report] | deque[Report], level: int) -> AlarmRow:
    return AlarmRow(
        rule=rule.id,
        raised_on=date.fromordinal(window[-1].day),
        window_days=rule.window_days,
        level=level,
        posters=len({report.poster for report in window}),
        position=max(report.position for report in window),
    )


@dataclass(slots=True)
class Pattern:
    """All reports about one setting, with what they show."""

    reports: list[Report] = field(default_factory=list)
    counted: dict[tuple[date, str, bool], Counter[str]] = field(default_factory=dict)
    """By month, type, speak-up: how many from each poster."""
    alarms: dict[str, list[AlarmRow]] = field(default_factory=dict)
    """By rule id."""

    @classmethod
    def of(cls, reports: Iterable[Report]) -> "Pattern":
        """Return the pattern of some reports, in whatever order they come."""
        pattern = cls()
        pattern.reports = sorted(reports)
        for report in pattern.reports:
            pattern.counted.setdefault(key_of(report), Counter())[report.poster] += 1
        for rule in RULES:
            pattern.alarms[rule.id] = crossings(rule, pattern.reports)
        return pattern

    def add(self, report: Report) -> bool:
        """Add a report; return whether the alarms changed."""
        insort(self.reports, report)
        self.counted.setdefault(key_of(report), Counter())[report.poster] += 1
        return self._look_again(report)

    def remove(self, report: Report) -> bool:
        """Take a report away, for it does not stand; return whether the alarms changed."""
        self.reports.remove(report)
        counter = self.counted[key_of(report)]
        counter[report.poster] -= 1
        if not counter[report.poster]:
            del counter[report.poster]
        return self._look_again(report)

    def count(self, key: tuple[date, str, bool]) -> CountRow | None:
        """Return one count; None where nothing is left to count."""
        counter = self.counted.get(key)
        return CountRow(counter.total(), len(counter)) if counter else None

    def all_alarms(self) -> list[AlarmRow]:
        """Return every alarm."""
        return [alarm for alarms in self.alarms.values() for alarm in alarms]

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
        if not alarms or not self.reports:
            return False
        raised, last = alarms[-1].raised_on.toordinal(), self.reports[-1]
        if last.day >= raised + rule.window_days:
            return False
        return report.day > raised or report == last


def key_of(report: Report) -> tuple[date, str, bool]:
    """Return under which month, type and origin a report is counted."""
    return (date.fromordinal(report.day).replace(day=1), report.type_uri, report.speak_up)
