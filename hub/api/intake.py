"""POST /events: one signed event, as a bare ASGI endpoint.

In: a compact JWS as the body. Out: 202 with a receipt, or RFC 8935's `err` and `description`.
Never here: FastAPI's parsing, which costs half of what a whole event does on this route.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from hub.api.access import AccessError
from hub.api.body import read_body
from hub.api.problems import (
    MediaTypeError,
    Problem,
    RequestTooLargeError,
    RequestTooSlowError,
    intake_answer,
    problem_of,
)
from hub.clock import seconds
from hub.intake.errors import Err, IntakeError, TooLargeError
from hub.intake.verify import MAX_TOKEN_BYTES
from hub.ledger.frontdoor import canonical
from hub.telemetry import REFUSED, REQUESTS, SECONDS, STORED

if TYPE_CHECKING:
    from hub.api.parts import Hub

MEDIA_TYPE = b"application/secevent+jwt"


class PostEvent:
    """The endpoint. Holds the hub's parts; keeps nothing between requests."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        # Looked up once: finding a counter by its labels costs more than counting.
        self._seconds = SECONDS.labels("/events")
        self._taken = REQUESTS.labels("/events", "202")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        status, headers, body = await self._answer(scope, receive)
        self._seconds.observe(time.perf_counter() - started)
        taken = status == 202  # noqa: PLR2004
        (self._taken if taken else REQUESTS.labels("/events", str(status))).inc()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(
        self, scope: Scope, receive: Receive
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        try:
            return await self._take(scope, receive)
        except (AccessError, MediaTypeError, RequestTooSlowError) as refusal:
            return _problem(problem_of(refusal))
        except RequestTooLargeError:
            return _refusal(TooLargeError(Err.INVALID_REQUEST, "the event is longer than 48 KiB"))
        except asyncio.CancelledError:
            raise
        except IntakeError as refusal:
            return _refusal(refusal)
        except Exception as failure:  # noqa: BLE001 - nothing a client sends may end in a traceback
            return _refusal(failure)

    async def _take(
        self, scope: Scope, receive: Receive
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hub = self._hub
        caller = await hub.access.check_async(
            authorization=_values(headers, b"authorization"),
            dpop=_values(headers, b"dpop"),
            method=scope["method"],
            url=hub.settings.public_url + scope["path"],
            now=seconds(hub.clock),
            agencies=hub.directory.now.agencies,
            once=hub.once,
        )
        caller.require("events")
        kind = next((v for k, v in headers if k == b"content-type"), b"")
        if kind.partition(b";")[0].strip().lower() != MEDIA_TYPE:
            raise MediaTypeError
        token = await read_body(receive, MAX_TOKEN_BYTES)
        record = await hub.door.post(token, caller.agency)
        STORED.inc(0 if record.seen else 1)
        receipt = hub.receipts.for_event(record).encode()
        return 202, [(b"hub-receipt", receipt), (b"content-length", b"0")], b""


def _values(headers: list[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _problem(problem: Problem) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    body = problem.body
    extra = [(k.lower().encode(), v.encode()) for k, v in problem.headers.items()]
    return problem.status, [*_sized(body, b"application/problem+json"), *extra], body


def _refusal(error: Exception) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    status, document = intake_answer(error)
    REFUSED.labels(document["err"]).inc()
    body = canonical(document)
    retry = [(b"retry-after", b"1")] if status == 503 else []  # noqa: PLR2004
    return status, [*_sized(body, b"application/json"), *retry], body


def _sized(body: bytes, media_type: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
