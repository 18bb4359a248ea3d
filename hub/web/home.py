"""The first page.

In: a browser, signed in or not. Out: what this is, and where to go on. Never here: a subject.
"""

from json import loads

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from hub.clock import london_day, seconds
from hub.disclosure.inbox import UNREAD
from hub.ledger.record import LedgerError
from hub.web.inbox import ALLOWED as INBOX
from hub.web.pages import page
from hub.web.unread import NOTHING, Unread, unread_of
from hub.web.who import Officer, present, web_of

router = APIRouter()


@router.get("/")
async def first(request: Request) -> HTMLResponse:
    """Say what this is to whoever comes; show an officer where their work is, and what waits."""
    officer = await present(request)
    if officer is not None:
        waits = await _waits(request, officer) if INBOX.admits(officer) else None
        return page(request, "home.html", officer=officer, waits=waits)
    people = await web_of(request).provider.people()
    return page(request, "welcome.html", people=people)


async def _waits(request: Request, officer: Officer) -> Unread | None:
    """Return what lies unread in the officer's inbox; None where it could not be looked at.

    To be told that something is there is an answer like any other, and on record.
    """
    web = web_of(request)
    try:
        answer = await web.hub.inbox.look(officer.agency.slug, officer.user)
    except LedgerError:
        return None
    said = NOTHING if answer is None else loads(answer.body)
    return unread_of(said, london_day(seconds(web.hub.clock)), UNREAD)
