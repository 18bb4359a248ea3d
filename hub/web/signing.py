"""The signing key that the hub holds for an agency: its administrator turns it on, anew, or off.

In: an administrator, signed in anew. Out: whether the hub signs for their agency, and with what.
Never here: a secret. What is registered and revoked is in the ledger, for everybody to check.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.intake.errors import IntakeError
from hub.web import words
from hub.web.forms import own_form
from hub.web.pages import page
from hub.web.who import Allowed, Officer, PageError, base, web_of

router = APIRouter()
ALLOWED: Final = Allowed("agency_admin", scope="events", step_up=True)


@router.get("/signing")
async def state(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> HTMLResponse:
    """Show whether the hub holds a key for the agency."""
    key = web_of(request).hub.keystore.key_of(officer.agency.slug)
    return page(
        request,
        "signing.html",
        officer=officer,
        key=key,
        since=None if key is None else words.instant(key.nbf),
        until=None if key is None else words.instant(key.exp),
    )


@router.post("/signing")
async def change(request: Request, officer: Annotated[Officer, Depends(ALLOWED)]) -> Response:
    """Draw a key for the agency, or end the one it has.

    Raises:
        PageError: the agency may have no further key.
    """
    sent = await own_form(request, officer)
    keystore = web_of(request).hub.keystore
    try:
        if sent.get("do") == "end":
            await keystore.retire(officer.agency.slug)
        elif sent.get("do") == "begin":
            await keystore.enrol(officer.agency.slug, asked_by=officer.user)
    except IntakeError as refusal:
        raise PageError(
            422, "The key was not made", f"What the hub said: {refusal.description}."
        ) from None
    return RedirectResponse(f"{base(request)}/signing", 303)
