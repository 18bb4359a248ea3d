"""A Board's dashboard as a page: whole quarters side by side, and one of them by its codes.

In: the dashboard's recorded answer. Out: tables, each with a strip of bars. Never here: a filter, a
total or a difference of what was published: arithmetic on rounded figures says what was left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import loads
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from hub.web import words
from hub.web.mishaps import refused
from hub.web.pages import page
from hub.web.who import Allowed, Officer, web_of

router = APIRouter()
ALLOWED: Final = Allowed("sab_analyst")
BAR: Final = 10
"""A bar's width, with its gap, in pixels."""
TALL: Final = 32
MEASURES: Final[Mapping[str, str]] = {
    "concerns": "Concerns raised",
    "s42_decisions": "Section 42 decisions",
    "enquiries_opened": "Enquiries opened",
    "enquiries_concluded": "Enquiries concluded",
    "risk_outcomes": "What became of the risk",
    "making_safeguarding_personal": "What people wanted (making safeguarding personal)",
    "feedback_to_referrers": "Feedback to whoever raised it",
    "reviews_referred": "Adult reviews referred",
    "reviews_decided": "Adult reviews decided",
    "s45_requests": "Requests under section 45",
    "escalations": "Escalations between agencies",
    "requests_released": "Stated requests answered",
    "requests_refused": "Stated requests refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure through the quarters, the oldest first. None: left out."""

    name: str
    counts: Sequence[int | None]
    people: Sequence[int | None]
    bars: Sequence[tuple[int, int]]
    """For each count there is: how far from the left, and how high, in pixels."""


@router.get("/dashboard")
async def dashboard(
    request: Request,
    officer: Annotated[Officer, Depends(ALLOWED)],
    quarter: Annotated[str, Query(pattern=r"^(|[0-9]{4}-[0-9]{2}-01)$")] = "",
) -> HTMLResponse:
    """Show what was published of each quarter. This reading is itself recorded.

    Raises:
        PageError: the rules show no counts to this agency.
    """
    answer = await web_of(request).hub.dashboard.show(officer.agency.slug, officer.user)
    said = loads(answer.body)
    if answer.outcome != "released":
        raise refused(said)
    quarters = said["quarters"]
    chosen = next((q for q in quarters if q["from"] == quarter), quarters[0])
    return page(
        request,
        "dashboard.html",
        officer=officer,
        quarters=[(q["from"], words.quarter(q["from"])) for q in quarters],
        lines=lines(quarters),
        chosen=chosen["from"],
        parts=parts(chosen),
        because=said["because"],
        record=str(answer.jti),
    )


def lines(quarters: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return each measure through the quarters; of those that were never published, none."""
    found: list[Line] = []
    for name, text in MEASURES.items():
        there = [_measure(quarter, name) for quarter in reversed(quarters)]
        counts = [one["count"] for one in there]
        if any(count is not None for count in counts):
            found.append(
                Line(
                    name=text,
                    counts=counts,
                    people=[one["people"] for one in there],
                    bars=_bars(counts),
                )
            )
    return found


def parts(quarter: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, int, int]]]]:
    """Return what a quarter's measures are made of: measure, by what, and cells that are there.

    Each cell is a code, its count, and its bar's length as a share of the longest, in per cent.
    """
    found = []
    for name, text in MEASURES.items():
        for split in _measure(quarter, name)["by"]:
            cells = [c for c in split["cells"] if c["count"] is not None]
            most = max((c["count"] for c in cells), default=0)
            if most:
                shown = [(c["code"], c["count"], round(100 * c["count"] / most)) for c in cells]
                shown.sort(key=lambda cell: -cell[1])
                found.append((text, words.label(split["name"]).lower(), shown))
    return found


def _measure(quarter: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(m for m in quarter["measures"] if m["measure"] == name)
    return found


def _bars(counts: Sequence[int | None]) -> list[tuple[int, int]]:
    most = max(count for count in counts if count is not None) or 1
    return [
        (BAR * n, max(2, round(TALL * count / most)))
        for n, count in enumerate(counts)
        if count is not None
    ]
