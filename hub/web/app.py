"""The application that serves the pages, to be mounted beside the API.

In: the parts of a process. Out: an ASGI application, and where it is mounted.
Never here: a page's own logic.
"""

from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hub.web import (
    alarms,
    breach,
    dashboard,
    deciding,
    entry,
    exports,
    find,
    home,
    inbox,
    live,
    mishaps,
    post,
    public,
    questions,
    register,
    reply,
    rulebook,
    sampling,
    saw,
    share,
    signin,
    signing,
    timeline,
)
from hub.web.pages import STATIC, page, version
from hub.web.parts import MOUNTED_AT, Shared, Web, with_provider
from hub.web.shield import Shield
from hub.web.slim import Slim
from hub.web.who import PageError, SignInNeededError, base

ROUTERS: Final = (
    home.router,
    public.router,
    signin.router,
    find.router,
    dashboard.router,
    timeline.router,
    register.router,
    entry.router,
    exports.router,
    sampling.router,
    alarms.router,
    questions.router,
    breach.router,
    rulebook.router,
    saw.router,
    share.router,
    post.router,
    inbox.router,
    reply.router,
    deciding.router,
    live.router,
    signing.router,
)


class _Static(StaticFiles):
    """Static files, whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file that a browser may keep for a year."""
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


def beside(api: FastAPI, hub: Shared) -> FastAPI:
    """Return the API's application, with the pages where the settings say who signs people in.

    Raises:
        ProviderError: the issuer is not one to trust.
    """

    async def told() -> Response:
        return public.security_txt(hub)

    api.add_api_route(public.SECURITY_TXT, told, include_in_schema=False)
    if hub.settings.oidc_issuer:
        install(api, with_provider(hub))
    return api


def install(api: FastAPI, web: Web) -> None:
    """Mount the pages on the API's application, and lead the bare address to them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.web = web
    for router in ROUTERS:
        app.include_router(router)
    app.mount(f"/static/{version()}", _Static(directory=str(STATIC)))
    app.add_exception_handler(SignInNeededError, _to_sign_in)
    app.add_exception_handler(PageError, _told)
    app.add_exception_handler(RequestValidationError, _not_there)
    app.add_exception_handler(HTTPException, _not_there)
    https = web.hub.settings.public_url.startswith("https:")
    app.add_middleware(Shield, https=https, failed=_failed)
    app.add_middleware(Slim)
    api.mount(MOUNTED_AT, app)
    api.add_api_route("/", _first, include_in_schema=False)


async def _first() -> RedirectResponse:
    """Lead whoever types the bare address to the first page."""
    return RedirectResponse(f"{MOUNTED_AT}/", 303)


async def _to_sign_in(request: Request, error: Exception) -> Response:
    needed = {"to": getattr(error, "to", "")}
    if getattr(error, "max_age_s", None) is not None:
        needed["again"] = "yes"
    return RedirectResponse(f"{base(request)}/sign-in?{urlencode(needed)}", 303)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageError)  # noqa: S101 - only those are sent here
    return page(request, "problem.html", status=error.status, error=error)


async def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "problem.html", status=status, error=mishaps.not_found(status))


def _failed(request: Request, status: int) -> HTMLResponse:
    request.scope.setdefault("root_path", MOUNTED_AT)
    return page(request, "problem.html", status=status, error=mishaps.failed(status))
