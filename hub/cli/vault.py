"""Commands about what is sealed: vault, rekey, shred.

In: settings and options. Out: a running process, or a report and an exit code.
Never here: how anything is opened or wrapped (hub.vault).
"""

import asyncio
import json
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args
from uuid import UUID

import typer

from contracts.integrity import ShredReason
from hub.cli.service import stopped_by_signals
from hub.settings import Settings, load

if TYPE_CHECKING:
    from hub.api.parts import Hub
    from hub.audit.erasure import Erased, Order
    from hub.vault.wire import Rekeyed


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(vault)
    app.command()(rekey)
    app.command()(shred)


def vault(
    *,
    take_keys: Annotated[
        Path | None,
        typer.Option(help="Move the master keys here from this older keys folder, and stop."),
    ] = None,
) -> None:
    """Hold the master keys, and open what is on record, until stopped. Example: hub vault.

    One on each machine that serves the API, as a user of its own: nobody else reads the keys.
    Exit code 1: the keys cannot be opened or are not this ledger's, or another vault listens there.
    """
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.collector import settle_down  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.kek import KekError  # noqa: PLC0415
    from hub.ledger.keyfile import KeyFileError  # noqa: PLC0415
    from hub.telemetry import Log, configure, say  # noqa: PLC0415
    from hub.vault.parts import opened  # noqa: PLC0415
    from hub.vault.serve import VaultTakenError, serve  # noqa: PLC0415

    settings = load()
    if take_keys is not None:
        _take(take_keys, settings)
        return
    configure()
    stop = stopped_by_signals()
    if settings.owner_url:
        from hub.preparing import prepare  # noqa: PLC0415 - seldom: a vault does not own the tables

        prepare(settings)
    try:
        with opened(settings, SystemClock(), SystemSource()) as one:
            say(Log.STARTED, part="vault")
            settle_down()
            serve(one, settings.vault, stop)
    except (KekError, KeyFileError, VaultTakenError) as refused:
        typer.echo(f"hub vault: {refused}", err=True)
        raise typer.Exit(1) from None
    say(Log.STOPPED, part="vault")


def _take(old: Path, settings: Settings) -> None:
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.ledger.kek import KekError  # noqa: PLC0415
    from hub.ledger.keyfile import KeyFileError  # noqa: PLC0415
    from hub.vault.adopt import take  # noqa: PLC0415
    from hub.vault.parts import rows_of  # noqa: PLC0415

    try:
        with rows_of(settings, SystemClock()) as rows:
            moved = take(old, settings.vault_dir, rows, SystemSource())
    except (KekError, KeyFileError, OSError) as refused:
        typer.echo(f"hub vault: {refused}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"moved to {settings.vault_dir}: {', '.join(moved)}")


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

    The vault does it once it is on record, while it goes on serving. A backup of the database that
    was made before --destroy-old cannot be read any more: make one afterwards.
    """
    from hub.assembly import DatabaseError, with_hub  # noqa: PLC0415
    from hub.audit.openings import live_keys, said  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.vault.client import Operating  # noqa: PLC0415
    from hub.vault.serve import operators  # noqa: PLC0415

    settings = load()

    async def work(hub: "Hub") -> "Rekeyed":
        dis = await said(hub.door, "rekey", items=await live_keys(hub.pool))
        with closing(Operating(operators(settings.vault))) as asking:
            return await asyncio.to_thread(asking.rekey, destroy_old=destroy_old, dis=dis)

    try:
        done: Rekeyed = asyncio.run(with_hub(settings, work))
    except (DatabaseError, LedgerError, OSError) as refused:
        typer.echo(f"hub rekey: {refused}", err=True)
        raise typer.Exit(2) from None
    report = {"version": done.version, "rewrapped": done.rewrapped, "destroyed": done.destroyed}
    if as_json:
        typer.echo(json.dumps(report))
        return
    typer.echo(f"master key {done.version} wraps {done.rewrapped:,} subjects' keys")
    for version in done.destroyed:
        typer.echo(f"master key {version} is destroyed")


def shred(
    subject: Annotated[str, typer.Argument(help="The hub's id of the subject.")],
    *,
    reason: Annotated[
        str,
        typer.Option(help="retention_ended, erasure_request, unlawfully_held or court_order."),
    ],
    approved_by: Annotated[
        list[str], typer.Option(help="An officer who approves, of HUB_APPROVERS. Twice.")
    ],
    certificate: Annotated[Path, typer.Option(help="Where to write the certificate.")],
) -> None:
    """Erase a subject. Example: hub shred ID --reason R --approved-by A --approved-by B.

    Writes CERTIFICATE (signed, one JWS) and CERTIFICATE.txt; nothing that is there is overwritten:
    the next is CERTIFICATE.2. Exit code 1: something stands against it, and is told; nothing was
    done. Run it again where it was cut off, and later: the partners that had the record are told
    by their notices, and the new certificate has what they acknowledged.
    """
    from hub.assembly import DatabaseError, with_hub  # noqa: PLC0415
    from hub.audit.certificate import read_aloud  # noqa: PLC0415
    from hub.audit.erasure import ObstacleError  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.shredding import erasure_of, holds_on  # noqa: PLC0415

    settings = load()
    order = _order(subject, reason, approved_by, settings)

    async def work(hub: "Hub") -> "Erased":
        held = holds_on(settings.holds_file, order.subject)
        return await erasure_of(hub).erase(replace(order, holds=held))

    try:
        done = asyncio.run(with_hub(settings, work))
    except (DatabaseError, ObstacleError, LedgerError, OSError) as refused:
        typer.echo(f"hub shred: {refused}", err=True)
        raise typer.Exit(1) from None
    if done.before:
        typer.echo("erased before; whatever was left undone is done")
    paper = _free(certificate)
    paper.write_text(done.certificate, "ascii")
    paper.with_name(f"{paper.name}.txt").write_text(read_aloud(done.claims), "utf-8")
    typer.echo(read_aloud(done.claims))
    typer.echo(f"certificate: {paper}")


def _free(paper: Path) -> Path:
    """Return a name that is not taken: a certificate is never written over another."""
    names = (paper if n == 1 else paper.with_name(f"{paper.name}.{n}") for n in count(1))
    return next(name for name in names if not name.exists())


def _order(subject: str, reason: str, approved_by: list[str], settings: Settings) -> "Order":
    from hub.audit.erasure import Order  # noqa: PLC0415

    try:
        who = UUID(subject)
    except ValueError:
        _stop("an id is no UUID")
    if len(set(approved_by)) < 2 or not set(approved_by) <= set(settings.officers):  # noqa: PLR2004
        _stop("two different officers of HUB_APPROVERS approve")
    found: list[ShredReason] = [one for one in get_args(ShredReason) if one == reason]
    if not found:
        _stop("no such reason")
    return Order(subject=who, reason=found[0], approved_by=tuple(approved_by))


def _stop(words: str) -> NoReturn:
    typer.echo(f"hub shred: {words}", err=True)
    raise typer.Exit(2)
