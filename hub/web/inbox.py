"""The inbox: what concerns an officer's agency, unread first, and what waits for its answer.

In: an officer. Out: notices; one of them opened on an errand, with what may be done about it.
Never here: content on the list. Opening is a stated errand, and what it shows a recorded answer.
"""

from collections.abc import Mapping
from datetime import date
from json import loads
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.clock import london_day, seconds
from hub.disclosure.inbox import UNREAD
from hub.disclosure.purposes import purposes_of
from hub.views.read_inbox import Answered, Decided, answered
from hub.views.read_inbox import decisions as decisions_of
from hub.web import words
from hub.web.decided import ADVISERS, DECISIONS, grounds
from hub.web.errands import Errand, Errands
from hub.web.forms import chosen, own_form
from hub.web.pages import page
from hub.web.parts import Web
from hub.web.shapes import kind_of
from hub.web.told import Period, name_of, read
from hub.web.unread import NOTHING, unread_of
from hub.web.who import Allowed, Officer, PageError, base, web_of
from hub.web.whys import gathered

router = APIRouter()
ALLOWED: Final = Allowed("liaison", "practitioner")
DONE: Final = {
    "decided": "Your decision is on record. If you share, the hub releases it when they ask again.",
    "answered": "Your answer is on record, and whoever referred is told.",
    "acknowledged": "It is on record that you have read the correction.",
    "read": "The notice is marked as read.",
}
REASON: Final = "asked-by-another"
"""Why somebody opens a notice: another agency's word led them to it."""


@router.get("/inbox")
async def inbox(
    request: Request,
    officer: Annotated[Officer, Depends(ALLOWED)],
    done: Annotated[str, Query(pattern="^(|decided|answered|acknowledged|read)$")] = "",
) -> HTMLResponse:
    """List what concerns the officer's agency."""
    web = web_of(request)
    answer = await web.hub.inbox.look(officer.agency.slug, officer.user)
    said = NOTHING if answer is None else loads(answer.body)
    today = london_day(seconds(web.hub.clock))
    unread = unread_of(said, today, UNREAD)
    new = {one["jti"] for one in (*unread.new, *unread.left)}
    waiting = [{**one, **clock(one, today), "new": one["jti"] in new} for one in said["referrals"]]
    waiting.sort(key=lambda one: (one["due"] is None, one["due"] or "", one["came"]))
    apart = {one["jti"] for one in waiting}
    return page(
        request,
        "inbox.html",
        officer=officer,
        done=DONE.get(done),
        waiting=waiting,
        unread=[one for one in unread.new if one["jti"] not in apart],
        left=[one for one in unread.left if one["jti"] not in apart],
        more=unread.more,
        handled=[one for one in said["handled"] if one["jti"] not in apart],
        newest=said["unread"][0]["jti"] if said["unread"] else "",
        names=_names(web),
        words_of=words.notice,
    )


@router.get("/inbox/{notice}")
async def opening(
    request: Request, notice: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> HTMLResponse:
    """Show a notice, and ask what its record is needed for."""
    return await _opening(request, officer, notice, "")


@router.post("/inbox/{notice}")
async def opened(
    request: Request, notice: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> Response:
    """Begin an errand about what a notice points to, or mark it as read without looking."""
    sent = await own_form(request, officer)
    web = web_of(request)
    told, _ = await notice_of(web, officer, notice)
    if sent.get("do") == "read":
        await web.hub.notices.acknowledge(officer.agency.slug, [notice])
        return RedirectResponse(f"{base(request)}/inbox?done=read", 303)
    purpose = chosen(sent, "purpose", _purposes(web, officer))
    if purpose is None or told["subject"] is None:
        return await _opening(request, officer, notice, "Select what you need it for", 422)
    errand = Errand(
        id=web.hub.source.uuid(),
        purpose=purpose,  # type: ignore[arg-type] # one of those the law names
        reason=REASON,
        emergency=False,
        found=[{"id": told["subject"], "kind": told["kind"], "from_notice": True}],
        refused=(),
    )
    await Errands(web.hub.pool, web.hub.clock).begin(errand, officer)
    if told["cause"] != "correction":
        await web.hub.notices.acknowledge(officer.agency.slug, [notice])
    return RedirectResponse(f"{base(request)}/inbox/{notice}/{errand.id}", 303)


@router.get("/inbox/{notice}/{errand}")
async def record(
    request: Request,
    notice: UUID,
    errand: UUID,
    officer: Annotated[Officer, Depends(ALLOWED)],
) -> HTMLResponse:
    """Show what may be seen of whom a notice is about, and what may be done about it."""
    web = web_of(request)
    told, jti = await notice_of(web, officer, notice)
    kept = await Errands(web.hub.pool, web.hub.clock).of(errand, officer)
    if kept is None or kept.about(UUID(told["subject"])) is None:
        raise _gone()
    shown = await read(web, officer, kept, UUID(told["subject"]), Period())
    items = [] if shown is None else shown.items
    whys, why_of = gathered(items)
    first = [i for i in items if i["position"] == told["item_position"]]
    answer, decisions = await _done_before(web, officer, told)
    return page(
        request,
        "inbox_record.html",
        officer=officer,
        notice=told,
        told_by=jti,
        errand=kept,
        name=name_of(items),
        first=first,
        rest=[i for i in reversed(items) if i not in first],
        whys=whys,
        why_of=why_of,
        more=shown is not None and shown.more,
        wishes=None if shown is None else shown.wishes,
        names=_names(web),
        kind_of=kind_of,
        obligations=web.hub.rulebook.obligations,
        words_of=words.notice,
        held=web.hub.keystore.key_of(officer.agency.slug),
        new_id=str(web.hub.source.uuid()),
        answered=answer,
        decisions=decisions,
        instant=words.instant,
        choices={"decision": DECISIONS, "ground": grounds(web), "adviser": ADVISERS},
        **clock(told, london_day(seconds(web.hub.clock))),
    )


async def _done_before(
    web: Web, officer: Officer, told: dict[str, Any]
) -> tuple[Answered | None, list[Decided]]:
    """Return what the agency has said already about what a notice asks of it."""
    slug = officer.agency.slug
    async with web.hub.pool.connection() as connection:
        if told["cause"] == "request" and told["request"] is not None:
            return None, await decisions_of(connection, slug, told["request"])
        if told["item_position"] is not None:
            return await answered(connection, slug, told["item_position"]), []
    return None, []


def clock(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return by when a referral wants an answer, how many days are left, and whether it is late."""
    due = (told.get("fields") or {}).get("respond_by")
    left = None if due is None else (date.fromisoformat(due) - today).days
    return {"due": due, "left": left, "overdue": left is not None and left < 0}


async def notice_of(web: Web, officer: Officer, notice: UUID) -> tuple[dict[str, Any], str]:
    """Return one of an agency's notices, and the id of the recorded answer that told it.

    Raises:
        PageError: there is none, or none any more that the agency may hear of.
    """
    answer = await web.hub.inbox.one(officer.agency.slug, officer.user, notice)
    if answer is None:
        raise _gone()
    told: dict[str, Any] = loads(answer.body)["notice"][0]
    return told, str(answer.jti)


async def _opening(
    request: Request, officer: Officer, notice: UUID, error: str, status: int = 200
) -> HTMLResponse:
    web = web_of(request)
    told, _ = await notice_of(web, officer, notice)
    return page(
        request,
        "inbox_notice.html",
        officer=officer,
        status=status,
        notice=told,
        error=error,
        purposes=_purposes(web, officer),
        names=_names(web),
        words_of=words.notice,
        **clock(told, london_day(seconds(web.hub.clock))),
    )


def _purposes(web: Web, officer: Officer) -> dict[str, str]:
    law = web.hub.rulebook
    return {p: words.purpose(p) for p in purposes_of(law).open_to(officer.agency.kind)}


def _names(web: Web) -> dict[str, str]:
    return {a.slug: a.name for a in web.hub.directory.now.agencies.all()}


def _gone() -> PageError:
    return PageError(
        404,
        "There is no such notice, or none any more that you may know of",
        "The answer is the same in both cases. Look in your inbox.",
    )
