"""What an officer says about a notice: a referral accepted or refused, a correction acknowledged.

In: a form of an opened notice. Out: a signed event of the officer's agency; back to the inbox.
Never here: an answer to what the agency was not told of.
"""

from typing import Annotated, Any, Final, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from contracts.base import Payload
from contracts.concern import FeedbackGiven, ReferralAccepted, ReferralMade
from contracts.disclosure import RecipientAcknowledged
from hub.ids import one_of
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import agency_sub_id, subject_sub_id
from hub.ledger.read import header_of
from hub.views.read_inbox import answered
from hub.views.read_items import items_at
from hub.web import behalf
from hub.web.behalf import ALLOWED
from hub.web.forms import chosen, own_form
from hub.web.inbox import notice_of
from hub.web.parts import Web
from hub.web.typed import MAX_TEXT
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
FEEDBACK_BY: Final = frozenset({"council"})
FEEDBACK_ABOUT: Final = frozenset({"adult", "setting"})
ANSWERS: Final = {"yes": "We take it on", "no": "We do not take it on"}


@router.post("/inbox/{notice}/answer")
async def answer(
    request: Request, notice: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> Response:
    """Accept or refuse a referral, once: under an id of its own, whoever of the agency answers.

    Raises:
        PageError: no such referral was made to the agency, no answer was chosen, or the agency has
            answered.
    """
    sent = await own_form(request, officer)
    web = web_of(request)
    told, _ = await notice_of(web, officer, notice)
    said = chosen(sent, "accepted", ANSWERS)
    reason = sent.get("reason") or None
    if said is None or (said == "no" and reason is None) or len(reason or "") > MAX_TEXT:
        raise PageError(
            422,
            "Your answer is not complete",
            "Say whether you take it on. If you do not, say why, and who might.",
            "Go back, and send it again. Nothing was sent.",
        )
    async with web.hub.pool.connection() as connection:
        place = told["item_position"]
        found = {} if place is None else await items_at(connection, [place])
        if told["type"] != ReferralMade.TYPE or place not in found:
            raise not_that()
        before = await answered(connection, officer.agency.slug, place)
    payload = ReferralAccepted(
        about=told["kind"],
        referral=found[place].jti,
        referred_by=found[place].posted_by,
        accepted=cast("Any", said),
        reason=reason,
    )
    about = subject_sub_id(told["subject"])
    jti = one_of(f"answer|{officer.agency.slug}|{payload.referred_by}|{payload.referral}")
    fresh = before is None and await said_once(web, officer, payload, about, jti)
    told_here = fresh or (before is not None and before.jti == jti)
    if told_here and officer.agency.kind in FEEDBACK_BY and told["kind"] in FEEDBACK_ABOUT:
        # Also where the answer stands and its feedback was lost: under its own id it is said once.
        await _feedback(web, officer, payload, about)
    if not fresh:
        raise _already()
    return await back(request, officer, notice, "answered")


async def _feedback(
    web: Web, officer: Officer, payload: ReferralAccepted, about: dict[str, str]
) -> None:
    """Tell whoever referred that it was decided on, which the law lets a council tell them.

    What it decided goes only to those with a part in the case.
    Source: the rule `referrer-feedback`; Care Act 2014 statutory guidance, chapter 14.
    """
    said = FeedbackGiven(about=payload.about, to=payload.referred_by, stage="decided")
    of = f"{officer.agency.slug}|{payload.referred_by}|{payload.referral}"
    await said_once(web, officer, said, about, one_of(f"feedback|{of}"))


@router.post("/inbox/{notice}/acknowledge")
async def acknowledge(
    request: Request, notice: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> Response:
    """Put on record that a correction was read: of the answer in which it was told.

    Raises:
        PageError: the notice is of no correction, or the agency was given no such answer.
    """
    sent = await own_form(request, officer)
    web = web_of(request)
    told, _ = await notice_of(web, officer, notice)
    if told["cause"] != "correction":
        raise not_that()
    payload = await _acknowledgement(web, officer, sent.get("told_by", ""))
    about = agency_sub_id(officer.agency.slug)
    await said_once(web, officer, payload, about, sent.get("jti") or str(web.hub.source.uuid()))
    return await back(request, officer, notice, "acknowledged")


async def _acknowledgement(web: Web, officer: Officer, dis: str) -> Payload:
    try:
        jti = UUID(dis)
    except ValueError:
        raise not_that() from None
    async with web.hub.pool.connection() as connection:
        given = await header_of(connection, HUB_SLUG, jti)
    if given is None or given.partner != officer.agency.slug or given.pseq is None:
        raise not_that()
    return RecipientAcknowledged(
        about="agency", dis=str(jti), pseq=given.pseq, bd=str(given.routing["body_digest"])
    )


async def said_once(
    web: Web, officer: Officer, payload: Payload, sub_id: dict[str, str], jti: str
) -> bool:
    """Post what is said; return False, with nothing posted, where its id is on record already.

    Raises:
        PageError: the hub holds no key for the agency, or what is said is refused.
    """
    said = behalf.statement(web, officer, payload, sub_id, jti=jti)
    return await behalf.post(web, said) is not None


async def back(request: Request, officer: Officer, notice: UUID, done: str) -> Response:
    """Count a notice as handled, now that what was to be said is on record, and show the inbox."""
    await web_of(request).hub.notices.acknowledge(officer.agency.slug, [notice])
    return RedirectResponse(f"{base(request)}/inbox?done={done}", 303)


def not_that() -> PageError:
    """Return the page for a notice that asks for no such answer."""
    return PageError(404, "There is nothing here to answer", "Look in your inbox.")


def _already() -> PageError:
    return PageError(
        409,
        "Your organisation has answered this referral",
        "Somebody of your organisation, or you in another window, answered it before. Nothing more "
        "was sent.",
        "If the answer has to change, tell whoever referred by telephone or in a referral back.",
    )
