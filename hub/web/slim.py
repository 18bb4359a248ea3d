"""Compresses what a page of this hub asked for, and nothing that another site made a browser ask.

In: an ASGI application. Out: the same, smaller where that is safe. Never here: a page's content.

Compression lets whoever can choose a part of a page, and watch its length, guess another part
(BREACH). The chooser would be another site: its requests, and whatever does not say where it comes
from, are answered as they are. Source: Fetch Metadata (W3C), `Sec-Fetch-Site`; RFC 9110 section
8.4.1; ADR 0035.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OURS: Final = frozenset({"same-origin", "none"})
"""A page of this hub asked; or a person did, by hand or by a bookmark."""
LEAST_BYTES: Final = 1024
LEVEL: Final = 5


class Slim:
    """ASGI middleware that compresses answers to our own pages."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._plain = app
        self._small = GZipMiddleware(app, minimum_size=LEAST_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        ours = scope["type"] == "http" and Headers(scope=scope).get("sec-fetch-site") in OURS
        await (self._small if ours else self._plain)(scope, receive, send)
