"""Runs the scenarios and prints what they gave: `hub bench`.

In: which scenarios, how many runs. Out: a table on stderr; with --json one object on stdout.
Never here: a scenario's own work, or a verdict in the exit code: 0 means measured. A target missed
on a shared machine is for a person to read, with the ceilings beside it.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hub.bench.comparing import MARGIN, CompareError, fallen, read
from hub.bench.deciding import Decide, DecideCedar, has_cedar
from hub.bench.figures import TARGETS, NoFigureError, Outcome, Run, line, report
from hub.bench.flooding import Fairness, Overload
from hub.bench.following import Lag, Soak
from hub.bench.growing import Find
from hub.bench.intake import IntakeBatch, IntakeSingle, IntakeStock
from hub.bench.longest import Timeline
from hub.bench.machine import described
from hub.bench.processes import BenchError
from hub.bench.projecting import Project
from hub.bench.proving import Prove
from hub.bench.reading import Awaited, Read
from hub.bench.rebuilding import Rebuild
from hub.bench.recalling import History
from hub.bench.registering import Register
from hub.bench.sequencing import Sequence as Sequencing
from hub.bench.sequencing import SequenceRaw
from hub.bench.stage import Stage, staged
from hub.bench.trying import Whatif
from hub.bench.writing import write
from hub.clock import SystemClock, seconds, utc_text


class Scenario(Protocol):
    """One thing that is measured."""

    name: str
    unit: str

    def prepare(self) -> None:
        """Do what must be done before the first run, and warm up."""
        ...

    def once(self) -> Run:
        """Measure once: the ceiling and the figure."""
        ...


Step = Callable[[str], None]
MOST_S = 200.0
"""How long all runs together may take. On a crowded machine there are fewer runs, and the report
shows how many; one run of each there always is."""
FILLED_S = 20.0
"""How long each may go on in a full run once its ledger is filled: one run would be one chance."""

QUICK_S = 31.0
"""The same of a quick run. What has not begun by then is left out, and said to be."""
RESULTS = Path(__file__).parents[2] / "tests" / "bench"


class Wanted(NamedTuple):
    """What to do besides measuring, and in which sizes to measure."""

    quick: bool = False
    full: bool = False
    events: int = 0
    """How large the large ledgers are; 0 for what the two before say."""
    compare: Path | None = None
    margin: float = MARGIN
    write: bool = False


def run_bench(*, only: str, runs: int, as_json: bool, how: Wanted | None = None) -> int:
    """Measure, print, and return the exit code.

    0: measured. 1: a part failed, or a ratio fell by more than the margin. 2: used wrongly.
    """
    how = how or Wanted()
    wanted = [name for name in only.split(",") if name] or list(TARGETS)
    unknown = [name for name in wanted if name not in TARGETS]
    if unknown or runs < 1:
        sys.stderr.write(f"hub bench: scenarios are {', '.join(TARGETS)}; runs are 1 or more\n")
        return 2
    console = Console(stderr=True, soft_wrap=True, highlight=False)

    def tell(words: str) -> None:
        console.print(words, markup=False)

    try:
        before = {} if how.compare is None else read(how.compare)
        with _progress(console, len(wanted) * (runs + 1) + 1) as step:
            told = _measure(wanted, runs, step, tell, how)
    except CompareError as error:
        sys.stderr.write(f"hub bench: {error}\n")
        return 2
    except (BenchError, NoFigureError) as error:
        sys.stderr.write(f"hub bench: {error}\n")
        return 1
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
    return _after(told, before, how, tell)


def _after(told: dict[str, Any], before: dict[str, float], how: Wanted, tell: Step) -> int:
    """Write a run down and hold it against an earlier one, if asked; return the exit code."""
    if how.write:
        day = utc_text(seconds(SystemClock()))[:10]
        for path in write(told, RESULTS, day=day, events=how.events):
            tell(f"written: {path.name}")
    slower = fallen(before, told, how.margin)
    for one in slower:
        tell(f"{one.name} FELL from {one.before:.2f} to {one.now:.2f}")
    return 1 if slower or told["failed"] else 0


def _measure(
    wanted: Sequence[str], runs: int, step: Step, tell: Step, how: Wanted
) -> dict[str, Any]:
    step("starting a hub")
    outcomes: list[Outcome] = []
    left_out: list[str] = []
    failed: dict[str, str] = {}
    beside: dict[str, dict[str, Any]] = {"sizes": {}, "counts": {}, "disk": {}, "slices": {}}
    with staged() as stage:
        machine = described(stage.settings.owner)
        chosen = [s for s in _scenarios(stage, how) if s.name in wanted]
        if DecideCedar.name in wanted and not has_cedar():
            chosen = [s for s in chosen if s.name != DecideCedar.name]
            tell(f"{DecideCedar.name}: left out, cedarpy comes with the development dependencies")
        until = stage.edge.now() + (QUICK_S if how.quick else MOST_S)
        for left, scenario in zip(range(len(chosen), 0, -1), chosen, strict=True):
            now = stage.edge.now()
            if how.quick and outcomes and now > until:
                left_out.append(scenario.name)
                continue
            share = Share(
                stage.edge.now, now + max(0.0, until - now) / left, FILLED_S if how.full else 0.0
            )
            try:
                outcomes.append(repeated(scenario, runs, share, step))
            except (BenchError, NoFigureError) as error:
                # The others' figures took minutes: they are told all the same, and the exit code.
                failed[scenario.name] = str(error)
                tell(f"{scenario.name}: FAILED, {error}")
                continue
            tell(line(outcomes[-1]))
            for name in beside:
                beside[name] |= getattr(scenario, name, {})
    if left_out:
        tell(f"left out, for time: {', '.join(left_out)}")
    return {**report(outcomes, machine), "left_out": left_out, "failed": failed, **beside}


class Share(NamedTuple):
    """One scenario's part of the time."""

    now: Callable[[], float]
    until: float
    filled: float = 0.0
    """For how long it may go on all the same, once it is prepared."""


def repeated(scenario: Scenario, runs: int, share: Share, step: Step) -> Outcome:
    """Run a scenario that often, or as often as its share of the time allows, but once at least."""
    step(f"{scenario.name}: preparing")
    found: list[Run] = []
    try:
        scenario.prepare()
        until = max(share.until, share.now() + share.filled)
        while len(found) < runs and not (found and share.now() > until):
            step(f"{scenario.name}: run {len(found) + 1} of {runs}")
            found.append(scenario.once())
    finally:
        getattr(scenario, "close", bool)()  # of those that keep a hub of their own
    return Outcome(scenario.name, scenario.unit, tuple(found))


def largest(how: Wanted, *, quick: int, usual: int = 100_000) -> int:
    """Return how large the ledger of a scenario is, or the larger one where there are two."""
    return how.events or (quick if how.quick else 1_000_000 if how.full else usual)


def _scenarios(stage: Stage, how: Wanted) -> tuple[Scenario, ...]:
    """Return the scenarios in their sizes: a few seconds a run, or just enough to see it work.

    `full`: ledgers and a log of a million, which take minutes to fill. `events`: of so many.
    """
    quick, full = how.quick, how.full
    return (
        IntakeSingle(stage, events=200 if quick else 4_000),
        IntakeBatch(stage, batches=2 if quick else 8, size=50 if quick else 500),
        Read(stage, reads=40 if quick else 300),
        Project(stage, cases=100 if quick else 1_200),
        Sequencing(stage, leaves=2_000 if quick else 40_000),
        Prove(stage, small=500 if quick else 10_000, large=largest(how, quick=2_000)),
        Whatif(decisions=50_000 if quick else 1_000_000, sample=5_000 if quick else 100_000),
        Decide(questions=100 if quick else 5_000),
        DecideCedar(questions=20 if quick else 100),
        SequenceRaw(stage, leaves=2_000 if quick else 40_000),
        Lag(stage, seconds=2 if quick else 20),
        Soak(stage, seconds=3 if quick else 600 if full else 60),
        Rebuild(stage, rows=largest(how, quick=1_500, usual=60_000)),
        Find(
            stage,
            small=300 if quick else 10_000,
            large=largest(how, quick=900),
            part=10 if quick else 1,
        ),
        Register(stage, answers=largest(how, quick=1_000), part=4 if quick else 1),
        # What is above is what a capacity is judged by; a quick run may end before the others.
        Timeline(stage, reads=12 if quick else 240),
        IntakeStock(stage, batches=2 if quick else 8, size=50 if quick else 500),
        Fairness(stage, events=30 if quick else 200),
        Overload(stage, seconds=1 if quick else 5),
        Awaited(stage, reads=16 if quick else 100),
        History(stage, rows=largest(how, quick=1_000)),
    )


@contextmanager
def _progress(console: Console, steps: int) -> Iterator[Step]:
    """Yield what moves the bar. Where nobody looks there is none."""
    with Progress(
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("", total=steps)

        def step(words: str) -> None:
            progress.update(task, description=words, advance=1)

        yield step
