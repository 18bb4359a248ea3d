"""What a public service owes everybody: statement, cookies, help, whom to tell of a hole.

In: a browser, signed in or not; how this hub is set up. Out: pages, and security.txt.
Never here: a subject.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse

from hub.clock import seconds, utc_text
from hub.web.pages import page
from hub.web.parts import Shared
from hub.web.shapes import KINDS, points
from hub.web.who import present, web_of

router = APIRouter()
SECURITY_TXT: Final = "/.well-known/security.txt"
GOOD_FOR: Final = timedelta(days=180)
"""How long security.txt may be relied on. A hub that runs renews it; one left standing lapses."""
PREPARED: Final = "2026-11-28"
"""The day the statement was written and the pages last checked for it."""


@router.get("/accessibility")
async def accessibility(request: Request) -> HTMLResponse:
    """Show the accessibility statement, in the form the regulations set."""
    settings = web_of(request).hub.settings
    return page(
        request,
        "accessibility.html",
        officer=await present(request),
        run_by=settings.run_by,
        contact=settings.contact,
        address=settings.public_url,
        prepared=PREPARED,
    )


@router.get("/cookies")
async def cookies(request: Request) -> HTMLResponse:
    """Say which cookies there are."""
    secure = web_of(request).hub.settings.public_url.startswith("https:")
    return page(
        request,
        "cookies.html",
        officer=await present(request),
        prefix="__Host-" if secure else "",
    )


@router.get("/help")
async def told(request: Request) -> HTMLResponse:
    """Explain what stands on the pages, and whom to ask."""
    kinds = [(code, form, points(form, 12, 12), name) for code, (form, name) in KINDS.items()]
    return page(
        request,
        "help.html",
        officer=await present(request),
        kinds=kinds,
        contact=web_of(request).hub.settings.contact,
    )


def security_txt(hub: Shared) -> PlainTextResponse:
    """Return whom to tell of a hole (RFC 9116)."""
    until = datetime.fromtimestamp(seconds(hub.clock), tz=UTC) + GOOD_FOR
    lines = (
        f"Contact: {hub.settings.security_contact}",
        f"Expires: {utc_text(int(until.timestamp()))}",
        "Preferred-Languages: en",
        f"Canonical: {hub.settings.public_url}{SECURITY_TXT}",
    )
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return PlainTextResponse("\n".join(lines) + "\n", headers=headers)
