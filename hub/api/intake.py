"""POST /events: one signed event, as a bare ASGI endpoint.

In: a compact JWS as the body. Out: 202 with a receipt, or RFC 8935's `err` and `description`.
Never here: FastAPI's parsing, which costs half of what a whole event does on this route.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from hub.api.access import AccessError, Caller, Sent, replayed
from hub.api.body import read_body
from hub.api.problems import (
    MediaTypeError,
    Problem,
    RequestTooLargeError,
    RequestTooSlowError,
    intake_answer,
    problem_of,
)
from hub.api.turns import ShareUsedError
from hub.clock import seconds
from hub.intake.errors import Err, IntakeError, TooLargeError
from hub.intake.verify import MAX_TOKEN_BYTES
from hub.ledger.frontdoor import Unspent, canonical
from hub.ledger.record import ProofReplayedError, Record
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
        except (AccessError, MediaTypeError, RequestTooSlowError, ShareUsedError) as refusal:
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
        hub = self._hub
        authorization, dpop, kind = _headers(scope["headers"])
        agency = hub.access.whose(authorization)
        with hub.turns.share(agency):
            await hub.turns.turn(agency)
            sent = Sent(
                scope["method"],
                hub.settings.public_url + scope["path"],
                authorization,
                dpop,
            )
            return await self._let_in(sent, kind, receive)

    async def _let_in(
        self, sent: Sent, kind: bytes, receive: Receive
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        hub = self._hub
        caller, spend = hub.access.read(sent, seconds(hub.clock), hub.directory.now.agencies)
        proof = Unspent(spend)
        try:
            record = await self._stored(kind, receive, caller, proof)
        except ProofReplayedError:
            raise replayed() from None
        except Exception:
            # Whatever went wrong, the proof came in: unspent, it could be sent with another event.
            await self._spend(proof)
            raise
        await self._spend(proof)
        STORED.inc(0 if record.seen else 1)
        receipt = hub.receipts.for_event(record).encode()
        return 202, [(b"hub-receipt", receipt), (b"content-length", b"0")], b""

    async def _stored(
        self,
        kind: bytes,
        receive: Receive,
        caller: Caller,
        proof: Unspent,
    ) -> Record:
        caller.require("events")
        if kind.partition(b";")[0].strip().lower() != MEDIA_TYPE:
            raise MediaTypeError
        token = await read_body(receive, MAX_TOKEN_BYTES)
        return await self._hub.door.post(token, caller.agency, proof)

    async def _spend(self, proof: Unspent) -> None:
        """Spend a proof that no event took along: it was refused, or on record before.

        Raises:
            AccessError: it was used before, and that is the answer.
        """
        left = proof.take()
        if left is not None and not await self._hub.once.first_time(
            left.kind, left.key, left.expires_at
        ):
            raise replayed()


def _headers(headers: list[tuple[bytes, bytes]]) -> tuple[list[str], list[str], bytes]:
    """Return every `Authorization`, every `DPoP`, and the first `Content-Type`."""
    authorization: list[str] = []
    dpop: list[str] = []
    kind: bytes | None = None
    for name, value in headers:
        if name == b"authorization":
            authorization.append(value.decode("latin-1"))
        elif name == b"dpop":
            dpop.append(value.decode("latin-1"))
        elif name == b"content-type" and kind is None:
            kind = value
    return authorization, dpop, kind or b""


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
