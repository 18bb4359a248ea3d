"""Find a subject, read its timeline, and who was told about it.

In: a purpose and whom it is about. Out: the desk's recorded answers, with their receipts.
Never here: an `if` about sharing.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from contracts.base import Uuid
from contracts.subject import SUBJECT_KINDS, LegalDemand, Purpose
from hub.api.access import Caller
from hub.api.answer import answered
from hub.api.bodies import CourtOrderRequest, FindRequest, SeparationRequest
from hub.api.documents import answers, nothing, problems, refusal
from hub.api.queries import BundleQuery, KnownQuery, TimelineQuery, as_day
from hub.api.schemas import BUNDLE, TEXT, TIMELINE, UUID, closed, many, maybe, one_of
from hub.api.schemas_register import KNOWN, ORDERED, SEPARATED, WHO_SAW
from hub.api.wiring import officer, reader, the_hub
from hub.audit.orders import Order
from hub.audit.separations import Separation, Separations
from hub.disclosure.ask import PAGE, Ask, Search
from hub.ids import as_uuid
from hub.intake.identifiers import identifier
from hub.ledger.demographics import keys

router = APIRouter(prefix="/subjects", tags=["subjects"])
FOUND = closed(
    subjects=many(
        closed(
            id=UUID,
            kind=maybe(one_of(*SUBJECT_KINDS)),
            known_to_you={"type": "boolean"},
            known_to=many(TEXT),
            agreement=many(closed(field=TEXT, said=one_of("agrees", "not_confirmed"))),
        )
    )
)


@router.post(
    "/find",
    responses={
        200: answers(FOUND, "Whom the caller may know of"),
        **problems(422),
        **refusal(),
    },
)
async def find(
    request: Request, body: FindRequest, caller: Annotated[Caller, Depends(reader)]
) -> Response:
    """Return the hub ids of subjects the caller may know of. Every search is recorded.

    Identifiers stand in the body, never in the URL, where logs would keep them.
    """
    people = body.demographics
    search = Search(
        partner=caller.agency,
        user=caller.user,
        purpose=body.purpose,
        legal_demand=body.legal_demand,
        emergency=body.emergency,
        identifiers=tuple(identifier(i.kind, i.value) for i in body.identifiers),
        demographics=() if people is None else tuple(keys(**people.model_dump())),
    )
    return answered(await the_hub(request).finder.find(search), released=200, refused=200)


@router.get(
    "/{subject}/timeline",
    responses={
        200: answers(TIMELINE, "One page, oldest first"),
        **problems(400, 422),
        **refusal(),
        **nothing(),
    },
)
async def timeline(
    request: Request,
    subject: Annotated[Uuid, Path()],
    caller: Annotated[Caller, Depends(reader)],
    query: Annotated[TimelineQuery, Query()],
    hub_purpose: Annotated[Purpose, Header()],
    hub_legal_demand: Annotated[LegalDemand, Header()] = "none",
    hub_emergency: Annotated[bool, Header()] = False,  # noqa: FBT002 - a header
) -> Response:
    """Return what the caller may see of a subject, item by item, with the reason for each.

    A subject that is hidden from the caller is answered exactly as one that does not exist.
    """
    hub = the_hub(request)
    known = as_uuid(subject)
    ask = Ask(
        partner=caller.agency,
        user=caller.user,
        purpose=hub_purpose,
        channel="timeline",
        subject=known,
        legal_demand=hub_legal_demand,
        emergency=hub_emergency,
        since=as_day(query.since),
        until=as_day(query.until),
        as_known_on=as_day(query.as_known_on),
        after=None if query.after is None else hub.cursors.read(caller.agency, known, query.after),
        limit=query.limit,
    )
    return answered(await hub.desk.timeline(ask), released=200, refused=404)


@router.get(
    "/{subject}/bundle",
    responses={
        200: answers(BUNDLE, "One page of what the person may be given, oldest first"),
        **problems(400, 422),
        **refusal(),
        **nothing(),
    },
)
async def bundle(
    request: Request,
    subject: Annotated[Uuid, Path()],
    caller: Annotated[Caller, Depends(reader)],
    query: Annotated[BundleQuery, Query()],
) -> Response:
    """Return what the caller may give a person who asked it for their own data, field by field.

    The caller has posted that the person asked. Each field left out stands under `exempt` with its
    exemption, for the officer whom `Hub-User` names. What the police ask not to be told of is not
    in it in any form, whoever asks; ask again once they lift that.
    """
    hub = the_hub(request)
    known = as_uuid(subject)
    ask = Ask(
        partner=caller.agency,
        user=caller.user,
        purpose="subject_rights",
        channel="bundle",
        subject=known,
        stated=True,
        after=None if query.after is None else hub.cursors.read(caller.agency, known, query.after),
        limit=PAGE,
    )
    return answered(await hub.desk.bundle(ask), released=200, refused=404)


@router.get(
    "/{subject}/disclosures",
    responses={200: answers(WHO_SAW, "Who was told what, when and why"), **problems(422)},
)
async def who_saw(
    request: Request,
    subject: Annotated[Uuid, Path()],
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Return every answer given or refused about a subject. This reading is itself recorded."""
    hub = the_hub(request)
    return answered(
        await hub.auditor.who_saw(caller.agency, caller.user, as_uuid(subject)),
        released=200,
        refused=200,
    )


@router.get(
    "/{subject}/known",
    responses={
        200: answers(KNOWN, "What an agency had been shown by the end of a day"),
        **problems(422),
    },
)
async def known(
    request: Request,
    subject: Annotated[Uuid, Path()],
    query: Annotated[KnownQuery, Query()],
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Return what an agency knew of a subject on a day. This reading is itself recorded."""
    found = await the_hub(request).auditor.known(
        caller.agency,
        caller.user,
        as_uuid(subject),
        by=query.agency,
        day=date.fromisoformat(query.day),
    )
    return answered(found, released=200, refused=200)


@router.post(
    "/{subject}/orders",
    status_code=201,
    responses={
        201: answers(ORDERED, "On record"),
        **problems(404, 422),
    },
)
async def order(
    request: Request,
    subject: Annotated[Uuid, Path()],
    body: CourtOrderRequest,
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Record that an officer of the hub has seen an order of a court. `Hub-User` names them.

    No agency's own word on an order counts. The agency still cites it as it asks.
    """
    seen = Order(**body.model_dump())
    found = await the_hub(request).orders.seen(caller.agency, caller.user, as_uuid(subject), seen)
    return answered(found, released=201, refused=404)


@router.post(
    "/{subject}/separations",
    status_code=201,
    responses={
        201: answers(SEPARATED, "On record"),
        **problems(404, 422),
    },
)
async def separate(
    request: Request,
    subject: Annotated[Uuid, Path()],
    body: SeparationRequest,
    caller: Annotated[Caller, Depends(officer)],
) -> Response:
    """Record that items or identifiers are somebody else's: two people were taken for one.

    Everybody who was shown an item hears so, as of a retraction; its poster posts it again.
    """
    hub = the_hub(request)
    named = [identifier(one.kind, one.value) for one in body.identifiers]
    wrong = Separation(
        approved_by=body.approved_by,
        reason=body.reason,
        items=tuple((one.agency, as_uuid(one.jti)) for one in body.items),
        identifiers=tuple((one.kind.value, one.value) for one in named),
    )
    parts = Separations(desk=hub.desk, pool=hub.pool, opener=hub.opening, clock=hub.clock)
    found = await parts.separate(caller.agency, caller.user, as_uuid(subject), wrong)
    return answered(found, released=201, refused=404)
