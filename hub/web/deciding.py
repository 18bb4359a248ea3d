"""A holder decides on a request that waits for a person: to share or not, and why.

In: a form of an opened request. Out: the agency's signed decision; back to the inbox.
Never here: a decision of the hub's, or one towards anybody but the agency that asked.

A decision may be taken anew, but not by chance: each names how many were taken before it, so of
two windows that were opened on the same state only one decides.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from contracts.disclosure import DisclosureDecided
from hub.ids import one_of
from hub.ledger.frontdoor import subject_sub_id
from hub.views.read_inbox import decisions
from hub.web.behalf import ALLOWED
from hub.web.decided import ADVISERS, DECISIONS, grounds
from hub.web.forms import chosen, own_form
from hub.web.inbox import notice_of
from hub.web.parts import Web
from hub.web.reply import back, not_that, said_once
from hub.web.typed import MAX_TEXT
from hub.web.who import Officer, PageError, web_of

router = APIRouter()
_REASONS: Final = ("necessary_because", "proportionate_because")


@router.post("/inbox/{notice}/decide")
async def decide(
    request: Request, notice: UUID, officer: Annotated[Officer, Depends(ALLOWED)]
) -> Response:
    """Put the agency's decision on a request on record.

    Raises:
        PageError: nobody asked the agency, its answer is not complete, or somebody of it decided
            since the page was made.
    """
    sent = await own_form(request, officer)
    web = web_of(request)
    told, _ = await notice_of(web, officer, notice)
    if told["cause"] != "request" or told["subject"] is None:
        raise not_that()
    payload = _decision(web, officer, told, sent)
    async with web.hub.pool.connection() as connection:
        before = await decisions(connection, officer.agency.slug, told["request"])
    if sent.get("before") != str(len(before)):
        raise _meanwhile()
    jti = one_of(f"decision|{officer.agency.slug}|{told['request']}|{len(before)}")
    if not await said_once(web, officer, payload, subject_sub_id(told["subject"]), jti):
        raise _meanwhile()
    return await back(request, officer, notice, "decided")


def _decision(
    web: Web, officer: Officer, told: Mapping[str, Any], sent: Mapping[str, str]
) -> DisclosureDecided:
    said, ground = chosen(sent, "decision", DECISIONS), chosen(sent, "ground", grounds(web))
    adviser = chosen(sent, "adviser", ADVISERS)
    reasons = {name: sent.get(name, "") for name in _REASONS}
    long = any(len(text) > MAX_TEXT for text in reasons.values())
    if said is None or ground is None or long or not reasons["necessary_because"]:
        raise _not_complete()
    try:
        return DisclosureDecided.model_validate(
            {
                "about": told["kind"],
                "request": told["request"],
                "partner": told["asked_by"],
                "officer": officer.user,
                "decision": said,
                "grounds": (ground,),
                "adviser": adviser or None,
                **{name: text or None for name, text in reasons.items()},
            }
        )
    except ValidationError:
        raise _not_complete() from None


def _not_complete() -> PageError:
    return PageError(
        422,
        "Your decision is not complete",
        "Say what you decided, by which provision and why. Sharing also says why it is not more "
        "than is needed.",
        "Go back, and send it again. Nothing was sent.",
    )


def _meanwhile() -> PageError:
    return PageError(
        409,
        "Your organisation has decided on this meanwhile",
        "Somebody of your organisation, or you in another window, put a decision on record since "
        "this page was made. Nothing more was sent.",
        "Open the notice again to read it. If it has to change, decide anew there.",
    )
