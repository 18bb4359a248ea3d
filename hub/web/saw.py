"""Who saw what about one person: a statement in plain words, to be checked and printed.

In: a subject's full reference. Out: every answer given or refused about them, oldest first.
Never here: what was disclosed; a statement without the warning that it must wait, where it must.
"""

from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.clock import seconds
from hub.ledger.read import facts
from hub.ledger.record import subject_key
from hub.web import words
from hub.web.forms import own_form
from hub.web.pages import page
from hub.web.parts import Web
from hub.web.register import SIGN, names_of
from hub.web.who import Officer, base, web_of

router = APIRouter()
OWN: Final = frozenset(
    {"subject_disclosures", "register", "known", "review", "receipt", "export", "oversight"}
)
"""Channels by which information governance itself looked."""


@router.get("/who-saw")
async def form(request: Request, officer: Annotated[Officer, Depends(SIGN)]) -> HTMLResponse:
    """Ask whom it is about."""
    return page(request, "who_saw_form.html", officer=officer, error="")


@router.post("/who-saw")
async def ask(request: Request, officer: Annotated[Officer, Depends(SIGN)]) -> Response:
    """Lead to the statement about a subject."""
    sent = await own_form(request, officer)
    try:
        subject = UUID(sent.get("subject", ""))
    except ValueError:
        told = "Enter the full reference, as it stands at the foot of a timeline"
        return page(request, "who_saw_form.html", officer=officer, status=422, error=told)
    return RedirectResponse(f"{base(request)}/who-saw/{subject}", 303)


@router.get("/who-saw/{subject}")
async def statement(
    request: Request, subject: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> HTMLResponse:
    """Show who was told what about a subject, when and why. This reading is itself recorded."""
    web = web_of(request)
    answer = await web.hub.auditor.who_saw(officer.agency.slug, officer.user, subject)
    entries = loads(answer.body)["disclosures"]
    return page(
        request,
        "who_saw.html",
        officer=officer,
        subject=str(subject),
        told=[e for e in entries if e["channel"] not in OWN and e["outcome"] == "released"],
        refused=[e for e in entries if e["channel"] not in OWN and e["outcome"] == "refused"],
        own=sum(e["channel"] in OWN for e in entries),
        held=await held(web, subject),
        names=names_of(request),
        today=words.instant(seconds(web.hub.clock)),
    )


async def held(web: Web, subject: UUID) -> bool:
    """Return whether the police ask that nobody who is implicated is told."""
    key = subject_key(subject)
    async with web.hub.pool.connection() as connection:
        known = await facts(connection, [key], seconds(web.hub.clock))
    return known.facts.get(key, {}).get("hold") == "active"
