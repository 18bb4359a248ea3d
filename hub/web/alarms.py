"""Unusual access, each finding with the rows of the register it rests on.

In: a span of days. Out: a page over a recorded answer.
Never here: a verdict, or a count of its own.
"""

from datetime import date, timedelta
from json import loads
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from hub.audit.oversight import OversightError
from hub.audit.readings import By
from hub.clock import london_day, seconds
from hub.web import words
from hub.web.overseen import ALARMS, figures
from hub.web.pages import page
from hub.web.register import READ, names_of
from hub.web.who import Officer, web_of

router = APIRouter()
SPAN: Final = timedelta(days=27)
_Day = Annotated[str, Query(pattern=r"^(|[0-9]{4}-[0-9]{2}-[0-9]{2})$")]


@router.get("/alarms")
async def alarms(
    request: Request,
    officer: Annotated[Officer, Depends(READ)],
    first: _Day = "",
    last: _Day = "",
    only: Annotated[str, Query(pattern=r"^(|[0-9a-f]{12})$")] = "",
) -> HTMLResponse:
    """Show what was unusual in some days, or one alarm. This reading is itself recorded."""
    hub = web_of(request).hub
    by, whole = By(officer.agency.slug, officer.user), officer.is_a("ig_officer")
    today = london_day(seconds(hub.clock))
    error = ""
    said: dict[str, Any] = {"alarms": [], "found": 0, "looks": 0}
    try:
        until = date.fromisoformat(last) if last else today
        since = date.fromisoformat(first) if first else until - SPAN
        answer = await hub.oversight.alarms(by, since, until, whole=whole, only=only)
        said = loads(answer.body)
    except OversightError as refusal:
        error = words.sentence(refusal)
    except ValueError:
        error = "Enter a day of the calendar"
    return page(
        request,
        "alarms.html",
        status=422 if error else 200,
        officer=officer,
        alarms=[
            {**one, "figures": figures(one["kind"], one["found"], one["usual"])}
            for one in said["alarms"]
        ],
        found=said["found"],
        looks=said["looks"],
        titles=ALARMS,
        names=names_of(request),
        first=first or (today - SPAN).isoformat(),
        last=last or today.isoformat(),
        error=error,
        whole=whole,
        only=only,
    )
