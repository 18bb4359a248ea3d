"""How often a scenario runs: as often as asked, or as its share of the time allows."""

from itertools import count

import pytest

from hub.bench.figures import Run
from hub.bench.run import Share, Wanted, largest, repeated


class Counted:
    """A scenario that notes what is asked of it."""

    name = "read"
    unit = "answers/s"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def prepare(self) -> None:
        self.calls.append("prepare")

    def once(self) -> Run:
        self.calls.append("once")
        return Run(len(self.calls), 10)


@pytest.mark.parametrize(("until", "runs"), [(100.0, 5), (3.5, 3), (-1.0, 1)])
def test_it_runs_as_often_as_asked_while_there_is_time_and_once_at_least(
    until: float, runs: int
) -> None:
    scenario, clock, told = Counted(), count(1), list[str]()
    outcome = repeated(scenario, 5, Share(lambda: float(next(clock)), until), told.append)
    assert scenario.calls == ["prepare"] + ["once"] * runs
    assert [run.figure for run in outcome.runs] == [n + 2 for n in range(runs)]
    assert len(told) == runs + 1


def test_a_scenario_whose_ledger_took_its_share_to_fill_runs_on_for_a_while() -> None:
    scenario, clock = Counted(), count(100)
    share = Share(lambda: float(next(clock)), until=50.0, filled=2.0)
    outcome = repeated(scenario, 5, share, lambda _: None)
    assert len(outcome.runs) == 3


def test_a_ledger_is_as_large_as_asked_for_and_else_as_the_run_is_thorough() -> None:
    hows = (Wanted(), Wanted(quick=True), Wanted(full=True), Wanted(full=True, events=10_000_000))
    assert [largest(how, quick=900) for how in hows] == [100_000, 900, 1_000_000, 10_000_000]
