"""POST /disclosures: a stated request. GET: the register, for information governance.

In: a request with its reason, or filters. Out: the desk's and the auditor's recorded answers.
Never here: an `if` about sharing.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from contracts.base import Uuid
from hub.api.access import Caller
from hub.api.answer import answered
from hub.api.bodies import DisclosureRequest, ReviewRequest
from hub.api.documents import answers, nothing, problems, refusal
from hub.api.queries import RegisterQuery
from hub.api.schemas import RELEASED
from hub.api.schemas_register import ENTRY, REGISTER, REVIEWED
from hub.api.wiring import officer, reader, the_hub
from hub.audit.listing import Page
from hub.disclosure.ask import PAGE, Ask, BrokenGlass
from hub.ids import as_uuid

router = APIRouter(prefix="/disclosures", tags=["disclosures"])


@router.post(
    "",
    status_code=201,
    responses={
        201: answers(RELEASED, "Released, and recorded"),
        **problems(409, 422),
        **refusal(),
    },
)
async def ask(
    request: Request, body: DisclosureRequest, caller: Annotated[Caller, Depends(reader)]
) -> Response:
    """Answer a stated request. Sending the same id again returns the first answer, unchanged.

    A refusal is an answer: it says what it rests on, where that may be said, and what would
    change it.
    """
    hub = the_hub(request)
    subject = as_uuid(body.subject)
    glass = None
    if body.break_glass is not None:
        glass = BrokenGlass(**body.break_glass.model_dump())
    stated = Ask(
        partner=caller.agency,
        user=caller.user,
        purpose=body.purpose,
        channel="disclosure",
        subject=subject,
        legal_demand=body.legal_demand,
        necessary=body.necessary,
        emergency=body.emergency,
        offence_stated=body.offence_stated,
        aggregate=body.aggregate,
        for_publication=body.for_publication,
        stated=True,
        request_id=as_uuid(body.id),
        after=None if body.after is None else hub.cursors.read(caller.agency, subject, body.after),
        limit=PAGE,
        glass=glass,
    )
    # With the officer: an answer is not for a colleague who sends the same request again.
    asked = f"{caller.user}|{body.model_dump_json()}".encode()
    return answered(await hub.requests.answer(stated, asked), released=201, refused=403)


@router.get(
    "",
    responses={200: answers(REGISTER, "The register, in the order of the ledger"), **problems(422)},
)
async def register(
    request: Request,
    caller: Annotated[Caller, Depends(officer)],
    query: Annotated[RegisterQuery, Query()],
) -> Response:
    """Return register entries that fit the filters. This reading is itself recorded."""
    found = await the_hub(request).auditor.register(
        caller.agency,
        caller.user,
        query.filters(),
        Page(past=query.after, limit=query.limit),
        review=query.review,
    )
    return answered(found, released=200, refused=200)


@router.get(
    "/{jti}",
    responses={
        200: answers(ENTRY, "One entry, with its reasons in full"),
        **problems(422),
        **nothing(),
    },
)
async def one(
    request: Request,
    jti: Annotated[Uuid, Path()],
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Return one register entry in full: facts, rules and words. This reading is recorded too."""
    found = await the_hub(request).auditor.one(caller.agency, caller.user, as_uuid(jti))
    return answered(found, released=200, refused=404)


@router.post(
    "/{jti}/review",
    status_code=201,
    responses={
        201: answers(REVIEWED, "Reviewed, and recorded"),
        **problems(422),
        **nothing(),
    },
)
async def review(
    request: Request,
    jti: Annotated[Uuid, Path()],
    body: ReviewRequest,
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Record what an officer found on looking again at an answer. `Hub-User` names the officer."""
    found = await the_hub(request).auditor.review(
        caller.agency, caller.user, as_uuid(jti), verdict=body.verdict, note=body.note
    )
    return answered(found, released=201, refused=404)
