"""POST /events/batch, /events/poll, GET /events/stream: many at once, and what concerns a partner.

In: batches of SETs; acknowledgements. Out: what became of each; notices signed by the hub.
Never here: content. A notice says that something concerns the partner; the desk shows it.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from hub.api.access import Caller
from hub.api.answer import NO_STORE, answered
from hub.api.bodies import PollRequest
from hub.api.body import read_body
from hub.api.documents import BATCH_DOCS, POLL_DOCS, STREAM_DOCS
from hub.api.problems import MediaTypeError, intake_answer
from hub.api.wiring import poster, reader, the_hub
from hub.disclosure.ask import Answer
from hub.intake.errors import Err, IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.verify import MAX_TOKEN_BYTES
from hub.ledger.frontdoor import canonical
from hub.ledger.record import Record
from hub.telemetry import REFUSED, STORED

router = APIRouter(prefix="/events", tags=["events"])

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAX_SETS = 1_000
MAX_BATCH_BYTES = MAX_SETS * 16 * 1024
"""A full batch of events of 16 KiB: larger ones go in smaller batches."""
POLL_WAIT_S = 20.0
STREAM_PAGE = 100


@router.post("/batch", **BATCH_DOCS)
async def post_batch(request: Request, caller: Annotated[Caller, Depends(poster)]) -> Response:
    """Take up to 1,000 events; each is acknowledged or refused on its own.

    Source: the shapes of RFC 8936 section 2.4, in the other direction.
    """
    hub = the_hub(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise MediaTypeError
    body = await read_body(request.receive, MAX_BATCH_BYTES)
    try:
        sets = await asyncio.to_thread(_sets, body)
    except (JsonRefusedError, IntakeError) as refusal:
        words = refusal.description if isinstance(refusal, IntakeError) else str(refusal)
        problem = {"err": Err.INVALID_REQUEST, "description": words}
        return Response(canonical(problem), 400, media_type="application/json")
    with hub.turns.share(caller.issuer, len(sets)):
        outcomes = await hub.door.post_many(
            sets, caller.agency, lambda: hub.turns.turn(caller.issuer)
        )
    return Response(canonical(_outcome(hub, outcomes)), 200, media_type="application/json")


@router.post("/poll", **POLL_DOCS)
async def poll(
    request: Request, body: PollRequest, caller: Annotated[Caller, Depends(reader)]
) -> Response:
    """Return notices that concern the caller, oldest first; acknowledge those handled before.

    Source: RFC 8936 section 2.
    """
    hub = the_hub(request)
    await hub.notices.acknowledge(caller.agency, [UUID(jti) for jti in body.ack])
    deadline = 0.0 if body.returnImmediately or body.maxEvents == 0 else POLL_WAIT_S
    answer = await hub.notices.poll(
        caller.agency, caller.user, limit=body.maxEvents, wait_s=deadline, channel="poll"
    )
    return _with_receipt(answer)


@router.get("/stream", **STREAM_DOCS)
async def stream(
    request: Request,
    caller: Annotated[Caller, Depends(reader)],
    last_event_id: Annotated[
        str | None, Header(description="The id of the last notice seen, to go on after it.")
    ] = None,
) -> EventSourceResponse:
    """Send notices as they come (server-sent events). `Last-Event-ID` resumes after a notice."""
    hub = the_hub(request)

    async def notices() -> AsyncIterator[ServerSentEvent]:
        after = _jti(last_event_id)
        while not await request.is_disconnected():
            answer = await hub.notices.poll(
                caller.agency, caller.user, limit=STREAM_PAGE, wait_s=5.0, channel="stream",
                after=after,
            )  # fmt: skip
            if isinstance(answer, Answer):
                after = UUID(next(reversed(json.loads(answer.body)["sets"])))
                yield ServerSentEvent(data=answer.body.decode(), event="notices", id=str(after))
                yield ServerSentEvent(data=answer.receipt, event="receipt")

    return EventSourceResponse(notices(), ping=15)


def _sets(body: bytes) -> dict[str, bytes]:
    """Return the batch's tokens by jti.

    Raises:
        JsonRefusedError: not strict JSON.
        IntakeError: not a batch, or too large a one.
    """
    document = read_object(body)
    sets = document.get("sets")
    if document.keys() != {"sets"} or not isinstance(sets, dict):
        raise IntakeError(Err.INVALID_REQUEST, "a batch is one object with the member sets")
    if len(sets) > MAX_SETS:
        raise IntakeError(Err.INVALID_REQUEST, "a batch holds at most 1,000 events")
    # What a batch names its events by comes back in the answer, so it may be nothing but an id.
    if not all(_ID.fullmatch(jti) for jti in sets):
        raise IntakeError(Err.INVALID_REQUEST, "each event stands under its jti, a lower-case UUID")
    tokens = {jti: token.encode() for jti, token in sets.items() if isinstance(token, str)}
    if len(tokens) != len(sets) or any(len(t) > MAX_TOKEN_BYTES for t in tokens.values()):
        raise IntakeError(Err.INVALID_REQUEST, "each event is a compact JWS of at most 48 KiB")
    return tokens


def _outcome(hub: Any, outcomes: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - Hub
    receipts: dict[str, str] = {}
    errors: dict[str, dict[str, str]] = {}
    for jti, outcome in outcomes.items():
        if isinstance(outcome, Record):
            STORED.inc(0 if outcome.seen else 1)
            receipts[jti] = hub.receipts.for_event(outcome)
        else:
            errors[jti] = intake_answer(outcome)[1]
            REFUSED.labels(errors[jti]["err"]).inc()
    return {"ack": list(receipts), "setErrs": errors, "receipts": receipts}


def _with_receipt(answer: Answer | bytes) -> Response:
    if isinstance(answer, bytes):
        headers = {"Cache-Control": NO_STORE}
        return Response(answer, 200, headers, media_type="application/json")
    return answered(answer, released=200, refused=200)


def _jti(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
