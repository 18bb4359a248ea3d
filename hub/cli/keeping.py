"""Commands that keep the ledger and bring it back: backup, restore.

In: settings, a folder. Out: a report and an exit code: 1 where something is missing or does not
hold. Never here: how either is done (ledger.backup, audit.restored).
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.settings import load

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to: new, or this hub's last backup.")],
    *,
    as_json: Json = False,
) -> None:
    """Write what is new in the ledger to a folder. Example: hub backup /mnt/backup.

    The hub's own keys are not in it: keep HUB_KEYS_DIR elsewhere, and the anchor elsewhere again.
    """
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.keeping import backed_up  # noqa: PLC0415
    from hub.ledger.backup import BackupError  # noqa: PLC0415

    try:
        manifest = backed_up(load(), folder, SystemClock())
    except (BackupError, OSError) as refused:
        typer.echo(f"hub backup: {refused}", err=True)
        raise typer.Exit(2) from None
    told = {"position": manifest["position"], "segments": len(manifest["segments"]) // 2}
    typer.echo(json.dumps(told) if as_json else f"backed up to position {told['position']}")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `hub backup` wrote.")],
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Always so: there is no restore without proof.")
    ] = True,
    drill: Annotated[
        bool, typer.Option("--drill", help="Load, prove, and undo: see that a backup is good.")
    ] = False,
    older: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that a witness or partner kept. Repeatable."),
    ] = None,
    receipts: Annotated[
        list[Path] | None,
        typer.Option(help="Receipts that a partner holds, one on each line. Repeatable."),
    ] = None,
    vkey: Annotated[
        str, typer.Option(help="The log's public key; else the one in the keys folder.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Load a backup into an empty database, if nothing is missing. Example: hub restore --verify D.

    It is held against the anchor, and against checkpoints and receipts that others hand over. What
    is missing is named, the database is left empty, and the exit code is 1.
    """
    from hub.ids import SystemSource  # noqa: PLC0415
    from hub.keeping import restored  # noqa: PLC0415
    from hub.ledger.backup import BackupError  # noqa: PLC0415
    from hub.ledger.checkpoint import NoteError  # noqa: PLC0415

    del verify
    try:
        report = restored(
            load(),
            folder,
            older=[(path.name, path.read_text("utf-8")) for path in older or ()],
            receipts=[path.read_text("ascii") for path in receipts or ()],
            drill=drill,
            source=SystemSource(),
            vkey=vkey,
        )
    except (BackupError, NoteError, OSError, UnicodeDecodeError) as refused:
        typer.echo(f"hub restore: {refused}", err=True)
        raise typer.Exit(2) from None
    _tell(report, as_json=as_json)
    raise typer.Exit(0 if report["ok"] else 1)


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report))
        return
    for name, value in report.items():
        if name not in {"missing", "faults"}:
            typer.echo(f"{name:14} {value}")
    for one in report["missing"]:
        if "receipt" in one:
            typer.echo(f"MISSING receipt {one['receipt']}: {one['why']}")
        else:
            typer.echo(f"MISSING positions {one['first']} to {one['last']}: {one['checkpoint']}")
    for fault in report["faults"]:
        typer.echo(f"FAULT {fault['check']:12} {fault['at']:>10}  {fault['what']}")
