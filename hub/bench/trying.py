"""Scenario of a change of law: what it would have changed of a million recorded decisions.

In: the shipped rulebook, and the same with one more duty in force. Out: a Run each time.
Never here: a figure for an answer that was not compared with the slow one.

History is held as `hub rulebook whatif` holds it: each distinct set of facts once, with how many
decisions rest on it; here ten each. Every set is looked at the quick way. The slow way evaluates
every set under both rulebooks: it is timed on a sample, and there both must find the same.
"""

import time
from datetime import date

from hub.bench.figures import Run, rate
from hub.bench.processes import BenchError
from hub.bench.questions import Dice, throw
from hub.rulebook import shipped
from hub.rulebook.cases import commenced
from hub.rulebook.whatif import summary, whatif

DAY = date(2026, 7, 1)
DUTY = "child-duty-16LA"
"""Enacted and not commenced: the change whose effect people ask about."""
EACH = 10


class Whatif:
    """Decisions a second looked through for a draft, against evaluating them one by one."""

    name = "whatif"
    unit = "decisions/s"

    def __init__(self, *, decisions: int, sample: int) -> None:
        self._sets = decisions // EACH
        self._sample = sample // EACH
        self._live = shipped()
        self._draft = commenced(self._live, DUTY, DAY)
        self._past: list[tuple[dict[str, str], int]] = []

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
        quick_s, _ = self._timed(self._past, every=False)
        return Run(rate(self._sets * EACH, quick_s), rate(self._sample * EACH, slow_s))

    def _timed(
        self, past: list[tuple[dict[str, str], int]], *, every: bool
    ) -> tuple[float, dict[str, object]]:
        started = time.process_time()  # nothing waits here; other work moves it little
        report = whatif(past, self._live, self._draft, DAY, every=every)
        return time.process_time() - started, summary(report)
