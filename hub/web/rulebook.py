"""Rulebook pages: read the law in force, try a change, and make it law with two colleagues.

In: a rule's id, its file as an officer changed it, a proposal. Out: pages over releases.
Never here: a check, a comparison or an approval of our own (audit.lawroom), or anybody's record.
"""

import re
from datetime import date
from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.audit.lawmaking import APPROVERS, LawmakingError, Proposal
from hub.audit.lawroom import Tried
from hub.clock import london_day, seconds
from hub.rulebook import RulebookError
from hub.rulebook.releases import NotInForceError
from hub.rulebook.rulepage import KIND, phrases, strength, when
from hub.web import words
from hub.web.forms import own_form
from hub.web.pages import page
from hub.web.register import READ, SIGN
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_Rule = Annotated[str, Query(pattern=r"^[A-Za-z0-9-]{0,64}$")]
DOES: Final = {
    "applies": "It applies",
    "refers": "A person has to find out",
    "waits": "It waits for a fact",
    "does_not_apply": "It does not apply",
}


@router.get("/rulebook")
async def contents(request: Request, officer: Annotated[Officer, Depends(READ)]) -> HTMLResponse:
    """Show the law in force, rule by rule, and what is proposed."""
    room = web_of(request).hub.lawroom
    live = room.in_force
    return page(
        request,
        "rulebook.html",
        officer=officer,
        law=live.law,
        live=live,
        since=words.instant(live.starts),
        kinds=KIND,
        releases=[(row, words.instant(row.starts)) for row in room.releases.rows[::-1]],
        proposals=[one.plain() for one in await room.proposals()],
        needed=APPROVERS,
        whole=officer.is_a("ig_officer"),
    )


@router.get("/rulebook/rules/{rule}")
async def one(
    request: Request, rule: str, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Show one rule: in plain words, with its law, when it applies, and its cases."""
    live = web_of(request).hub.lawroom.in_force
    found = live.law.by_id.get(rule)
    if found is None:
        raise PageError(404, "There is no such rule", "Look in the rulebook.")
    return page(
        request,
        "rule.html",
        officer=officer,
        rule=found,
        law=live.law,
        kind=KIND[found.effect],
        conditions=[when(live.law, one).rstrip("*").split(" **") for one in found.file.when],
        covers=phrases(live.law, found) if found.mask else "",
        strength=strength(found).replace("**", ""),
        does=DOES,
        whole=officer.is_a("ig_officer"),
    )


@router.get("/rulebook/draft")
async def blank(
    request: Request, officer: Annotated[Officer, Depends(SIGN)], rule: _Rule = ""
) -> HTMLResponse:
    """Show a rule's file, to be changed and tried."""
    file = web_of(request).hub.lawroom.file_of(rule)
    today = london_day(seconds(web_of(request).hub.clock))
    sent = {"file": file or "", "name": f"{today:%Y.%m.%d}", "day": today.isoformat()}
    return _draft(request, officer, sent)


@router.post("/rulebook/draft")
async def draft(request: Request, officer: Annotated[Officer, Depends(SIGN)]) -> Response:
    """Try a change, and say what it would change; or propose it."""
    sent = await own_form(request, officer)
    name = sent.get("name", "")
    if not _NAME.fullmatch(name):
        return _draft(request, officer, sent, {"name": "A name is up to 40 letters and digits"})
    try:
        day = date.fromisoformat(sent.get("day", ""))
    except ValueError:
        return _draft(request, officer, sent, {"day": "Enter a day of the calendar"})
    room, file = web_of(request).hub.lawroom, sent.get("file", "")
    try:
        if "propose" not in sent:
            return _draft(request, officer, sent, tried=await room.tried(file, name, day))
        record = await room.propose(officer.user, file, name, day)
    except RulebookError as fault:
        return _draft(request, officer, sent, {"file": words.sentence(fault)})
    except (LawmakingError, NotInForceError) as refusal:
        return _draft(request, officer, sent, {"file": words.sentence(refusal)})
    return RedirectResponse(f"{base(request)}/rulebook/proposals/{record.jti}", 303)


@router.get("/rulebook/proposals/{proposal}")
async def proposed(
    request: Request, proposal: UUID, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Show a proposal: how it differs from the law in force, its what-if, who approved it."""
    return await _proposal(request, proposal, officer)


@router.post("/rulebook/proposals/{proposal}/approve")
async def approve(
    request: Request, proposal: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Approve what a colleague proposed, and the report that came with it."""
    sent = await own_form(request, officer)
    try:
        await web_of(request).hub.lawroom.approve(officer.user, proposal, sent.get("report", ""))
    except LawmakingError as refusal:
        return await _proposal(request, proposal, officer, words.sentence(refusal))
    return RedirectResponse(f"{base(request)}/rulebook/proposals/{proposal}", 303)


@router.post("/rulebook/proposals/{proposal}/release")
async def release(
    request: Request, proposal: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Release what two colleagues approved: from its day on the hub decides by it."""
    await own_form(request, officer)
    try:
        await web_of(request).hub.lawroom.release(proposal)
    except (LawmakingError, RulebookError) as refusal:
        return await _proposal(request, proposal, officer, words.sentence(refusal))
    return RedirectResponse(f"{base(request)}/rulebook/proposals/{proposal}", 303)


async def _proposal(request: Request, jti: UUID, officer: Officer, error: str = "") -> HTMLResponse:
    room = web_of(request).hub.lawroom
    found: Proposal | None = next(
        (one for one in await room.proposals() if one.jti == str(jti)), None
    )
    if found is None:
        raise PageError(404, "There is no such proposal", "Look in the rulebook.")
    try:
        changes = await room.compared(found)
    except RulebookError as fault:
        changes, error = (), error or words.sentence(fault)
    may = officer.is_a("ig_officer") and not found.released
    own = officer.user == found.said["proposed_by"]
    return page(
        request,
        "proposal.html",
        status=422 if error else 200,
        officer=officer,
        proposal=found.plain(),
        changes=changes,
        report=loads(found.said["report"]),
        error=error,
        needed=APPROVERS,
        may_approve=may and not own and officer.user not in found.approved_by,
        may_release=may and len(found.approved_by) >= APPROVERS,
        own=own,
    )


def _draft(
    request: Request,
    officer: Officer,
    sent: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    tried: Tried | None = None,
) -> HTMLResponse:
    return page(
        request,
        "draft.html",
        status=422 if errors else 200,
        officer=officer,
        sent=sent,
        errors=errors or {},
        tried=tried,
    )
