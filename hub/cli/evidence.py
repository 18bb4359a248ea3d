"""The command that hands evidence over: export.

In: settings and options. Out: a pack and its receipt, in files; an exit code.
Never here: what is in a pack (audit.evidence).
"""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args
from uuid import UUID

import typer

from contracts.subject import LegalDemand
from hub.settings import load

if TYPE_CHECKING:
    from hub.api.parts import Hub
    from hub.audit.evidence import Asked
    from hub.disclosure.ask import Answer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    *,
    evidence: Annotated[Path, typer.Option(help="The pack to write (zip).")],
    agency: Annotated[str, typer.Option(help="The information governance office it is for.")],
    officer: Annotated[str, typer.Option(help="Its officer, as an opaque id.")],
    disclosure: Annotated[str, typer.Option(help="About one answer: its id.")] = "",
    subject: Annotated[str, typer.Option(help="About one subject: their hub id.")] = "",
    case: Annotated[str, typer.Option(help="About one case: its reference.")] = "",
    since: Annotated[str, typer.Option(help="First day recorded (YYYY-MM-DD).")] = "",
    until: Annotated[str, typer.Option(help="Last day recorded (YYYY-MM-DD).")] = "",
    demand: Annotated[
        str, typer.Option(help="With --order: court_order, s45, cqc_s64 ...; opens content.")
    ] = "none",
    order: Annotated[str, typer.Option(help="With --demand: the order's reference.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a pack that verifies offline. Example: hub export --evidence p.zip --case C-1 ....

    It is recorded as a disclosure to the office before the file is written, and the receipt is put
    beside it. Agencies' statements are in it as digests, unless an order demands them.
    """
    from hub.audit.evidence import Asked  # noqa: PLC0415
    from hub.audit.selection import Scope, ScopeError  # noqa: PLC0415

    try:
        scope = Scope(
            disclosure=_uuid(disclosure),
            subject=_uuid(subject),
            case=case or None,
            since=date.fromisoformat(since) if since else None,
            until=date.fromisoformat(until) if until else None,
        )
        scope.plain()
    except ScopeError as refused:
        _stop(str(refused))
    except ValueError:
        _stop("an id is no UUID, or a day not YYYY-MM-DD")
    asked = Asked(
        agency=agency,
        officer=officer,
        scope=scope,
        demand=_demand(demand),
        reason=order or None,
    )
    answer = _answered(asked)
    evidence.write_bytes(answer.body)
    receipt = evidence.with_name(f"{evidence.name}.receipt")
    receipt.write_text(answer.receipt, "ascii")
    told = {"pack": str(evidence), "receipt": str(receipt), "disclosure": str(answer.jti)}
    typer.echo(json.dumps(told) if as_json else "\n".join(f"{k:12} {v}" for k, v in told.items()))


def _answered(asked: "Asked") -> "Answer":
    from hub.assembly import DatabaseError, with_hub  # noqa: PLC0415
    from hub.audit.evidence import EvidenceError  # noqa: PLC0415
    from hub.audit.selection import ScopeError  # noqa: PLC0415
    from hub.audit.stamp import StampError  # noqa: PLC0415
    from hub.exporting import evidence_of  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415

    async def work(hub: "Hub") -> "Answer":
        return await evidence_of(hub).export(asked)

    try:
        answer: Answer = asyncio.run(with_hub(load(), work))
    except (EvidenceError, ScopeError) as refused:
        _stop(str(refused))
    except (DatabaseError, LedgerError, StampError, OSError) as failed:
        typer.echo(f"hub export: {failed}", err=True)
        raise typer.Exit(1) from None
    return answer


def _demand(word: str) -> LegalDemand:
    found: list[LegalDemand] = [one for one in get_args(LegalDemand) if one == word]
    return found[0] if found else _stop("no such legal demand")


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None


def _stop(words: str) -> NoReturn:
    typer.echo(f"hub export: {words}", err=True)
    raise typer.Exit(2)
