"""Commands that show the hub at work: demo, replay, bench.

In: options. Out: a story, a report, figures. Never here: the story or the measuring themselves.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(replay)
    app.command()(bench)


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="End after the story.")] = False,
    as_json: Json = False,
) -> None:
    """Play the whole story on an embedded PostgreSQL. Example: hub demo --once --json."""
    from hub.demo.run import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(once=once, as_json=as_json))


def replay(
    file: Annotated[Path, typer.Argument(help="A published chronology (TOML).")],
    *,
    as_json: Json = False,
) -> None:
    """Replay a published review under today's rules. Example: hub replay review.toml."""
    from hub.demo.run import run_replay  # noqa: PLC0415

    raise typer.Exit(run_replay(file, as_json=as_json))


def bench(
    *,
    only: Annotated[str, typer.Option(help="Scenarios, by comma; empty for all.")] = "",
    runs: Annotated[int, typer.Option(help="Runs of each, of which the median counts.")] = 5,
    as_json: Json = False,
    quick: Annotated[bool, typer.Option("--quick", help="A minute: small, and what fits.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="At a million events and ten minutes: about an hour.")
    ] = False,
    events: Annotated[
        int, typer.Option(min=0, help="Events in the ledgers of find, register, rebuild, prove.")
    ] = 0,
    compare: Annotated[
        Path | None, typer.Option(help="An earlier --json: exit 1 where a ratio fell.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Part of a ratio by which it may fall.")
    ] = 0.15,
    write: Annotated[
        bool, typer.Option("--write", help="Write tests/bench/RESULTS.md and its picture.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print the computed capacity plan instead.")
    ] = False,
    load: Annotated[
        int, typer.Option("--load", help="Fill a ledger with this many made-up events instead.")
    ] = 0,
    reads: Annotated[
        float, typer.Option(help="With --load: recorded answers for each event.")
    ] = 0.0,
    here: Annotated[
        bool, typer.Option("--here", help="With --load: the empty ledger of HUB_* settings.")
    ] = False,
) -> None:
    """Measure speed as ratios to a ceiling of the same run. Example: hub bench --json."""
    if plan:
        from hub.bench.capacity import page  # noqa: PLC0415

        sys.stdout.write(page())
        raise typer.Exit
    if load:
        from hub.bench.filling import run_load  # noqa: PLC0415

        raise typer.Exit(run_load(events=load, reads=reads, here=here, as_json=as_json))
    from hub.bench.run import Wanted, run_bench  # noqa: PLC0415

    how = Wanted(quick, full, events, compare, margin, write)
    raise typer.Exit(run_bench(only=only, runs=runs, as_json=as_json, how=how))
