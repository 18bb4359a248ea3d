"""Commands about law and ledger: rulebook whatif, propose, approve, release, releases.

In: a draft, the officers' opaque ids, a day. Out: the hub's own signed events, and what they say.
Never here: a check, a proof or a comparison (audit.lawmaking), or an officer approving their own.
"""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli.rules import Json, day_of, draft_at, facts_of, stop, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.api.parts import Hub
    from hub.rulebook import Rulebook

Officer = Annotated[str, typer.Option(help="The opaque id of the officer who does this.")]
Processes = Annotated[
    int, typer.Option(min=1, help="Processes that read a ledger of 100,000 rows or more.")
]
Jti = Annotated[UUID, typer.Argument(help="The proposal, as `propose` named it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to those about a rulebook's text."""
    for command in (whatif, propose, approve, release, releases):
        app.command()(command)


def whatif(
    draft: Annotated[Path, typer.Argument(help="A folder of law, or a file of canonical text.")],
    *,
    on: Annotated[str, typer.Option(help="The London day to ask about. Empty: today.")] = "",
    assume: Annotated[str, typer.Option(help="Facts to take as recorded: fact=value,...")] = "",
    processes: Processes = 2,
    as_json: Json = False,
) -> None:
    """Say what a draft would have answered on all that was decided, with facts as known then.

    Example: hub rulebook whatif law2 --assume child_welfare=relevant
    """
    from hub.audit.hands import past_of  # noqa: PLC0415
    from hub.audit.lawmaking import report_on  # noqa: PLC0415
    from hub.clock import seconds  # noqa: PLC0415
    from hub.rulebook.rule import digest  # noqa: PLC0415

    other = draft_at("whatif", draft)
    taken, day = facts_of("whatif", other, assume), day_of("whatif", on)

    async def work(hub: "Hub") -> dict[str, object]:
        past = await asyncio.to_thread(past_of, hub.settings.database_url, processes)
        with hub.directory.connect() as connection:
            now = seconds(hub.clock)
            return await asyncio.to_thread(
                report_on, connection, other, day, now, assume=taken, past=past
            )

    report = _run("whatif", work)
    tell({**report, "sha256": digest(report)}, as_json=as_json)


def in_force_now(command: str) -> "Rulebook":
    """Return the law in force in the ledger, or end the command: no release, no database."""
    from hub.clock import seconds  # noqa: PLC0415

    async def work(hub: "Hub") -> "Rulebook":
        await asyncio.to_thread(hub.directory.refresh)
        return hub.directory.now.law.at(seconds(hub.clock))

    law: Rulebook = _run(command, work)
    return law


def explain_answer(jti: str, *, as_json: bool) -> None:
    """Say what an answer of the register rested on, by the release it was given under."""
    from hub.audit.explained import explained  # noqa: PLC0415

    async def work(hub: "Hub") -> dict[str, Any]:
        with hub.directory.connect() as connection:
            return await asyncio.to_thread(explained, connection, jti)

    try:
        found = _run("explain", work)
    except KeyError:
        stop("explain", "the register has no such answer")
    if as_json:
        tell(found, as_json=True)
        return
    typer.echo(f"{found['recorded']}  to {found['partner']}, under release {found['release']}")
    for each in found["rules"]:
        typer.echo(f"- {each['rule']}: {each['title']}")
    for item in found["items"]:
        typer.echo(f"item {item['position']}, decision {item['decision'][:12]}")
        for said in item.get("because", ()):
            typer.echo(f"- {said['words']}" + "".join(f"\n    {link}" for link in said["cite"]))


def propose(
    draft: Annotated[
        Path | None,
        typer.Argument(help="A folder of law, or its canonical text. Without: the shipped law."),
    ] = None,
    *,
    officer: Officer,
    effective_from: Annotated[str, typer.Option(help="A London day. Empty: today.")] = "",
    board: Annotated[str, typer.Option(help="The partnership whose own rules count.")] = "",
    assume: Annotated[str, typer.Option(help="Facts to take as recorded: fact=value,...")] = "",
    processes: Processes = 2,
    as_json: Json = False,
) -> None:
    """Propose a rulebook, proved, with what it would have changed of what was decided.

    Example: hub rulebook propose law2 --officer officer-3 --effective-from 2026-10-01
    """
    from hub.audit.hands import past_of  # noqa: PLC0415
    from hub.audit.lawmaking import Draft  # noqa: PLC0415
    from hub.audit.lawmaking import propose as proposal  # noqa: PLC0415
    from hub.rulebook.releases import read_release  # noqa: PLC0415

    text = _text(draft, board or None)

    def work(hub: "Hub", now: int) -> Any:  # noqa: ANN401 - a payload
        law = read_release(text, board or None)
        wanted = Draft(
            text=text,
            board=board or None,
            effective_from=day_of("propose", effective_from),
            officer=officer,
            assume=facts_of("propose", law, assume),
        )
        with hub.directory.connect() as connection:
            past = past_of(hub.settings.database_url, processes)
            return proposal(connection, wanted, now, past=past)

    said, record = _say("propose", work)
    report = {"proposal": str(record.jti), "release": said.release, "sha256": said.sha256}
    report |= {"effective_from": said.effective_from, "report_sha256": said.report_sha256}
    tell({**report, "report": json.loads(said.report)}, as_json=as_json)


def approve(
    proposal: Jti,
    *,
    officer: Officer,
    report: Annotated[str, typer.Option(help="The SHA-256 of the report that was read.")],
    as_json: Json = False,
) -> None:
    """Approve what another officer proposed, and say which report was read.

    Example: hub rulebook approve 5b0c...e1 --officer officer-1 --report 9f3a...
    """
    from hub.audit.lawmaking import approve as approval  # noqa: PLC0415

    def work(hub: "Hub", _: int) -> Any:  # noqa: ANN401 - a payload
        with hub.directory.connect() as connection:
            return approval(connection, proposal, officer, report)

    said, record = _say("approve", work)
    told = {"proposal": said.proposal, "officer": said.officer, "position": record.position}
    tell(told, as_json=as_json)


def release(proposal: Jti, *, as_json: Json = False) -> None:
    """Release what two other officers approved. From its day on the hub decides by it.

    Example: hub rulebook release 5b0c...e1
    """
    from hub.audit.lawmaking import release as released  # noqa: PLC0415

    def work(hub: "Hub", now: int) -> Any:  # noqa: ANN401 - a payload
        with hub.directory.connect() as connection:
            return released(connection, proposal, now)

    said, record = _say("release", work)
    told = {
        "release": said.release,
        "sha256": said.sha256,
        "effective_from": said.effective_from,
        "approved_by": list(said.approved_by),
        "report_sha256": said.report_sha256,
        "position": record.position,
    }
    tell(told, as_json=as_json)


def releases(*, as_json: Json = False) -> None:
    """List what was released and what is proposed. Example: hub rulebook releases --json."""
    from hub.audit.lawmaking import proposals  # noqa: PLC0415
    from hub.clock import seconds, utc_text  # noqa: PLC0415

    async def work(hub: "Hub") -> dict[str, Any]:
        known = hub.directory.now.law
        live = known.release_at(seconds(hub.clock))
        with hub.directory.connect() as connection:
            open_ones = [p.plain() for p in proposals(connection)]
        return {
            "releases": [
                {
                    "position": row.place,
                    "release": row.name,
                    "sha256": row.sha256,
                    "board": row.board,
                    "counts_from": utc_text(row.starts),
                    "in_force": row is live,
                }
                for row in known.rows
            ],
            "proposals": open_ones,
        }

    found = _run("releases", work)
    if as_json:
        tell(found, as_json=True)
        return
    for row in found["releases"]:
        mark = "IN FORCE" if row["in_force"] else ""
        typer.echo(f"{row['release']:12} {row['sha256'][:12]} from {row['counts_from']} {mark}")
    for row in found["proposals"]:
        state = "released" if row["released"] else f"approved by {len(row['approved_by'])}"
        typer.echo(f"{row['proposal']} {row['release']:12} {state}")


def _text(draft: Path | None, board: str | None) -> str:
    """Return the canonical text of a draft, and of a partnership's own rules with it."""
    from hub.rulebook import RulebookError  # noqa: PLC0415
    from hub.rulebook.build import canonical  # noqa: PLC0415
    from hub.rulebook.loader import shipped_folder, tables  # noqa: PLC0415

    try:
        if draft is not None and not draft.is_dir():
            return draft.read_text("utf-8")
        return canonical(tables(draft or shipped_folder(), board=board))
    except (RulebookError, OSError, UnicodeDecodeError) as error:
        stop("propose", error)


def _say(command: str, work: "Callable[[Hub, int], Any]") -> tuple[Any, Any]:
    """Have the hub say what `work` makes of its ledger; return the payload and its record."""
    from hub.clock import seconds  # noqa: PLC0415
    from hub.intake.agencies import HUB_SLUG  # noqa: PLC0415
    from hub.ledger.frontdoor import Own, agency_sub_id  # noqa: PLC0415

    async def say(hub: "Hub") -> tuple[Any, Any]:
        payload = await asyncio.to_thread(work, hub, seconds(hub.clock))
        return payload, await hub.door.say(Own(payload, agency_sub_id(HUB_SLUG)))

    said: tuple[Any, Any] = _run(command, say)
    return said


def _run(command: str, work: "Callable[[Hub], Any]") -> Any:  # noqa: ANN401 - what work gives
    from hub.assembly import DatabaseError, with_hub  # noqa: PLC0415
    from hub.audit.lawmaking import LawmakingError  # noqa: PLC0415
    from hub.ledger.record import LedgerError  # noqa: PLC0415
    from hub.rulebook import RulebookError  # noqa: PLC0415
    from hub.rulebook.releases import NotInForceError  # noqa: PLC0415
    from hub.settings import load  # noqa: PLC0415

    try:
        return asyncio.run(with_hub(load(), work))
    except (LawmakingError, RulebookError, NotInForceError, DatabaseError) as error:
        stop(command, error)
    except LedgerError as error:
        stop(command, f"{type(error).__name__}: {error}")
