"""Commands that run the hub's processes: install, serve, write, project, rebuild.

In: settings. Out: a running process, or a report. Never here: construction of parts (assembly).
"""

import json
import signal
import sys
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from hub.cli.waiting import waiting
from hub.settings import load


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(install)
    app.command()(serve)
    app.command()(write)
    app.command()(project)
    app.command()(rebuild)


def install(
    *,
    ledger: Annotated[str, typer.Option(help="As whom the ledger is installed.")] = "",
    ops: Annotated[str, typer.Option(help="As whom the schema `ops` is.")] = "",
    views: Annotated[str, typer.Option(help="As whom the views are.")] = "",
) -> None:
    """Install or update every schema, and stop. Example: hub install --views postgresql://...

    Each option is the address of the role that owns that schema; without it, HUB_OWNER_URL. Safe to
    repeat, and while the hub runs. Exit code 1: the database refused.
    """
    from hub.preparing import InstallError, install_all  # noqa: PLC0415 - a command imports its own

    owner = load().owner
    try:
        install_all(ledger=ledger or owner, ops=ops or owner, views=views or owner)
    except InstallError as refused:
        typer.echo(f"hub install: {refused}", err=True)
        raise typer.Exit(1) from None
    typer.echo("installed")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 0,
    workers: Annotated[int, typer.Option(help="API processes.")] = 0,
) -> None:
    """Serve the API until stopped. Example: hub serve --port 8000 --workers 2.

    Keeps a writer running beside it, to which all API processes of the machine hand over.
    """
    import uvicorn  # noqa: PLC0415

    from hub.descriptors import hold_many  # noqa: PLC0415 - a command imports its own
    from hub.preparing import prepare  # noqa: PLC0415
    from hub.telemetry import configure  # noqa: PLC0415
    from hub.writing import beside  # noqa: PLC0415

    hold_many()
    settings = load()
    if settings.owner_url:
        prepare(settings)
    configure()
    with beside():
        uvicorn.run(
            "hub.assembly:asgi",
            factory=True,
            host=host or settings.host,
            port=port or settings.port,
            workers=workers or settings.workers,
            loop="uvloop",
            http="httptools",
            access_log=False,  # paths may hold a subject's id; hub.telemetry counts by route
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=10,
        )


def write(
    *,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Store what the API processes of this machine hand over. Example: hub write.

    `hub serve` starts one itself. Another stands by, and takes over when the first ends.
    """
    from hub.telemetry import Log, configure, say  # noqa: PLC0415
    from hub.writing import stop_with_stdin  # noqa: PLC0415
    from hub.writing import write as run  # noqa: PLC0415

    configure()
    stop = stopped_by_signals()
    if with_parent:
        stop_with_stdin(stop)
    say(Log.STARTED, part="writer")
    run(load(), stop)
    say(Log.STOPPED, part="writer")


def project() -> None:
    """Keep the views up with the ledger until stopped. Example: hub project."""
    from hub.collector import settle_down  # noqa: PLC0415 - a command imports its own
    from hub.preparing import prepare  # noqa: PLC0415 - a command imports its own
    from hub.projecting import projector  # noqa: PLC0415 - a command imports its own
    from hub.rulebook.releases import NotInForceError  # noqa: PLC0415
    from hub.telemetry import Log, configure, say  # noqa: PLC0415

    settings = load()
    configure()
    stop = stopped_by_signals()
    if settings.owner_url:
        prepare(settings)
    say(Log.STARTED, part="projector")
    settle_down()
    try:
        projector().run(settings.owner, stop)
    except NotInForceError as error:
        typer.echo(f"hub project: {error}", err=True)
        raise typer.Exit(1) from None
    say(Log.STOPPED, part="projector")


def rebuild(
    *,
    compare_only: Annotated[
        bool, typer.Option("--compare-only", help="Build and compare, but keep the old views.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=0, help="How many fold side by side; 0 folds row by row.")
    ] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Build the views anew beside the old, compare, swap. Example: hub rebuild --json.

    Readers go on meanwhile. Exit code 1 means the new views differ from the old.
    """
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.views.rebuild import rebuild as again  # noqa: PLC0415

    with waiting("rebuilding") as step:
        found = again(
            load().owner,
            now_ms=SystemClock().now_ms,
            compare_only=compare_only,
            processes=processes,
            progress=step,
        )
    report = found.told()
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        for table, rows in report["rows"].items():
            typer.echo(f"{table:24} {rows:>12,} rows")
        typer.echo(
            "identical" if report["identical"] else "DIFFERENT: " + ", ".join(report["differences"])
        )
    raise typer.Exit(0 if report["identical"] else 1)


def stopped_by_signals() -> Event:
    """Return an event that SIGTERM or SIGINT sets."""
    stop = Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stop
