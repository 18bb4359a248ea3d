"""What every answer of the pages carries, and the page for what went wrong inside.

In: an ASGI application. Out: the same, with its headers. Never here: an error's own words.

Source: CSP Level 3; OWASP ASVS 5.0 V3.4; no page may be kept by a cache, nor framed, nor indexed.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.disclosure.release import LEAVING
from hub.ledger.record import StaleError, UnavailableError
from hub.telemetry import Log, say
from hub.web.mishaps import RETRY_AFTER_S

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS: Final = {
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # Not less: without it Chromium sends `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
_HSTS: Final = "max-age=63072000; includeSubDomains"
_COMES_BACK: Final = (StaleError, UnavailableError, psycopg.OperationalError, PoolTimeout, OSError)
Failed = Callable[[Request, int], HTMLResponse]


class Shield:
    """ASGI middleware around the pages."""

    def __init__(self, app: ASGIApp, *, https: bool, failed: Failed) -> None:
        """Take the application, whether it is reached over https, and how to say it failed."""
        self._app = app
        self._headers = dict(_ALWAYS)
        if https:
            self._headers["strict-transport-security"] = _HSTS
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        answers: list[str] = []
        LEAVING.set(answers)

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = self._with_ours(message["headers"], answers)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        except Exception as failure:
            if begun:
                raise
            await self._tell(scope, failure)(scope, receive, guarded)

    def _tell(
        self, scope: Scope, failure: Exception
    ) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        status = 503 if isinstance(failure, _COMES_BACK) else 500
        route = getattr(scope.get("route"), "path", "unknown")
        say(Log.REQUEST_FAILED, route=route, error=type(failure).__name__, status=status)
        answer = self._failed(Request(scope), status)
        if status == 503:  # noqa: PLR2004 - RFC 9110 section 10.2.3: when it may come back
            answer.headers["retry-after"] = str(RETRY_AFTER_S)
        return answer

    def _with_ours(
        self, sent: list[tuple[bytes, bytes]], answers: list[str]
    ) -> list[tuple[bytes, bytes]]:
        ours = dict(self._headers)
        if answers:
            # What the page rests on, for the proxy's log: the monitor looks for each on record.
            ours["hub-disclosures"] = ", ".join(answers)
        if not any(name.lower() == b"cache-control" for name, _ in sent):
            ours["cache-control"] = "no-store"
        return [*sent, *((n.encode(), v.encode()) for n, v in ours.items())]
