"""Breaches of personal data: put on record, with a clock of 72 hours, step by step until closed.

In: what an officer knows of one, in closed words and figures. Out: pages over breaches on record.
Never here: a name, or what happened in prose: that stays in the office's own file.
"""

import re
from datetime import date, datetime
from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from contracts.base import Category
from hub.audit.breaching import Report, Step
from hub.audit.oversight import OversightError
from hub.audit.readings import By
from hub.clock import LONDON, seconds
from hub.web import words
from hub.web.forms import chosen, own_form
from hub.web.overseen import BREACHES, LATE, RISKS, STEPS
from hub.web.pages import page
from hub.web.register import READ, SIGN, names_of
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._:/-]{0,62}[A-Za-z0-9])?")
_MOST_PEOPLE: Final = 10**8
_NO_COUNT: Final = -1
CATEGORIES: Final = [c.value for c in Category if c is not Category.EXISTENCE]
_Id = Annotated[str, Query(pattern=r"^(|[0-9a-f-]{36})$")]


@router.get("/breaches")
async def listed(request: Request, officer: Annotated[Officer, Depends(READ)]) -> HTMLResponse:
    """Show every breach with its clock, and what agencies reported and nobody took up."""
    found = loads((await web_of(request).hub.breaches.listed(_by(officer))).body)
    return page(
        request,
        "breaches.html",
        officer=officer,
        breaches=found["breaches"],
        untaken=found["untaken"],
        names=names_of(request),
        whole=officer.is_a("ig_officer"),
    )


@router.get("/breaches/new")
async def blank(
    request: Request,
    officer: Annotated[Officer, Depends(SIGN)],
    answer: _Id = "",
    report: _Id = "",
    agency: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,40}$")] = "",
) -> HTMLResponse:
    """Ask what is known of a breach."""
    return _form(request, officer, {"dis": answer, "follows": report, "agency": agency}, {})


@router.post("/breaches/new")
async def opened(request: Request, officer: Annotated[Officer, Depends(SIGN)]) -> Response:
    """Put a breach on record."""
    sent = await own_form(request, officer)
    report, errors = _report(sent)
    if report is None:
        return _form(request, officer, sent, errors)
    try:
        record = await web_of(request).hub.breaches.opened(_by(officer), report)
    except OversightError as refusal:
        return _form(request, officer, sent, {"agency": words.sentence(refusal)})
    return RedirectResponse(f"{base(request)}/breaches/{record.jti}?done=yes", 303)


@router.get("/breaches/{breach}")
async def one(
    request: Request, breach: UUID, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Show one breach: what is known, its clock, what was done, and what may come next."""
    return await _one(request, breach, officer)


@router.post("/breaches/{breach}")
async def step(
    request: Request, breach: UUID, officer: Annotated[Officer, Depends(SIGN)]
) -> Response:
    """Put on record what was done."""
    sent = await own_form(request, officer)
    taken = chosen(sent, "step", STEPS)
    reference = sent.get("reference", "") or None
    if taken is None:
        return await _one(request, breach, officer, "Select what was done")
    if reference is not None and not _CODE.fullmatch(reference):
        return await _one(request, breach, officer, "A reference is up to 64 letters and digits")
    people = _count(sent.get("people", ""))
    if people == _NO_COUNT:
        return await _one(request, breach, officer, "Enter a whole number of people")
    said = Step(
        step=taken,
        reference=reference,
        late_because=chosen(sent, "late", LATE),
        people=people,
        categories=_categories(sent),
        risk=chosen(sent, "risk", RISKS),
    )
    try:
        await web_of(request).hub.breaches.step(_by(officer), breach, said)
    except OversightError as refusal:
        return await _one(request, breach, officer, words.sentence(refusal))
    return RedirectResponse(f"{base(request)}/breaches/{breach}?done=yes", 303)


async def _one(request: Request, breach: UUID, officer: Officer, error: str = "") -> HTMLResponse:
    try:
        answer = await web_of(request).hub.breaches.one(_by(officer), breach)
    except OversightError:
        raise PageError(404, "There is no such breach", "Look in the list of breaches.") from None
    return page(
        request,
        "breach.html",
        status=422 if error else 200,
        officer=officer,
        breach=loads(answer.body),
        names=names_of(request),
        steps=STEPS,
        risks=RISKS,
        late=LATE,
        categories=CATEGORIES,
        error=error,
        done=request.query_params.get("done") == "yes",
        whole=officer.is_a("ig_officer"),
    )


def _form(
    request: Request, officer: Officer, sent: dict[str, str], errors: dict[str, str]
) -> HTMLResponse:
    now = words.instant(seconds(web_of(request).hub.clock))
    here = datetime.fromisoformat(now).astimezone(LONDON)
    return page(
        request,
        "breach_form.html",
        status=422 if errors else 200,
        officer=officer,
        sent={"aware_day": f"{here:%Y-%m-%d}", "aware_time": f"{here:%H:%M}", **sent},
        kinds=BREACHES,
        risks=RISKS,
        categories=CATEGORIES,
        names=names_of(request),
        errors=errors,
    )


def _report(sent: dict[str, str]) -> tuple[Report | None, dict[str, str]]:
    """Return the report a form is, or what is wrong with it by field."""
    errors: dict[str, str] = {}
    kind = chosen(sent, "kind", BREACHES)
    risk = chosen(sent, "risk", RISKS)
    if kind is None:
        errors["kind"] = "Select what went wrong"
    if risk is None:
        errors["risk"] = "Select how great the risk to people is"
    aware_at = _instant(sent)
    if aware_at is None:
        errors["aware-day"] = "Enter the day and the time at which you became aware"
    people = _count(sent.get("people", ""))
    if people == _NO_COUNT:
        errors["people"] = "Enter a whole number, or leave it empty if nobody knows yet"
    if not _day_or_none(sent.get("happened", "")):
        errors["happened"] = "Enter a day of the calendar, or leave it empty"
    case = sent.get("case", "") or None
    if case is not None and not _CODE.fullmatch(case):
        errors["case"] = "Enter a reference of letters, digits and . _ : / -, up to 64"
    if errors or kind is None or risk is None or aware_at is None:
        return None, errors
    return (
        Report(
            agency=sent.get("agency", ""),
            kind=kind,
            aware_at=aware_at,
            risk=risk,
            happened_on=sent.get("happened") or None,
            categories=_categories(sent),
            people=people,
            dis=tuple(filter(None, [_uuid(sent.get("dis", ""))])),
            follows=_uuid(sent.get("follows", "")),
            case=case,
        ),
        {},
    )


def _categories(sent: dict[str, str]) -> tuple[str, ...]:
    return tuple(code for code in CATEGORIES if f"c-{code}" in sent)


def _instant(sent: dict[str, str]) -> int | None:
    """Return the London instant that a day and a time are, in seconds."""
    try:
        at = datetime.fromisoformat(f"{sent.get('aware_day', '')}T{sent.get('aware_time', '')}")
    except ValueError:
        return None
    return int(at.replace(tzinfo=LONDON).timestamp())


def _count(text: str) -> int | None:
    """Return a whole number; None where nothing was entered, -1 where it is none."""
    if not text:
        return None
    whole = text.isascii() and text.isdigit() and int(text) <= _MOST_PEOPLE
    return int(text) if whole else _NO_COUNT


def _day_or_none(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _by(officer: Officer) -> By:
    return By(officer.agency.slug, officer.user)
