"""Commands about the log: sequence, witness, verify, reconcile.

In: settings and options. Out: a running process, or a report and an exit code: 1 where a fault is
found. Never here: how anything is checked (audit.verify_log).
"""

import asyncio
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.service import stopped_by_signals
from hub.settings import Settings, load

if TYPE_CHECKING:
    from uuid import UUID


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(sequence)
    app.command()(witness)
    app.command()(verify)
    app.command()(reconcile)


def sequence(
    *,
    show_key: Annotated[
        bool, typer.Option("--show-key", help="Print the log's public key (vkey) and stop.")
    ] = False,
) -> None:
    """Give every event its leaf and sign the log, until stopped. Example: hub sequence.

    Start it anywhere, as often as you like: one works, the others wait for its end. Exit code 1
    means that the stored log cannot be built on, or is behind its anchor.
    """
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.logparts import cosigning, log_key, sequencer  # noqa: PLC0415
    from hub.ledger.sequencer import LogFaultError  # noqa: PLC0415
    from hub.telemetry import Log, configure, say  # noqa: PLC0415

    settings = load()
    if show_key:
        key = log_key(settings.keys_dir, settings.hub_uri, SystemSource())
        typer.echo(key.verifier.vkey)
        return
    configure()
    stop = stopped_by_signals()
    asking = cosigning(settings, SystemClock())
    if asking is not None:
        Thread(target=asking.run, args=(settings.owner, stop), daemon=True).start()
    say(Log.STARTED, part="sequencer")
    try:
        sequencer(settings, SystemClock(), SystemSource()).run(settings.owner, stop)
    except LogFaultError as fault:
        stop.set()
        typer.echo(f"hub sequence: {fault}", err=True)
        raise typer.Exit(1) from None
    say(Log.STOPPED, part="sequencer")


def witness(
    name: Annotated[str, typer.Argument(help="Its name, such as regulator.example/witness.")],
    log: Annotated[list[str], typer.Option(help="A log to follow, by its vkey. Repeatable.")],
    state: Annotated[Path, typer.Option(help="Its own folder: its key, and what it signed.")],
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8300,
    show_key: Annotated[
        bool, typer.Option("--show-key", help="Print the witness's vkey and stop.")
    ] = False,
) -> None:
    """Cosign a log that only grows. Example: hub witness w.example --log VKEY --state w.

    For a partner or the regulator, on a machine of theirs: it needs no database and no hub.
    """
    from hub.clock import SystemClock, seconds  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.keyfile import file_key  # noqa: PLC0415
    from hub.witness.note import MalformedError  # noqa: PLC0415
    from hub.witness.serve import run  # noqa: PLC0415
    from hub.witness.state import State, StateTakenError  # noqa: PLC0415
    from hub.witness.witness import Witness  # noqa: PLC0415

    clock = SystemClock()
    try:
        with closing(State(state)) as held:
            seed = file_key(state / "witness.bin", SystemSource())
            one = Witness(name, seed, log, held, lambda: seconds(clock))
            typer.echo(one.vkey)
            if not show_key:
                run(one, host, port)
    except (MalformedError, StateTakenError) as refused:
        typer.echo(f"hub witness: {refused}", err=True)
        raise typer.Exit(2) from None


def verify(
    *,
    older: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that somebody kept: the log must continue it. Repeatable."),
    ] = None,
    vkey: Annotated[
        str, typer.Option(help="The log's public key; else the one in the keys folder.")
    ] = "",
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Open nothing: check only what is stored.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Recompute everything the log and the ledger say. Example: hub verify --older kept.note.

    Exit code 1: a fault was found, and which check found it is told. 2: it could not be run.
    """
    from hub.assembly import jwk_of, signer_of  # noqa: PLC0415
    from hub.audit.verify_run import verify_hub  # noqa: PLC0415
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.checkpoint import NoteError  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.vault.client import Checking  # noqa: PLC0415
    from hub.vault.serve import operators  # noqa: PLC0415

    settings, source = load(), SystemSource()

    def opening() -> Checking:
        jwk = jwk_of(signer_of(settings, source))
        dis = _on_record(settings)
        return Checking(operators(settings.vault), jwk.model_dump(mode="json"), dis)

    try:
        report = verify_hub(
            settings,
            vkey=vkey,
            older=[(path.name, path.read_text("utf-8")) for path in older or ()],
            opening=None if keyless else opening,
            clock=SystemClock(),
            source=source,
        )
    except (NoteError, OSError, LedgerError) as refused:
        typer.echo(f"hub verify: {refused}", err=True)
        raise typer.Exit(2) from None
    _tell(report, as_json=as_json)
    raise typer.Exit(0 if report["ok"] else 1)


def _on_record(settings: Settings) -> "UUID | None":
    """Put on record that everything is about to be opened; None where the ledger takes nothing.

    Whatever keeps it from that, the check that follows is to find.
    """
    from hub.assembly import build  # noqa: PLC0415
    from hub.audit.openings import head, said  # noqa: PLC0415
    from hub.telemetry import Log, say  # noqa: PLC0415

    async def work() -> "UUID":
        hub = build(settings)
        try:
            await hub.open()
            return await said(hub.door, "verify", items=await head(hub.pool))
        finally:
            await hub.close()

    try:
        return asyncio.run(work())
    except Exception as refused:  # noqa: BLE001 - a tampered ledger may fail in any way
        say(Log.STORE_UNAVAILABLE, error=type(refused).__name__)
        return None


def reconcile(
    *,
    database: Annotated[
        str, typer.Option(help="A URL that may read; else the owner's of the settings.")
    ] = "",
    vkey: Annotated[
        str, typer.Option(help="The log's public key; else the one in the keys folder.")
    ] = "",
    kept: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that somebody kept. Repeatable.")
    ] = None,
    proxy_log: Annotated[
        Path | None, typer.Option(help="The reverse proxy's log: see adapters/monitor/proxy.py.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold the register against partners, vault, proxy and log. Example: hub reconcile --json.

    Runs the monitor (`python -m adapters.monitor`) as a program of its own: it shares no code with
    the hub, and is better run by somebody else. Exit code 1: a fault. 2: it could not be run.
    """
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.logparts import KEY_FILE, log_key  # noqa: PLC0415

    settings = load()
    if not vkey and not (settings.keys_dir / KEY_FILE).exists():
        # Not drawn here: it would be another log's, and the sequencer might find it.
        typer.echo("hub reconcile: no key to verify the log with: give its vkey", err=True)
        raise typer.Exit(2)
    key = vkey or log_key(settings.keys_dir, settings.hub_uri, SystemSource()).verifier.vkey
    told = ["--database", "-", "--log-key", key, *(["--json"] if as_json else [])]
    told += [part for path in kept or () for part in ("--kept", str(path))]
    told += ["--proxy-log", str(proxy_log)] if proxy_log else []
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "adapters.monitor", *told],
        input=f"{database or settings.owner}\n".encode(),
        check=False,
    )
    raise typer.Exit(done.returncode)


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name, value in report.items():
        if name != "faults":
            typer.echo(f"{name:14} {value}")
    for fault in report["faults"]:
        typer.echo(f"FAULT {fault['check']:12} {fault['at']:>10}  {fault['what']}")
