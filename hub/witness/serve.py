"""The witness over HTTP: one route, and a page that says who it is.

In: requests from the log. Out: cosignatures. Never here: the decision (witness).
"""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.witness.witness import MAX_BODY_BYTES, Witness


def create_app(witness: Witness) -> Starlette:
    """Return the application of a witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return PlainTextResponse("", 413)
        reply = await asyncio.to_thread(witness.add_checkpoint, body)
        return Response(reply.body, reply.status, media_type=reply.media_type)

    async def vkey(_: Request) -> Response:
        return PlainTextResponse(witness.vkey + "\n")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/vkey", vkey),
        ]
    )


def run(witness: Witness, host: str, port: int) -> None:
    """Serve a witness until it is stopped."""
    import uvicorn  # noqa: PLC0415 - not needed by whoever only asks a witness

    uvicorn.run(create_app(witness), host=host, port=port, log_level="warning", access_log=False)
