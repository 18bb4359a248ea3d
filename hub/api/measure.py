"""Counts and times every request by its route's template, and answers for what failed in it.

In: an ASGI application. Out: the same, measured. Never here: an id, which a path may hold.
"""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import problem_of
from hub.telemetry import REQUESTS, SECONDS, Log, say


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
        started_answer = False

        async def note(message: Message) -> None:
            nonlocal status, started_answer
            if message["type"] == "http.response.start":
                status, started_answer = message["status"], True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except Exception as failure:
            if started_answer:
                raise
            await _failed(scope, receive, note, failure)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)


async def _failed(scope: Scope, receive: Receive, send: Send, failure: Exception) -> None:
    """Answer an error as a problem document that repeats nothing of the request."""
    problem = problem_of(failure)
    if problem.status >= 500:  # noqa: PLR2004
        route = getattr(scope.get("route"), "path", "unknown")
        say(Log.REQUEST_FAILED, route=route, error=type(failure).__name__, status=problem.status)
    await problem.response()(scope, receive, send)
