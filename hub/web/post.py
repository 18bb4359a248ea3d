"""Post without a system: a concern or a referral by form, checked, previewed, signed, received.

In: a form. Out: the form again with what is wrong; a page to check, with who will see what; the
receipt of what was sent.
Never here: what was typed in an address, or kept before it is sent. A draft lives in the browser's
own page, and nowhere else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.clock import london_day, seconds
from hub.intake.agencies import HUB_SLUG
from hub.ledger.read import header_of
from hub.web import answers, behalf, saying, words
from hub.web.behalf import ALLOWED
from hub.web.forms import own_form
from hub.web.outgoing import previewed, statements_of
from hub.web.pages import page
from hub.web.parts import Web
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
ACTING: Final = (
    "council",
    "children_services",
    "police",
    "cqc",
    "safeguarding_lead",
    "nhs_trust",
    "gp",
)
"""The kinds of agency that are offered first."""
_OURS: Final = ("csrf", "step", "jti")
"""Fields of the page itself, and no answers."""
_JTI: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms: its template, how it is read, and how its answers are listed."""

    template: str
    read: Callable[..., saying.Filled]
    rows: Callable[[Mapping[str, str], Mapping[str, str]], answers.Rows]


FORMS: Final = {
    "concern": Form("post_concern.html", saying.concern, answers.of_concern),
    "referral": Form("post_referral.html", saying.referral, answers.of_referral),
}


@router.get("/post")
async def start(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> HTMLResponse:
    """Say what can be sent, or why nothing can."""
    held = web_of(request).hub.keystore.key_of(officer.agency.slug)
    return page(request, "post.html", officer=officer, held=held)


@router.get("/post/{kind}")
async def form(
    request: Request, kind: str, officer: Annotated[Officer, Depends(ALLOWED)]
) -> HTMLResponse:
    """Show an empty form."""
    if web_of(request).hub.keystore.key_of(officer.agency.slug) is None:
        raise behalf.no_key()
    return _form(request, officer, _known(kind), {}, {})


@router.post("/post/{kind}")
async def step(
    request: Request, kind: str, officer: Annotated[Officer, Depends(ALLOWED)]
) -> Response:
    """Check what was filled in and show who will see it; or send it; or go back to the form."""
    used = _known(kind)
    sent = await own_form(request, officer)
    said = {name: value for name, value in sent.items() if name not in _OURS}
    if sent.get("step") == "change":
        return _form(request, officer, used, said, {})
    web = web_of(request)
    today = london_day(seconds(web.hub.clock))
    names = _agencies(web, officer)
    jti = sent.get("jti", "")
    if not _JTI.fullmatch(jti):
        jti = str(web.hub.source.uuid())
    filled = used.read(said, names, slug=officer.agency.slug, jti=jti, today=today)
    if filled.errors:
        return _form(request, officer, used, said, filled.errors, 422)
    statements = statements_of(web, officer, filled, jti)
    if sent.get("step") == "send":
        for one in statements:
            await behalf.post(web, one)
        return RedirectResponse(f"{base(request)}/post/sent/{jti}", 303)
    reached = await previewed(web, statements)
    return page(
        request,
        "post_check.html",
        officer=officer,
        kind=kind,
        rows=used.rows(said, names),
        said=said,
        jti=jti,
        reached=reached,
        names={a.slug: a.name for a in web.hub.directory.now.agencies.all()},
        release=web.hub.rulebook.release,
    )


@router.get("/post/sent/{receipt}")
async def sent_page(
    request: Request, receipt: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> HTMLResponse:
    """Show the receipt of what an officer's agency sent.

    Raises:
        PageError: the agency sent nothing of this id.
    """
    web = web_of(request)
    async with web.hub.pool.connection() as connection:
        header = await header_of(connection, officer.agency.slug, receipt)
    found = await web.hub.auditor.receipt(officer.agency.slug, receipt, officer=False)
    if header is None or found is None:
        raise PageError(404, "There is no such receipt", "Check the address.")
    return page(
        request,
        "post_sent.html",
        officer=officer,
        header=header,
        receipt=found.text,
        recorded=words.instant(header.recorded_at_ms // 1000),
    )


def _known(kind: str) -> Form:
    found = FORMS.get(kind)
    if found is None:
        raise PageError(404, "Page not found", "Choose what you want to send.")
    return found


def _agencies(web: Web, officer: Officer) -> dict[str, str]:
    """Return whom one may name, by slug: those that act first, then by name."""
    found = [
        a
        for a in web.hub.directory.now.agencies.all()
        if a.slug not in (HUB_SLUG, officer.agency.slug) and "ig" not in a.scopes
    ]
    order = {kind: place for place, kind in enumerate(ACTING)}
    found.sort(key=lambda a: (order.get(a.kind, len(order)), a.name))
    return {a.slug: a.name for a in found}


def _form(
    request: Request,
    officer: Officer,
    used: Form,
    sent: Mapping[str, str],
    errors: Mapping[str, str],
    status: int = 200,
) -> HTMLResponse:
    web = web_of(request)
    acting = {a.slug for a in web.hub.directory.now.agencies.all() if a.kind in ACTING}
    return page(
        request,
        used.template,
        officer=officer,
        status=status,
        sent=sent,
        errors=errors,
        agencies=_agencies(web, officer),
        acting=acting,
        lists=saying,
        today=_spelled(london_day(seconds(web.hub.clock))),
    )


def _spelled(day: date) -> str:
    """Return a day as it is typed into three fields."""
    return f"{day.day} {day.month} {day.year}"
