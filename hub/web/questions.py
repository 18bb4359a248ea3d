"""Questions about answers: what information governance asked, and an agency's answers to it.

In: a closed answer. Out: pages over questions on record, with their clocks.
Never here: whom an answer was about. Whoever is asked must not learn that there was something.
"""

import re
from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.audit.oversight import OversightError
from hub.audit.readings import By
from hub.web import words
from hub.web.errands import REASONS
from hub.web.forms import chosen, own_form
from hub.web.overseen import EXPLANATIONS, QUESTIONS
from hub.web.pages import page
from hub.web.register import READ, names_of
from hub.web.who import Allowed, Officer, PageError, base, web_of

router = APIRouter()
ASKED: Final = Allowed("liaison", "agency_admin")
_CASE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._:/-]{0,62}[A-Za-z0-9])?")


@router.get("/questions")
async def every(request: Request, officer: Annotated[Officer, Depends(READ)]) -> HTMLResponse:
    """Show every question that was asked, those that wait first."""
    return await _listed(request, officer, mine=False)


@router.get("/asked-of-us")
async def ours(request: Request, officer: Annotated[Officer, Depends(ASKED)]) -> HTMLResponse:
    """Show what the officer's own agency was asked."""
    return await _listed(request, officer, mine=True)


@router.get("/asked-of-us/{question}")
async def form(
    request: Request, question: UUID, officer: Annotated[Officer, Depends(ASKED)]
) -> HTMLResponse:
    """Show one question, and what may be answered."""
    return await _form(request, question, officer)


@router.post("/asked-of-us/{question}")
async def answer(
    request: Request, question: UUID, officer: Annotated[Officer, Depends(ASKED)]
) -> Response:
    """Put the agency's answer on record."""
    sent = await own_form(request, officer)
    explanation = chosen(sent, "explanation", EXPLANATIONS)
    case = sent.get("case", "") or None
    if explanation is None:
        return await _form(request, question, officer, explanation="Select your answer")
    if case is not None and not _CASE.fullmatch(case):
        told = "Enter a reference of letters, digits and . _ : / -, up to 64"
        return await _form(request, question, officer, case=told)
    by = By(officer.agency.slug, officer.user)
    try:
        await web_of(request).hub.oversight.explain(by, question, explanation, case)
    except OversightError as refusal:
        raise PageError(404, "There is no such question", f"{words.sentence(refusal)}.") from None
    return RedirectResponse(f"{base(request)}/asked-of-us?done=yes", 303)


async def _listed(request: Request, officer: Officer, *, mine: bool) -> HTMLResponse:
    by = By(officer.agency.slug, officer.user)
    found = loads((await web_of(request).hub.oversight.questions(by, mine=mine)).body)
    return page(
        request,
        "questions.html",
        officer=officer,
        questions=found["questions"],
        names=names_of(request),
        titles=QUESTIONS,
        explanations=EXPLANATIONS,
        mine=mine,
        done=request.query_params.get("done") == "yes",
    )


async def _form(request: Request, question: UUID, officer: Officer, **errors: str) -> HTMLResponse:
    by = By(officer.agency.slug, officer.user)
    found = loads((await web_of(request).hub.oversight.questions(by, mine=True)).body)["questions"]
    asked = next((one for one in found if one["question"] == str(question)), None)
    if asked is None:
        raise PageError(404, "There is no such question", "Look in the questions to your agency.")
    return page(
        request,
        "question.html",
        status=422 if errors else 200,
        officer=officer,
        asked=asked,
        titles=QUESTIONS,
        explanations=EXPLANATIONS,
        why=REASONS.get(asked["look"]["reason"] or ""),
        errors=errors,
    )
