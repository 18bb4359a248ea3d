"""An agency's inbox for a page: notices old and new, and referrals with the day they are due.

In: an agency and its officer. Out: an Answer, recorded before it leaves; None where there is
nothing to tell, and so nothing to record.
Never here: content. Of a referral it tells what says no more than that it exists, among which is
the day by which an answer is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from contracts.base import Category
from contracts.concern import ReferralMade
from contracts.disclosure import DisclosedItem, DisclosureMade
from contracts.labels import mask
from hub.clock import utc_text
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.notices import Notices
from hub.disclosure.notified import notified
from hub.disclosure.opening import Fields, Form, Opener
from hub.disclosure.receipt import digest
from hub.ledger.record import Guard, StaleError
from hub.views import read_inbox
from hub.views.read import NoticeRow, notices

MAX_TRIES: Final = 5
UNREAD: Final = 50
REFERRALS: Final = 50
HANDLED: Final = 20
_BARE: Final = mask((Category.EXISTENCE,))
Rows = Mapping[str, Sequence[NoticeRow]]


@dataclass(frozen=True, slots=True)
class _Due:
    """What of the rows may be told, and what that rests on."""

    told: frozenset[str]
    items: tuple[DisclosedItem, ...]
    guards: tuple[Guard, ...]
    kinds: Mapping[str, str]
    came: Mapping[int, int]


class Inbox:
    """Each agency's inbox. One per process; recorded through the desk."""

    def __init__(self, desk: Desk, notices: Notices, opener: Opener) -> None:
        self._desk = desk
        self._notices = notices
        self._opener = opener

    async def look(self, agency: str, user: str) -> Answer | None:
        """Return what is in an agency's inbox: `referrals`, `unread`, `oldest` and `handled`.

        `oldest` are the unread ones again, from the other end: what lies unread longest is never
        behind what came since.

        Raises:
            StaleError: the facts keep changing under the answer; nothing was told.
            LedgerError: the answer could not be recorded; nothing was told.
        """

        async def rows(connection: AsyncConnection[Any]) -> Rows:
            return {
                "referrals": await read_inbox.open_referrals(connection, agency, REFERRALS),
                "unread": await read_inbox.unread(connection, agency, UNREAD),
                "oldest": await notices(connection, agency, limit=UNREAD),
                "handled": await read_inbox.handled(connection, agency, HANDLED),
            }

        return await self._told(agency, user, rows)

    async def one(self, agency: str, user: str, jti: UUID) -> Answer | None:
        """Return one notice of an agency, as `notice`; None where it has none of this id.

        Raises:
            StaleError, LedgerError: as for `look`.
        """

        async def rows(connection: AsyncConnection[Any]) -> Rows:
            found = await read_inbox.one(connection, agency, jti)
            return {"notice": [] if found is None else [found]}

        return await self._told(agency, user, rows)

    async def _told(self, agency: str, user: str, rows: Any) -> Answer | None:  # noqa: ANN401
        for _ in range(MAX_TRIES):
            async with self._desk.pool.connection() as connection:
                found = await rows(connection)
                due = await self._due(connection, agency, user, found)
            if not due.told:
                return None
            try:
                return await self._recorded(agency, user, found, due)
            except StaleError:
                continue
        raise StaleError("the facts keep changing")

    async def _due(
        self, connection: AsyncConnection[Any], agency: str, user: str, found: Rows
    ) -> _Due:
        once = {row.jti: row for rows in found.values() for row in rows}
        scales = self._desk.law.now().scales
        told, items, guards, kinds = await self._notices.still_due(
            connection, agency, user, list(once.values()), scales
        )
        places = [row.position for row in told]
        came = await read_inbox.recorded_at(connection, places)
        return _Due(frozenset(row.jti for row in told), items, guards, kinds, came)

    async def _recorded(
        self, agency: str, user: str, found: Rows, due: _Due, *, days: bool = True
    ) -> Answer:
        """Build, record, and only then have the answer; without days due, where one was erased."""
        form = Form()
        listed = {
            name: [_line(one, due, form if days else None) for one in rows if one.jti in due.told]
            for name, rows in found.items()
        }
        chunks, holes = form.cut(listed)
        law = self._desk.law.now()
        entry = DisclosureMade(
            about="agency",
            partner=agency,
            user=user,
            purpose="protect_from_harm",
            channel="poll",
            rulebook=law.rulebook.sha256,
            fact_position=max((g.position for g in due.guards), default=0),
            body_digest=digest(chunks[0]),
            items=due.items,
        )
        if not holes:
            answer = await self._desk.record(entry, chunks[0], due.guards)
            await self._notified(found, due, answer)
            return answer
        built = await self._opener.build(chunks, holes)
        if built.erased:
            return await self._recorded(agency, user, found, due, days=False)
        entry = entry.model_copy(update={"body_digest": built.body_digest})
        answer = await self._desk.record(entry, b"", due.guards)
        await self._notified(found, due, answer)
        return replace(answer, body=await self._opener.release(built.handle, answer.jti))

    async def _notified(self, found: Rows, due: _Due, answer: Answer) -> None:
        """Put on record whom an answer tells of a correction that was not handled before."""
        fresh = {
            row.jti: row
            for name, rows in found.items()
            for row in rows
            if name != "handled" and row.jti in due.told
        }
        await notified(self._desk.door, fresh.values(), answer.jti)


def _line(row: NoticeRow, due: _Due, form: Form | None) -> dict[str, Any]:
    """Return a notice as the page has it; of a referral, with a hole for the day it is due."""
    asks = row.cause == "item" and row.type_uri == ReferralMade.TYPE
    fields = None
    if asks and form is not None and row.item_position is not None:
        fields = form.hole(Fields(row.item_position, _BARE, cleared=False))
    return {
        "jti": row.jti,
        "cause": row.cause,
        "type": row.type_uri,
        "subject": row.subject,
        "kind": due.kinds.get(f"s:{row.subject}"),
        "setting": row.setting,
        "item_position": row.item_position,
        "came": utc_text(due.came.get(row.position, 0)),
        "asked_by": row.asked_by,
        "purpose": row.purpose,
        "request": row.request,
        "due_at": None if row.due_at is None else utc_text(row.due_at),
        "duty": row.duty,
        "whose": row.whose,
        "fields": fields,
    }
