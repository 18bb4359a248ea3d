"""Counts and times every request by its route's template, never by its path.

In: an ASGI application. Out: the same, measured. Never here: an id, which a path may hold.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.telemetry import REQUESTS, SECONDS


class Measured:
    """ASGI middleware. Routes that measure themselves (POST /events) are left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its status and time."""
        if scope["type"] != "http" or (scope["path"] == "/events" and scope["method"] == "POST"):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)
