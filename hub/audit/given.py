"""The receipts of what an agency was given, by their numbers, made again from ledger and log.

In: an agency and a number to begin at. Out: its receipts in order. Never here: content, or another
agency's: reading them is no disclosure, as for one receipt.

An answer may reach an agency elsewhere than its own system: an officer read a page, or it was lost
on the way. Its number is then missing in that system's chain, and this is how it learns of it.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from contracts.disclosure import DisclosureMade
from hub.disclosure.receipt import Receipts
from hub.intake.agencies import HUB_SLUG
from hub.ledger.record import Record

MOST: Final = 200
_NOBODY: Final = UUID(int=0)
_GIVEN: LiteralString = (
    "SELECT h.position, h.recorded_at, h.jti, h.pseq, h.type, h.routing->>'body_digest',"
    " (SELECT size FROM ledger.tlog_checkpoint WHERE size >= h.position ORDER BY size LIMIT 1)"
    " FROM ledger.header h WHERE h.partner = %s AND h.pseq >= %s ORDER BY h.pseq LIMIT %s"
)


async def given(
    connection: AsyncConnection[Any], receipts: Receipts, agency: str, first: int, limit: int
) -> list[str]:
    """Return an agency's receipts from number `first` on, at most `limit`."""
    rows = await (await connection.execute(_GIVEN, [agency, first, limit])).fetchall()
    return [
        receipts.for_answer(
            Record(
                position=position, recorded_at_ms=at_ms, subject=_NOBODY, jti=jti, agency=HUB_SLUG,
                digest=b"", pseq=pseq,
            ),
            partner=agency,
            body_digest=body_digest,
            released=kind == DisclosureMade.TYPE,
            size=size,
        )
        for position, at_ms, jti, pseq, kind, body_digest, size in rows
    ]  # fmt: skip
