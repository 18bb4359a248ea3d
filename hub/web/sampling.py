"""The sampling queue: draw answers to look at again, and work them off.

In: days, a size, a seed. Out: pages over samples on record. Never here: a draw (audit), a verdict.
"""

from datetime import date, timedelta
from json import loads
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from hub.audit.oversight import OversightError, Wanted
from hub.audit.readings import By
from hub.clock import london_day, seconds
from hub.web import words
from hub.web.forms import chosen, own_form
from hub.web.pages import page
from hub.web.register import READ, SIGN, names_of
from hub.web.who import Officer, PageError, base, web_of

router = APIRouter()
SIZES: Final = {"5": "5", "10": "10", "20": "20", "50": "50", "100": "100"}
_WEEK: Final = timedelta(days=6)
_SEED: Final = 60


@router.get("/sampling")
async def queue(request: Request, officer: Annotated[Officer, Depends(READ)]) -> HTMLResponse:
    """Show what was drawn and waits, what matters most first. This reading is itself recorded."""
    return await _queue(request, officer)


@router.post("/sampling")
async def draw(request: Request, officer: Annotated[Officer, Depends(SIGN)]) -> Response:
    """Draw a sample and put it on record, with its seed."""
    sent = await own_form(request, officer)
    size = chosen(sent, "size", SIZES)
    try:
        first, last = (date.fromisoformat(sent.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return await _queue(request, officer, "Enter a first and a last day")
    seed = sent.get("seed", "")
    if size is None or len(seed) > _SEED or not (seed.isalnum() or not seed) or not seed.isascii():
        return await _queue(request, officer, "A seed is up to 60 letters and digits")
    wanted = Wanted(first=first, last=last, size=int(size), seed=seed)
    try:
        await web_of(request).hub.oversight.draw(By(officer.agency.slug, officer.user), wanted)
    except OversightError as refusal:
        return await _queue(request, officer, words.sentence(refusal))
    return RedirectResponse(f"{base(request)}/sampling?drawn=yes", 303)


@router.get("/sampling/{sample}/again")
async def again(
    request: Request, sample: UUID, officer: Annotated[Officer, Depends(READ)]
) -> HTMLResponse:
    """Draw an old sample's half by chance again, and say whether it comes out the same."""
    by = By(officer.agency.slug, officer.user)
    try:
        answer = await web_of(request).hub.oversight.again(by, sample)
    except OversightError:
        raise PageError(404, "There is no such sample", "Look in the sampling queue.") from None
    return await _queue(request, officer, again=loads(answer.body))


async def _queue(
    request: Request, officer: Officer, error: str = "", again: dict[str, object] | None = None
) -> HTMLResponse:
    hub = web_of(request).hub
    answer = await hub.oversight.queue(By(officer.agency.slug, officer.user))
    said = loads(answer.body)
    today = london_day(seconds(hub.clock))
    return page(
        request,
        "sampling.html",
        status=422 if error else 200,
        officer=officer,
        waiting=said["waiting"],
        samples=said["samples"],
        names=names_of(request),
        sizes=SIZES,
        first=(today - _WEEK).isoformat(),
        last=today.isoformat(),
        error=error,
        again=again,
        drawn=request.query_params.get("drawn") == "yes",
        whole=officer.is_a("ig_officer"),
    )
