"""Puts on record that a partner was told: what it had been shown is corrected, or erased.

In: the notices of an answer that is on record. Out: an event of the hub for each correction; which
notices are of nobody any more. Never here: whether the partner heard it (it acknowledges that).

It names the answer that carried the notice, so the partner's signed acknowledgement of that answer
is its word that it was told. A notice that is offered again is put on record again: which of its
answers arrived, the hub cannot know.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection

from contracts.integrity import (
    Corrected,
    Disputed,
    RecipientNotified,
    RedactedByKeyShred,
    Retracted,
    SubjectsSeparated,
)
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.views.read import NoticeRow

Cause: TypeAlias = Literal["corrected", "retracted", "disputed", "shredded", "separated"]
CAUSES: Final[Mapping[str | None, Cause]] = {
    Corrected.TYPE: "corrected",
    Retracted.TYPE: "retracted",
    Disputed.TYPE: "disputed",
    RedactedByKeyShred.TYPE: "shredded",
    SubjectsSeparated.TYPE: "separated",
}


async def notified(door: FrontDoor, told: Iterable[NoticeRow], dis: UUID) -> None:
    """Record each correction that an answer carries, before the answer leaves.

    Raises:
        LedgerError: one could not be recorded; the answer must not leave.
    """
    due = [row for row in told if row.cause == "correction"]
    await asyncio.gather(*(door.say(_said(row, dis)) for row in due))


async def erased(connection: AsyncConnection[Any], rows: Iterable[NoticeRow]) -> set[str]:
    """Return the subjects of notices that are erased: only that is still to be told of them."""
    about = [row.subject for row in rows if row.subject is not None]
    cursor = await connection.execute(
        "SELECT routing->>'key_id' FROM ledger.header"
        " WHERE kind = 'shred' AND routing->>'key_id' = ANY(%s)",
        [about],
    )
    return {row[0] for row in await cursor.fetchall()}


def tells_of_erasure(row: NoticeRow) -> bool:
    """Return whether a notice is that its subject was erased."""
    return row.type_uri == RedactedByKeyShred.TYPE


def _said(row: NoticeRow, dis: UUID) -> Own:
    said = RecipientNotified(
        about="agency",
        partner=row.agency,
        dis=str(dis),
        # Of an erasure: where the log says that the subject is erased.
        item_position=row.item_position or row.position,
        cause=CAUSES[row.type_uri],
    )
    return Own(said, agency_sub_id(row.agency))
