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
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import agency_sub_id, subject_sub_id
from hub.ledger.read import header_of
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
    """Accept or refuse a referral.

    Raises:
        PageError: no such referral was made to the agency, or no answer was chosen.
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
        raise _not_that()
    payload = ReferralAccepted(
        about=told["kind"],
        referral=found[place].jti,
        referred_by=found[place].posted_by,
        accepted=cast("Any", said),
        reason=reason,
    )
    about = subject_sub_id(told["subject"])
    done = await _said(request, officer, notice, payload, about, sent)
    if officer.agency.kind in FEEDBACK_BY and told["kind"] in FEEDBACK_ABOUT:
        await _feedback(web, officer, payload, about)
    return done


async def _feedback(
    web: Web, officer: Officer, payload: ReferralAccepted, about: dict[str, str]
) -> None:
    """Tell whoever referred that it was decided on, which the law lets a council tell them.

    What it decided goes only to those with a part in the case.
    Source: the rule `referrer-feedback`; Care Act 2014 statutory guidance, chapter 14.
    """
    said = FeedbackGiven(about=payload.about, to=payload.referred_by, stage="decided")
    jti = str(web.hub.source.uuid())
    await behalf.post(web, behalf.statement(web, officer, said, about, jti=jti))


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
        raise _not_that()
    payload = await _acknowledgement(web, officer, sent.get("told_by", ""))
    about = agency_sub_id(officer.agency.slug)
    return await _said(request, officer, notice, payload, about, sent)


async def _acknowledgement(web: Web, officer: Officer, dis: str) -> Payload:
    try:
        jti = UUID(dis)
    except ValueError:
        raise _not_that() from None
    async with web.hub.pool.connection() as connection:
        given = await header_of(connection, HUB_SLUG, jti)
    if given is None or given.partner != officer.agency.slug or given.pseq is None:
        raise _not_that()
    return RecipientAcknowledged(
        about="agency", dis=str(jti), pseq=given.pseq, bd=str(given.routing["body_digest"])
    )


async def _said(
    request: Request,
    officer: Officer,
    notice: UUID,
    payload: Payload,
    sub_id: dict[str, str],
    sent: dict[str, str],
) -> Response:
    """Post what is said, and only then count the notice as handled."""
    web = web_of(request)
    jti = sent.get("jti") or str(web.hub.source.uuid())
    await behalf.post(web, behalf.statement(web, officer, payload, sub_id, jti=jti))
    await web.hub.notices.acknowledge(officer.agency.slug, [notice])
    done = "answered" if isinstance(payload, ReferralAccepted) else "acknowledged"
    return RedirectResponse(f"{base(request)}/inbox?done={done}", 303)


def _not_that() -> PageError:
    return PageError(404, "There is nothing here to answer", "Look in your inbox.")
