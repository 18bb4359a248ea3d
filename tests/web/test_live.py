"""Live: an open inbox hears of what is new, under a recorded answer, while its session lives."""

import asyncio
import json
from uuid import UUID

import pytest
from fastapi import Request
from starlette.routing import Mount

from hub.web import live
from tests.support.parts import NHS_NUMBERS
from tests.web.site import APP, Site, Visitor
from tests.web.test_inbox import agree, held, notices, nurse, refer

__all__ = ["held", "nurse"]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a stream look again at once."""
    monkeypatch.setattr(live, "WAIT_S", 0.01)


def asked_for(site: Site, visitor: Visitor) -> Request:
    """Return a visitor's request for the stream, that is never broken off."""

    async def receive() -> dict[str, str]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    mounted = next(r.app for r in site.app.routes if isinstance(r, Mount) and r.path == APP)
    jar = "; ".join(f"{c.name}={c.value}" for c in visitor.http.cookies.jar)
    return Request(
        {
            "type": "http", "method": "GET", "path": f"{APP}/live", "root_path": APP,
            "headers": [(b"cookie", jar.encode())], "query_string": b"", "app": mounted,
        },
        receive,
    )  # fmt: skip


def stream(site: Site, visitor: Visitor, after: str = "") -> list[tuple[str, str]]:
    """Read a stream whose session is ended elsewhere after the first answer."""
    events: list[tuple[str, str]] = []

    async def run() -> None:
        asked = asked_for(site, visitor)
        officer = await live.ALLOWED(asked)
        async for event in live._notices(asked, officer, UUID(after) if after else None):
            events.append((str(event.event), str(event.data)))
            if event.event == "receipt":
                site.parts.rows("DELETE FROM ops.web_session")

    site.parts.run(run())
    return events


@pytest.mark.usefixtures("fast")
def test_a_stream_tells_of_a_notice_under_a_recorded_answer_and_ends_with_the_session(
    held: Site, nurse: Visitor
) -> None:
    refer(held)
    events = stream(held, nurse)
    assert [name for name, _ in events] == ["notices", "receipt", "over"]
    line = json.loads(events[0][1])[-1]
    assert line["words"] == "New: Referral made"
    assert line["href"] == f"{APP}/inbox/{line['id']}"
    entry = held.entries()[-1]
    assert (entry["partner"], entry["channel"]) == ("gp-c", "stream")


@pytest.mark.usefixtures("fast")
def test_a_stream_goes_on_after_the_last_notice_the_page_has(held: Site, nurse: Visitor) -> None:
    agree(held)
    held.parts.project()
    seen = notices(nurse.get(f"{APP}/inbox").text)
    refer(held, number=NHS_NUMBERS[1])
    events = stream(held, nurse, after=seen[0])
    told = {line["id"] for line in json.loads(events[0][1])}
    assert told
    assert not told & set(seen)


def test_a_stream_does_not_keep_a_session_from_being_idle(held: Site, nurse: Visitor) -> None:
    held.parts.rows("UPDATE ops.web_session SET seen_at = seen_at - 600")
    before = held.parts.rows("SELECT seen_at FROM ops.web_session")
    asked = asked_for(held, nurse)
    assert held.parts.run(live.ALLOWED(asked)).user == "practitioner-1"
    assert held.parts.rows("SELECT seen_at FROM ops.web_session") == before
    nurse.get(f"{APP}/inbox")
    assert held.parts.rows("SELECT seen_at FROM ops.web_session") != before
