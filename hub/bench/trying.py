"""Scenario of a change of law: what it would have changed of a million recorded decisions.

In: the shipped rulebook, and the same with one more duty in force. Out: a Run each time.
Never here: a figure for an answer that was not compared with the slow one. Percentiles are of a
thousand sets.

History is held as `hub rulebook whatif` holds it: each distinct set of facts once, with how many
decisions rest on it; here ten each. Every set is looked at the quick way. The slow way evaluates
every set under both rulebooks: it is timed on a sample, and there both must find the same.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from hub.bench.figures import Rate, Run, Seen, latencies, rate
from hub.bench.meter import memory_here
from hub.bench.processes import BenchError
from hub.bench.questions import Dice, throw
from hub.rulebook import shipped
from hub.rulebook.cases import commenced
from hub.rulebook.whatif import summary, whatif

DAY = date(2026, 7, 1)
DUTY = "child-duty-16LA"
"""Enacted and not commenced: the change whose effect people ask about."""
EACH = 10
NOTED: Final = 1000
"""Sets, after each of which the time is noted."""
Decided: TypeAlias = tuple[dict[str, str], int]


class Whatif:
    """Decisions a second looked through for a draft, against evaluating them one by one."""

    name = "whatif"
    unit = "decisions/s"

    def __init__(self, *, decisions: int, sample: int) -> None:
        self._sets = decisions // EACH
        self._sample = sample // EACH
        self._live = shipped()
        self._draft = commenced(self._live, DUTY, DAY)
        self._past: list[Decided] = []

    def prepare(self) -> None:
        """Make the history."""
        dice = Dice("history")
        self._past = [(throw(dice, self._live), EACH) for _ in range(self._sets)]
        self._timed(self._past[:100], every=True)

    def once(self) -> Run:
        """Measure both ways.

        Raises:
            BenchError: they do not find the same.
        """
        sample = self._past[: self._sample]
        slow_s, slow = self._timed(sample, every=True)
        _, same = self._timed(sample, every=False)
        if slow | {"evaluated": 0} != same | {"evaluated": 0}:
            raise BenchError("the quick way finds something else than the slow way")
        stood: list[float] = []
        quick_s, _ = self._timed(_noting(self._past, stood), every=False)
        times = latencies(after - before for before, after in pairwise(stood))
        decisions = self._sets * EACH
        seen = Seen(*times, cpu_us=1e6 * quick_s / decisions, memory_mib=memory_here())
        figure = Rate.of(rate(decisions, quick_s), seen)
        return Run(figure, rate(self._sample * EACH, slow_s))

    def _timed(self, past: Iterable[Decided], *, every: bool) -> tuple[float, dict[str, object]]:
        started = time.process_time()  # nothing waits here; other work moves it little
        report = whatif(past, self._live, self._draft, DAY, every=every)
        return time.process_time() - started, summary(report)


def _noting(past: Iterable[Decided], stood: list[float]) -> Iterator[Decided]:
    """Yield what is past, noting the processor's time after each thousand."""
    for number, one in enumerate(past):
        if number % NOTED == 0:
            stood.append(time.process_time())
        yield one
    stood.append(time.process_time())
