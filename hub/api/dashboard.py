"""GET /dashboard: a Board's counts.

In: a signed-in agency. Out: the dashboard's recorded answer.
Never here: a query. A period or a place of one's own choosing would undo what rounding protects.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Caller
from hub.api.answer import answered
from hub.api.bodies import Closed
from hub.api.documents import answers, problems, refusal
from hub.api.schemas import DAY, NUMBER, REASON, TEXT, closed, many, maybe
from hub.api.wiring import reader, the_hub

router = APIRouter(tags=["dashboard"])
_MEASURE = closed(
    measure=TEXT,
    count=maybe(NUMBER),
    people=maybe(NUMBER),
    by=many(closed(name=TEXT, cells=many(closed(code=TEXT, count=maybe(NUMBER))))),
)
DASHBOARD = closed(
    quarters=many(closed(**{"from": DAY}, before=DAY, measures=many(_MEASURE))),
    because=many(REASON),
)


class NoQuery(Closed):
    """Nothing may be chosen."""


@router.get(
    "/dashboard",
    responses={
        200: answers(DASHBOARD, "Counts of whole quarters, the newest first; null is left out"),
        **problems(422),
        **refusal(),
    },
)
async def dashboard(
    request: Request,
    caller: Annotated[Caller, Depends(reader)],
    _: Annotated[NoQuery, Query()],
) -> Response:
    """Return a Safeguarding Adults Board's counts, by the codes of the adults collection.

    The quarters are fixed and over, and each is published once. Counts below five are left out,
    with whatever would give one away; others are rounded to the nearest 5. Nothing can be filtered.
    """
    found = await the_hub(request).dashboard.show(caller.agency, caller.user)
    return answered(found, released=200, refused=403)
