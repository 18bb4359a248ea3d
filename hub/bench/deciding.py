"""Scenarios of one decision: all categories of one item towards one partner, nothing kept.

In: the shipped rulebook, made-up questions. Out: a Run each time: decisions a second, by the median
time of one. Never here: a decision asked twice of one cache, or an answer not compared.

Nothing here waits for anything, so it is this process's own time that counts: other work on the
machine moves it little.

`decide` holds the whole rulebook against forty of its rules: the cost of law that does not apply.
`decide-cedar` holds it against Cedar, with policies parsed beforehand, on the same questions.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from statistics import mean, median
from typing import TYPE_CHECKING, TypeVar

from contracts.base import Category
from hub.bench.figures import Rate, Run, Seen, latencies
from hub.bench.meter import memory_here
from hub.bench.processes import BenchError
from hub.bench.questions import Dice, throw
from hub.rulebook import Outcome, Rulebook, decide, shipped

if TYPE_CHECKING:
    from hub.bench.cedar import SecondOpinion

DAY = date(2026, 7, 1)
FEW = 40
_T = TypeVar("_T")


class Decide:
    """One decision under the whole rulebook, against one under forty of its rules."""

    name = "decide"
    unit = "decisions/s"

    def __init__(self, *, questions: int) -> None:
        self._count = questions
        self._law = shipped()
        self._few = some_rules(self._law, FEW)
        self._questions: list[dict[str, str]] = []

    def prepare(self) -> None:
        """Make the questions, and answer each once."""
        dice = Dice("decide")
        self._questions = [throw(dice, self._law) for _ in range(self._count)]
        self.once()

    def once(self) -> Run:
        """Measure both, question by question, so that both share each moment of the machine."""
        whole, few = [], []
        for facts in self._questions:
            few.append(_timed(lambda facts=facts: decide(facts, self._few, DAY))[0])  # type: ignore[misc]
            whole.append(_timed(lambda facts=facts: decide(facts, self._law, DAY))[0])  # type: ignore[misc]
        return Run(_figure(whole), 1 / median(few))


class DecideCedar:
    """One decision, against Cedar asked about every category of the same question at once."""

    name = "decide-cedar"
    unit = "decisions/s"

    def __init__(self, *, questions: int) -> None:
        self._count = questions
        self._law = shipped()
        self._questions: list[dict[str, str]] = []
        self._cedar: SecondOpinion | None = None

    def prepare(self) -> None:
        """Compile the law for Cedar, and make the questions."""
        from hub.bench.cedar import compile_law  # noqa: PLC0415 - a development dependency

        dice = Dice("cedar")
        self._questions = [throw(dice, self._law) for _ in range(self._count)]
        self._cedar = compile_law(self._law, DAY)

    def once(self) -> Run:
        """Measure both, each by itself: in turns, either empties the processor's caches for both.

        Raises:
            BenchError: they do not agree; then neither figure is worth anything.
        """
        ours = [_timed(lambda facts=facts: self._first(facts)) for facts in self._questions]  # type: ignore[misc]
        theirs = [_timed(lambda facts=facts: self._second(facts)) for facts in self._questions]  # type: ignore[misc]
        if [answer for _, answer in ours] != [answer for _, answer in theirs]:
            raise BenchError("Cedar answers a question otherwise")
        return Run(_figure([s for s, _ in ours]), 1 / median(s for s, _ in theirs))

    def _first(self, facts: Mapping[str, str]) -> list[bool]:
        outcomes = decide(facts, self._law, DAY).outcomes
        return [outcomes[category] is Outcome.DISCLOSE for category in Category]

    def _second(self, facts: Mapping[str, str]) -> list[bool]:
        from hub.bench.cedar import requests  # noqa: PLC0415 - a development dependency

        if self._cedar is None:
            raise BenchError("it was not prepared")
        asked = requests([(facts, category) for category in Category])
        return self._cedar.allowed(asked, self._cedar.strict)


def some_rules(law: Rulebook, count: int) -> Rulebook:
    """Return a rulebook of some of its rules, spread over all kinds as they are in the whole."""
    places = {int(n * len(law.rules) / count) for n in range(count)}
    return replace(law, rules=tuple(rule for n, rule in enumerate(law.rules) if n in places))


def has_cedar() -> bool:
    """Return whether there is a second opinion to be had."""
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("cedarpy") is not None


def _figure(took: list[float]) -> Rate:
    """Return decisions a second by the median time of one, with the slower ones beside it."""
    seen = Seen(*latencies(took), cpu_us=1e6 * mean(took), memory_mib=memory_here())
    return Rate.of(1 / median(took), seen)


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.process_time_ns()
    answer = work()
    return (time.process_time_ns() - started) / 1e9, answer
