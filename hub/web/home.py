"""The first page.

In: a browser, signed in or not. Out: what this is, and where to go on. Never here: a subject.
"""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from hub.web.pages import page
from hub.web.who import present, web_of

router = APIRouter()


@router.get("/")
async def first(request: Request) -> HTMLResponse:
    """Say what this is to whoever comes; show an officer where their work is."""
    officer = await present(request)
    if officer is not None:
        return page(request, "home.html", officer=officer)
    people = await web_of(request).provider.people()
    return page(request, "welcome.html", people=people)
