"""Turns a recorded answer into HTTP: its exact bytes, its status, its receipt.

In: an Answer. Out: a Response. Never here: a body that the receipt does not cover.
"""

from starlette.responses import Response

from hub.api.problems import MEDIA_TYPE
from hub.disclosure.ask import Answer

NO_STORE = "no-store"


def answered(answer: Answer, *, released: int, refused: int) -> Response:
    """Return the response that carries an answer. No cache may keep it."""
    status = released if answer.outcome == "released" else refused
    if answer.reason == "purpose_not_open":
        status = 403  # whatever the route says of nothing: this tells of the asker alone
    if answer.reason == "erased":
        status = 410
    media_type = MEDIA_TYPE if status in (404, 410) else "application/json"
    headers = {"Hub-Receipt": answer.receipt, "Cache-Control": NO_STORE}
    return Response(answer.body, status, headers, media_type=media_type)
