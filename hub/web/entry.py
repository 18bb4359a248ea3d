"""One entry of the register in full: what was decided, by which law, its proof, what next.

In: an entry's id; a verdict; a question. Out: pages over the auditor's recorded answers.
Never here: content, or today's words of a rule in the place of those it was decided by.
"""

from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.audit.auditor import ReviewError
from hub.audit.oversight import OversightError
from hub.audit.proven import proof_of
from hub.audit.questions import DAYS
from hub.audit.readings import By
from hub.ledger.tiles import LogReader
from hub.web import words
from hub.web.errands import REASONS
from hub.web.forms import chosen, own_form
from hub.web.overseen import EXPLANATIONS, QUESTIONS
from hub.web.pages import page
from hub.web.register import READ, SIGN, names_of
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
VERDICTS: Final = {
    "upheld": "It was right",
    "upheld_with_learning": "It was right, and there is something to learn",
    "overturned": "It was wrong",
}
DONE: Final = {"review": "Your review is on record.", "ask": "Your question is on record."}


@router.get("/register/{jti}")
async def one(
    request: Request, jti: UUID, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Show one entry in plain words: who asked, what for, what was decided, by which rules."""
    return await _entry(request, jti, officer)


@router.post("/register/{jti}/review")
async def review(
    request: Request, jti: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Record what the officer found on looking again."""
    sent = await own_form(request, officer)
    verdict = chosen(sent, "verdict", VERDICTS)
    if verdict is None:
        return await _entry(request, jti, officer, verdict="Select what you found")
    web = web_of(request)
    note = sent.get("note", "")[:2000] or None
    try:
        answer = await web.hub.auditor.review(
            officer.agency.slug, officer.user, jti, verdict=verdict, note=note
        )
    except ReviewError as refusal:
        return await _entry(request, jti, officer, verdict=words.sentence(refusal))
    if answer.outcome != "released":
        raise _nothing()
    return RedirectResponse(f"{base(request)}/register/{jti}?done=review", 303)


@router.post("/register/{jti}/ask")
async def ask(request: Request, jti: UUID, officer: Annotated[Officer, Depends(SIGN)]) -> Response:
    """Ask the agency that was answered about it."""
    sent = await own_form(request, officer)
    question = chosen(sent, "question", QUESTIONS)
    days = chosen(sent, "days", map(str, DAYS))
    if question is None or days is None:
        return await _entry(request, jti, officer, question="Select what you want to know")
    by = By(officer.agency.slug, officer.user)
    try:
        await web_of(request).hub.oversight.ask(by, jti, question, int(days))
    except OversightError as refusal:
        return await _entry(request, jti, officer, question=words.sentence(refusal))
    return RedirectResponse(f"{base(request)}/register/{jti}?done=ask", 303)


async def _entry(request: Request, jti: UUID, officer: Officer, **errors: str) -> HTMLResponse:
    """Show the entry. `errors` are told beside the field each is about."""
    hub = web_of(request).hub
    answer = await hub.auditor.one(officer.agency.slug, officer.user, jti)
    if answer.outcome != "released":
        raise _nothing()
    entry = loads(answer.body)
    receipt = await hub.auditor.receipt(officer.agency.slug, jti, officer=True)
    log = LogReader(hub.pool, quorum=hub.settings.witness_quorum)
    return page(
        request,
        "entry.html",
        status=422 if errors else 200,
        officer=officer,
        entry=entry,
        released=entry.get("items", []),
        names=names_of(request),
        why=REASONS.get(entry.get("reason") or ""),
        missing=[_asked_for(request, fact) for fact in entry.get("would_change", ())],
        same_rules=entry["rulebook"] == hub.rulebook.sha256,
        receipt=None if receipt is None else receipt.text,
        proof=await proof_of(hub.pool, log, entry["position"]),
        verdicts=VERDICTS,
        questions=QUESTIONS,
        explanations=EXPLANATIONS,
        days=DAYS,
        errors=errors,
        done=DONE.get(request.query_params.get("done", "")),
        whole=officer.is_a("ig_officer"),
        obligations=hub.rulebook.obligations,
    )


def _asked_for(request: Request, fact: str) -> str:
    entry = web_of(request).hub.rulebook.vocabulary.get(fact)
    return words.label(fact) if entry is None else entry.question


def _nothing() -> PageError:
    return PageError(404, "There is no such entry", "Check the address, or look in the register.")
