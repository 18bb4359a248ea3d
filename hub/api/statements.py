"""GET /statements/{month}: what the hub says it disclosed to the caller in a month.

In: a month that is over. Out: the hub's signed statement and its proof. Never here: content.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.exceptions import HTTPException

from contracts.accounts import Month
from hub.api.access import Caller
from hub.api.documents import answers, problems
from hub.api.log import reader as log_of
from hub.api.schemas import STATEMENT
from hub.api.wiring import reader, the_hub
from hub.ledger.frontdoor import canonical

router = APIRouter(prefix="/statements", tags=["statements"])


@router.get(
    "/{month}",
    responses={200: answers(STATEMENT, "The statement", receipt=False), **problems(404, 422)},
)
async def statement(
    request: Request, month: Annotated[Month, Path()], caller: Annotated[Caller, Depends(reader)]
) -> Response:
    """Return the hub's statement of a month (`2026-10`, in UTC) for the caller.

    A JWS of type `hub-statement+jwt`: the numbers of that month's answers, and digests to hold
    against your own receipts. 404 until the month is over, or before your first answer.
    """
    found = await the_hub(request).statements.of(caller.agency, month)
    if found is None:
        raise HTTPException(404)
    proof = await log_of(request).proof(found.position - 1)
    return Response(
        canonical({"statement": found.text, "proof": proof}), media_type="application/json"
    )
