"""What agencies are told of clocks in a story: by some second, of whose duty.

In: a Story and the views. Out: causes of notices, with who must act. Never here: an assertion.
"""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import psycopg
from psycopg import Connection

from contracts.concern import ReferralMade
from contracts.enquiry import EnquiryOpened
from hub.views import read
from hub.views.days import london_day
from hub.views.runner import Projector
from tests.support.ledger_rows import DAY_S, START_S
from tests.views.story import Story
from tests.views.test_case_file import enquiry

Told: TypeAlias = list[tuple[str, str]]
TellsBy: TypeAlias = Callable[[str, int], Told]
LAST_DAY = london_day(START_S + 3 * DAY_S)
BY = LAST_DAY.isoformat()


def notices(url: str, agency: str, after: read.Place = (0, 0)) -> list[read.NoticeRow]:
    """Return an agency's notices, as a poll or a stream would be given them."""

    async def ask() -> list[read.NoticeRow]:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await read.notices(connection, agency, after=after)

    return asyncio.run(ask())


def teller(url: str, projector: Projector, connection: Connection[Any]) -> TellsBy:
    """Return what an agency is told of its clocks, and of others', by some second."""

    def by(agency: str, at_s: int) -> Told:
        projector.catch_up(connection)
        projector.sweep(connection, at_s)
        rows = notices(url, agency)
        return [(row.cause, str(row.whose)) for row in rows if row.cause in ("due", "overdue")]

    return by


def ask_by_a_day(story: Story) -> str:
    """Let the council, which leads, have a partner of its enquiry asked for something by a day."""
    enquiry(story, "trust-a", "police-a")
    story.post("council-a", EnquiryOpened, lead="council-a")
    return story.post("police-a", ReferralMade, to="trust-a", respond_by=BY)
