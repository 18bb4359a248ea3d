"""GET /receipts: what the caller was given, receipt by receipt, wherever the answers went.

In: a number to begin at. Out: the hub's receipts, made again. Never here: content.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Caller
from hub.api.documents import answers, problems
from hub.api.queries import GivenQuery
from hub.api.schemas import JWS, closed, many
from hub.api.wiring import reader, the_hub
from hub.audit.given import given
from hub.ledger.frontdoor import canonical

GIVEN = closed(receipts=many(JWS))
router = APIRouter(prefix="/receipts", tags=["directory"])


@router.get(
    "", responses={200: answers(GIVEN, "Receipts in order", receipt=False), **problems(422)}
)
async def receipts(
    request: Request,
    caller: Annotated[Caller, Depends(reader)],
    query: Annotated[GivenQuery, Query()],
) -> Response:
    """Return the caller's receipts from a number on, also of answers that its system never got.

    An officer of yours may have read a page, or an answer was lost: the number is missing in your
    chain, and its receipt says which answer it was.
    """
    hub = the_hub(request)
    async with hub.pool.connection() as connection:
        found = await given(connection, hub.receipts, caller.agency, query.first, query.limit)
    return Response(canonical({"receipts": found}), media_type="application/json")
