"""Monthly statements: what the hub has on record as disclosed to a partner, signed and logged.

In: a partner and a month that is over. Out: the hub's signed statement, itself an event of the hub.
Never here: content; a statement about a month that may still grow; a second one for the same month.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from contracts.accounts import Figures, StatementIssued, figures, month_of
from hub.clock import Clock, seconds
from hub.disclosure.receipt import Receipts
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.read import Pool, header_of
from hub.ledger.record import Header, JtiReusedError

GRACE_S: Final = 60
"""A row is stamped before it commits: a month is over when the last of them must have."""
_ANSWERS: LiteralString = (
    "SELECT pseq, jti::text, routing->>'body_digest' FROM ledger.header"
    " WHERE partner = %s AND pseq IS NOT NULL AND recorded_at >= %s AND recorded_at < %s"
)
_BEFORE: LiteralString = (
    "SELECT coalesce(max(pseq), 0) FROM ledger.header"
    " WHERE partner = %s AND pseq IS NOT NULL AND recorded_at < %s"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed statement, and where it stands in the ledger."""

    text: str
    position: int


class Statements:
    """Makes each statement once. One per process."""

    def __init__(self, *, pool: Pool, door: FrontDoor, receipts: Receipts, clock: Clock) -> None:
        self._pool = pool
        self._door = door
        self._receipts = receipts
        self._clock = clock
        self._issued = ""

    async def of(self, partner: str, month: str) -> Statement | None:
        """Return a partner's statement; None before the month is over, or before its first answer.

        Raises:
            LedgerError: it had to be made now, and could not be recorded.
        """
        header = await self._header(partner, month)
        if header is None and month <= self._closed():
            header = await self._issue(partner, month)
        if header is None:
            return None
        return Statement(self._receipts.for_statement(header), header.position)

    async def issue_due(self) -> None:
        """Make what is still missing for the month that ended last, whoever asks for it or not."""
        month = self._closed()
        if month == self._issued:
            return
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT partner FROM ledger.partner_counter")
            partners = [row[0] for row in await cursor.fetchall()]
        for partner in partners:
            await self.of(partner, month)
        self._issued = month

    def _closed(self) -> str:
        """Return the last month that is over."""
        first = datetime.fromtimestamp(seconds(self._clock) - GRACE_S, tz=UTC).replace(day=1)
        return month_of(int(first.timestamp()) - 86_400)

    async def _issue(self, partner: str, month: str) -> Header | None:
        async with self._pool.connection() as connection:
            found = await _figures(connection, partner, month)
        if not found.last:
            return None
        said = StatementIssued(about="agency", partner=partner, month=month, **found._asdict())
        with suppress(JtiReusedError):  # another process was first; what it put on record stands
            await self._door.say(Own(said, agency_sub_id(partner), jti=str(_jti(partner, month))))
        return await self._header(partner, month)

    async def _header(self, partner: str, month: str) -> Header | None:
        async with self._pool.connection() as connection:
            return await header_of(connection, HUB_SLUG, _jti(partner, month))


async def _figures(connection: AsyncConnection[Any], partner: str, month: str) -> Figures:
    start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    start_ms, end_ms = (int(one.timestamp()) * 1000 for one in (start, end))
    cursor = await connection.execute(_ANSWERS, [partner, start_ms, end_ms])
    answers = await cursor.fetchall()
    before = await (await connection.execute(_BEFORE, [partner, start_ms])).fetchone()
    return figures(answers, before=0 if before is None else before[0])


def _jti(partner: str, month: str) -> UUID:
    """Return the one id of a statement: made twice, the ledger itself keeps the first."""
    digest = hashlib.sha256(f"hub-statement/v1\n{partner}\n{month}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)
