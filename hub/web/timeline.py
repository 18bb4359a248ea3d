"""The timeline page: the picture first, then wishes, alerts, a filter, and every item with its why.

In: an errand and one of those it found. Out: a page of what the desk released just now.
Never here: a second way to an item, or a hint of one that was not released.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from hub.clock import london_day, seconds
from hub.web import mishaps, setting
from hub.web.difference import Difference, between
from hub.web.errands import REASONS, Errand
from hub.web.find import ALLOWED, errand_of
from hub.web.pages import page
from hub.web.parts import Web
from hub.web.picture import draw
from hub.web.shapes import KINDS, kind_of
from hub.web.told import Period, Told, alerts, name_of, narrowed, read
from hub.web.who import Officer, web_of
from hub.web.whys import gathered

router = APIRouter()
PERIODS: Final = {"30": "Last 30 days", "90": "Last 90 days", "365": "Last year", "": "Everything"}
_Many = Annotated[list[Annotated[str, Query(pattern="^[a-z0-9-]{1,40}$")]], Query(max_length=40)]


class Shown:
    """What part of a timeline a reader asked for. Closed words and days: nobody's name."""

    def __init__(
        self,
        by: _Many = [],  # noqa: B006 - FastAPI copies it
        kind: _Many = [],  # noqa: B006
        days: Annotated[str, Query(pattern="^(|30|90|365)$")] = "",
        month: Annotated[str, Query(pattern=r"^(|(19|20)[0-9]{2}-(0[1-9]|1[0-2]))$")] = "",
        known_day: Annotated[str, Query(max_length=2)] = "",
        known_month: Annotated[str, Query(max_length=2)] = "",
        known_year: Annotated[str, Query(max_length=4)] = "",
    ) -> None:
        self.by = by
        self.kind = [k for k in kind if k in KINDS]
        self.days = "" if month else days
        self.month = month
        self.typed = {"day": known_day, "month": known_month, "year": known_year}
        self.error = ""
        self.known_on: date | None = None
        if any(self.typed.values()):
            try:
                self.known_on = date(int(known_year), int(known_month), int(known_day))
            except ValueError:
                self.error = "Enter a real day, like 27 3 2026"

    def period(self, today: date) -> Period:
        """Return the days to ask for."""
        if self.month:
            first = date.fromisoformat(f"{self.month}-01")
            last = _beside(first, 1) - timedelta(days=1)
            return Period(since=first, until=last, as_known_on=self.known_on)
        since = today - timedelta(days=int(self.days)) if self.days else None
        return Period(since=since, as_known_on=self.known_on)

    @property
    def narrow(self) -> bool:
        """Tell whether only a part of the time is asked for."""
        return bool(self.days or self.month)

    def beside(self) -> Sequence[str]:
        """Return the months before and after the one that is shown."""
        if not self.month:
            return ()
        first = date.fromisoformat(f"{self.month}-01")
        return [f"{_beside(first, by):%Y-%m}" for by in (-1, 1)]


def _beside(first: date, by: int) -> date:
    """Return the first day of the month before or after."""
    return (first + timedelta(days=45 if by > 0 else -15)).replace(day=1)


@router.get("/find/{errand}/{subject}")
async def timeline(
    request: Request,
    errand: UUID,
    subject: UUID,
    officer: Annotated[Officer, Depends(ALLOWED)],
    shown: Annotated[Shown, Depends()],
) -> HTMLResponse:
    """Show what an officer may see of a subject, and why."""
    web = web_of(request)
    kept = await errand_of(request, errand, officer)
    about = kept.about(subject)
    if about is None:
        raise mishaps.nothing()
    now = seconds(web.hub.clock)
    told = await read(web, officer, kept, subject, shown.period(london_day(now)))
    if told is None:
        raise mishaps.nothing()
    changes = await _since(web, officer, kept, subject, shown, told)
    names = {a.slug: a.name for a in web.hub.directory.now.agencies.all()}
    items = narrowed(told.items, shown.by, shown.kind)
    whys, why_of = gathered(items)
    return page(
        request,
        "timeline.html",
        officer=officer,
        errand=kept,
        reason=REASONS.get(kept.reason),
        about=about,
        name=name_of(told.items),
        told=told,
        items=items,
        names=names,
        alerts=alerts(told.items),
        picture=draw(items, names, now),
        kinds={k: KINDS[k][1] for k in KINDS if any(kind_of(i["type"]) == k for i in told.items)},
        posters=list(dict.fromkeys(item["posted_by"] for item in told.items)),
        shown=shown,
        periods=PERIODS,
        kind_of=kind_of,
        obligations=web.hub.rulebook.obligations,
        whys=whys,
        why_of=why_of,
        changes=changes,
        pattern=told.pattern,
        lines=[]
        if told.pattern is None
        else setting.lines(told.pattern, london_day(now).isoformat()),
    )


async def _since(
    web: Web, officer: Officer, errand: Errand, subject: UUID, shown: Shown, then: Told
) -> Difference | None:
    """Return what differs between an earlier day and today, over the same period."""
    if shown.known_on is None:
        return None
    period = replace(shown.period(london_day(seconds(web.hub.clock))), as_known_on=None)
    today = await read(web, officer, errand, subject, period)
    return between(then.items, [] if today is None else today.items)
