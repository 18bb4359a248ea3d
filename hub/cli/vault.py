"""Commands about what is sealed: vault, rekey.

In: settings and options. Out: a running process, or a report and an exit code.
Never here: how anything is opened or wrapped (hub.vault).
"""

import json
from typing import Annotated

import typer

from hub.cli.service import stopped_by_signals
from hub.settings import load


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(vault)
    app.command()(rekey)


def vault() -> None:
    """Hold the master keys, and open what is on record, until stopped. Example: hub vault.

    One on each machine that serves the API, as a user of its own: nobody else reads the keys.
    Exit code 1: the keys cannot be opened, or another vault listens there.
    """
    from hub.assembly import prepare  # noqa: PLC0415
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.kek import KekError  # noqa: PLC0415
    from hub.ledger.keyfile import KeyFileError  # noqa: PLC0415
    from hub.telemetry import Log, configure, say  # noqa: PLC0415
    from hub.vault.parts import opened  # noqa: PLC0415
    from hub.vault.serve import VaultTakenError, serve  # noqa: PLC0415

    settings = load()
    configure()
    stop = stopped_by_signals()
    if settings.owner_url:
        prepare(settings)
    try:
        with opened(settings, SystemClock(), SystemSource()) as one:
            say(Log.STARTED, part="vault")
            serve(one, settings.vault, stop)
    except (KekError, KeyFileError, VaultTakenError) as refused:
        typer.echo(f"hub vault: {refused}", err=True)
        raise typer.Exit(1) from None
    say(Log.STOPPED, part="vault")


def rekey(
    *,
    destroy_old: Annotated[
        bool,
        typer.Option(
            "--destroy-old",
            help="Destroy the old master keys: what was erased is gone from backups too.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw a new master key and wrap every subject's key under it. Example: hub rekey.

    The vault does it, while it goes on serving. A backup of the database that was made before
    --destroy-old cannot be read any more: make one afterwards.
    """
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.vault.client import Operating  # noqa: PLC0415
    from hub.vault.serve import operators  # noqa: PLC0415

    asking = Operating(operators(load().vault))
    try:
        done = asking.rekey(destroy_old=destroy_old)
    except (LedgerError, OSError) as refused:
        typer.echo(f"hub rekey: {refused}", err=True)
        raise typer.Exit(2) from None
    finally:
        asking.close()
    report = {"version": done.version, "rewrapped": done.rewrapped, "destroyed": done.destroyed}
    if as_json:
        typer.echo(json.dumps(report))
        return
    typer.echo(f"master key {done.version} wraps {done.rewrapped:,} subjects' keys")
    for version in done.destroyed:
        typer.echo(f"master key {version} is destroyed")
