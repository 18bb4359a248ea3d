"""Sign in, sign out, and be signed out by the identity provider.

In: a browser; the provider's logout tokens. Out: a session cookie, or none.
Never here: who may see what. A password: the provider's page asks for that.
"""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.web.claims import ProviderError, SignInError
from hub.web.forms import fields, own_form
from hub.web.pages import page
from hub.web.parts import CALLBACK, Web
from hub.web.sessions import ATTEMPT_S
from hub.web.who import (
    STEP_UP_S,
    Officer,
    PageError,
    SignInNeededError,
    base,
    cookie_names,
    present,
    web_of,
)

router = APIRouter()
_PLACE: Final = re.compile(r"/(?:[A-Za-z0-9_-]+/?)*(?:\?[A-Za-z0-9=&_-]*)?")


async def anybody(request: Request) -> Officer:
    """Return who is signed in, in whatever role; signing out needs none.

    Raises:
        SignInNeededError: nobody is.
    """
    officer = await present(request)
    if officer is None:
        raise SignInNeededError(f"{base(request)}/")
    return officer


@router.get("/sign-in")
async def sign_in(
    request: Request,
    to: Annotated[str, Query(max_length=300)] = "",
    again: Annotated[str, Query(max_length=3)] = "",
    person: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Send the browser to the identity provider; `again` asks it not to rely on its own session."""
    web = web_of(request)
    # Only a place on this site: the way back must not lead to somebody else's.
    place = to if _PLACE.fullmatch(to) and "//" not in to else f"{base(request)}/"
    attempt = web.sessions.attempt(place, STEP_UP_S if again else None)
    try:
        url = await web.provider.begin(attempt, person or None)
    except ProviderError:
        raise _away() from None
    answer = RedirectResponse(url, 303)
    token = await web.sessions.remember(attempt)
    _set(answer, web, cookie_names(web)[1], token, ATTEMPT_S)
    return answer


@router.get(CALLBACK)
async def signed_in(request: Request) -> Response:
    """Take what the provider sent back, and begin a session under a new key."""
    web = web_of(request)
    session_name, attempt_name = cookie_names(web)
    attempt = await web.sessions.take(request.cookies.get(attempt_name, ""))
    if attempt is None:
        raise _refused("This sign-in took too long, or was begun in another browser.")
    try:
        person = await web.provider.finish(request.query_params, attempt)
    except SignInError as refusal:
        raise _refused(f"{str(refusal)[:1].upper()}{str(refusal)[1:]}.") from None
    except ProviderError:
        raise _away() from None
    token = await web.sessions.begin(person, request.cookies.get(session_name))
    answer = RedirectResponse(attempt.to, 303)
    _set(answer, web, session_name, token, None)
    answer.delete_cookie(attempt_name, path="/")
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, officer: Annotated[Officer, Depends(anybody)]) -> HTMLResponse:
    """End this session, or all of this person's sessions."""
    web = web_of(request)
    sent = await own_form(request, officer)
    await web.sessions.end(officer.session, everywhere=sent.get("where") == "everywhere")
    answer = page(request, "signed_out.html", goodbye=await web.provider.goodbye())
    answer.delete_cookie(cookie_names(web)[0], path="/")
    return answer


@router.post("/back-channel-logout")
async def logged_out_elsewhere(request: Request) -> Response:
    """End the sessions that the provider says have ended (OpenID Connect Back-Channel Logout)."""
    web = web_of(request)
    try:
        token = (await fields(request)).get("logout_token", "")
        await web.sessions.end_as_told(web.provider.issuer, await web.provider.logout_of(token))
    except (SignInError, ProviderError, PageError):
        return Response(status_code=400)
    return Response(status_code=200)


def _set(answer: Response, web: Web, name: str, token: str, age_s: int | None) -> None:
    answer.set_cookie(
        name,
        token,
        max_age=age_s,
        path="/",
        secure=web.hub.settings.public_url.startswith("https:"),
        httponly=True,
        # The provider's redirect back is another site's; with `strict` it would bring no cookie.
        samesite="lax",
    )


def _refused(why: str) -> PageError:
    return PageError(403, "You are not signed in", why, "Start again from the first page.")


def _away() -> PageError:
    return PageError(
        503,
        "Signing in does not work just now",
        "The identity provider does not answer. Try again in a few minutes.",
    )
