"""The HTTP application: routes, the error door, and the work that goes on beside requests.

In: a Hub. Out: an ASGI application. Never here: a route's own logic.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from hub.api import (
    advice,
    dashboard,
    directory,
    disclosures,
    events,
    log,
    receipts,
    statements,
    subjects,
)
from hub.api.assertion import Door
from hub.api.body import read_body
from hub.api.documents import POST_EVENT_DOCS, TOKEN_DOCS, secured
from hub.api.intake import PostEvent
from hub.api.measure import Measured
from hub.api.metronome import Metronome
from hub.api.plainly import PlainTimeline
from hub.api.problems import RequestTooLargeError, problem_of
from hub.api.tokens import MAX_BODY_BYTES
from hub.clock import seconds
from hub.disclosure.beat import BEAT, Beat
from hub.telemetry import Log, say

if TYPE_CHECKING:
    from hub.api.parts import Hub

DESCRIPTION = """Signed events in, lawful views out, every disclosure on record.

Sign in at `/oauth2/token` with your registered key (private_key_jwt) and a DPoP proof; send both
with each request. Every answer about a subject carries `Hub-Receipt`."""
REFRESH_S = 1.0
SWEEP_S = 60.0


def _on_the_beat(send: Send, metronome: Metronome) -> Send:
    """Begin a request's beat; return what sends its answer, on the beat if it is on record.

    The last thing before bytes leave: whatever is done after the record is in the beat as well.
    """
    beat = Beat(time.monotonic())
    BEAT.set(beat)

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            await metronome.until(beat.end(time.monotonic()))
        await send(message)

    return sends


class Application(FastAPI):
    """FastAPI, with what comes most often taken before its middleware and its search for a route.

    They cost a fifth of the time of a whole event, and do nothing for one: the endpoint of
    POST /events reads its own body, counts itself and answers for every error. So does that of a
    timeline that is asked for plainly; any other is the route's.
    """

    posted: PostEvent
    plainly: PlainTimeline
    metronome: Metronome

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the process's start and end."""
        if scope["type"] == "http":
            send = _on_the_beat(send, self.metronome)
        if scope["type"] == "http" and scope["path"] == "/events" and scope["method"] == "POST":
            await self.posted(scope, receive, send)
            return
        plain = scope["type"] == "http" and scope["method"] == "GET"
        if not (plain and await self.plainly.takes(scope, receive, send)):
            await super().__call__(scope, receive, send)


def create_app(hub: "Hub") -> FastAPI:
    """Return the application of one process."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await hub.open()
        beside = [asyncio.create_task(_refresh(hub)), asyncio.create_task(_sweep(hub))]
        say(Log.STARTED, part="api")
        yield
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await hub.close()
        say(Log.STOPPED, part="api")

    app = Application(
        title="Safeguarding hub",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.hub = hub
    app.posted, app.plainly, app.metronome = PostEvent(hub), PlainTimeline(hub), Metronome()
    # Among the routes as well: they say which methods /events has, and where a POST would go.
    app.router.routes.insert(0, Route("/events", app.posted, methods=["POST"]))
    parts = (events, subjects, disclosures, advice, dashboard, directory, receipts, log, statements)
    for part in parts:
        app.include_router(part.router)
    app.add_api_route("/oauth2/token", token, methods=["POST"], **TOKEN_DOCS)
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, on_error)
    app.add_middleware(Measured)
    described = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        document["paths"].setdefault("/events", POST_EVENT_DOCS)
        return secured(document)

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend the document
    return app


async def token(request: Request) -> Response:
    """Sign in: client_credentials with private_key_jwt and DPoP (RFC 6749, 7523, 9449)."""
    hub: Hub = request.app.state.hub
    standing = hub.directory.now
    try:
        body = await read_body(request.receive, MAX_BODY_BYTES)
    except RequestTooLargeError:
        body = b"\x00"  # no form: the endpoint answers as it answers any other non-form
    answer = await hub.tokens.answer_async(
        content_type=request.headers.get("content-type", ""),
        body=body,
        dpop=request.headers.getlist("dpop"),
        door=Door(keyring=standing.keyring, agencies=standing.agencies, now=seconds(hub.clock)),
        once=hub.once,
    )
    return Response(answer.body, answer.status, dict(answer.headers))


async def on_error(_: Request, error: Exception) -> Response:
    """Answer what FastAPI itself refuses as a problem document. Other errors: see Measured."""
    return problem_of(error).response()


async def _refresh(hub: "Hub") -> None:
    """Keep up with what other processes register, and with how far the log is."""
    while True:
        await asyncio.sleep(REFRESH_S)
        try:
            await asyncio.to_thread(hub.directory.refresh)
            await hub.covering.watch()
        except Exception as failure:  # noqa: BLE001 - the store may be away; it comes back
            say(Log.STORE_UNAVAILABLE, error=type(failure).__name__)


async def _sweep(hub: "Hub") -> None:
    """Drop what need no longer be remembered; once a month, make the statements."""
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            await hub.once.forget(seconds(hub.clock))
            await hub.requests.forget(seconds(hub.clock))
            await hub.statements.issue_due()
        except Exception as failure:  # noqa: BLE001 - the store may be away; it comes back
            say(Log.STORE_UNAVAILABLE, error=type(failure).__name__)
