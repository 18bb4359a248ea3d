"""Live: an open inbox hears of new notices as they come, by server-sent events.

In: an officer's open page, and the last notice it has. Out: thin lines, each under a recorded
answer, with its receipt.
Never here: content; a session kept alive by a page that nobody looks at, or a word after it ended.

Source: WHATWG HTML, server-sent events: `Last-Event-ID` resumes after a notice.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from hub.disclosure.ask import Answer
from hub.intake import encoding
from hub.web import words
from hub.web.who import Allowed, Officer, base, present, web_of

router = APIRouter()
ALLOWED: Final = Allowed("liaison", "practitioner", by_itself=True)
WAIT_S: Final = 5.0
"""How long one look waits for something new; then it is asked again who is there."""
PAGE: Final = 20
_ID: Final = r"^(|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"


@router.get("/live")
async def live(
    request: Request,
    officer: Annotated[Officer, Depends(ALLOWED)],
    after: Annotated[str, Query(pattern=_ID)] = "",
    last_event_id: Annotated[str, Header(pattern=_ID)] = "",
) -> EventSourceResponse:
    """Send notices as they come, after the last one that the page has."""
    last = last_event_id or after
    return EventSourceResponse(_notices(request, officer, UUID(last) if last else None), ping=15)


async def _notices(
    request: Request, officer: Officer, after: UUID | None
) -> AsyncIterator[ServerSentEvent]:
    hub = web_of(request).hub
    while not await request.is_disconnected():
        now = await present(request, touch=False)
        if now is None or now.session.key != officer.session.key:
            yield ServerSentEvent(data="over", event="over")
            return
        answer = await hub.notices.poll(
            officer.agency.slug, officer.user, limit=PAGE, wait_s=WAIT_S, channel="stream",
            after=after,
        )  # fmt: skip
        if isinstance(answer, Answer):
            lines = [_line(request, s) for s in json.loads(answer.body)["sets"].values()]
            after = UUID(lines[-1]["id"])
            yield ServerSentEvent(data=json.dumps(lines), event="notices", id=str(after))
            yield ServerSentEvent(data=answer.receipt, event="receipt")


def _line(request: Request, token: str) -> Mapping[str, Any]:
    """Return a notice as a page shows it: the hub signed it, so it is read and not checked."""
    claims = json.loads(encoding.decode(token.encode().split(b".")[1]))
    (said,) = claims["events"].values()
    told = {"cause": said["cause"], "type": said.get("item_type"), "duty": said.get("duty")}
    return {
        "id": claims["jti"],
        "href": f"{base(request)}/inbox/{claims['jti']}",
        "words": words.notice(told),
    }
