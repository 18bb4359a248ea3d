"""Records that an officer of information governance was given something, whatever it was.

In: who asked, through which channel, the exact bytes. Out: an Answer with its receipt.
Never here: what the bytes say, or a way to hand them over without a record.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.disclosure import Channel, DisclosureMade, DisclosureRefused
from hub.disclosure.ask import Answer
from hub.disclosure.desk import Desk
from hub.disclosure.receipt import digest
from hub.disclosure.render import NOTHING
from hub.ledger.frontdoor import canonical


@dataclass(frozen=True, slots=True)
class By:
    """Who asks: an officer of an agency. An unnamed one reads; to act, an officer has a name."""

    agency: str
    user: str | None


async def given(
    desk: Desk, by: By, channel: Channel, body: bytes, subject: UUID | None = None
) -> Answer:
    """Record that an officer is given these bytes, and return them with their receipt.

    Raises:
        LedgerError: it could not be recorded; nothing may be released.
    """
    return await desk.record(DisclosureMade(**_head(desk, by, channel, body, subject)), body, ())


async def nothing(desk: Desk, by: By, channel: Channel) -> Answer:
    """Record that an officer asked for something that is not there.

    Raises:
        LedgerError: it could not be recorded.
    """
    body = canonical(NOTHING)
    head = _head(desk, by, channel, body, None)
    return await desk.record(DisclosureRefused(**head, reason_code="nothing_to_show"), body, ())


def _head(
    desk: Desk, by: By, channel: Channel, body: bytes, subject: UUID | None
) -> dict[str, Any]:
    return {
        "about": "agency",
        "partner": by.agency,
        "user": by.user,
        "subject": None if subject is None else str(subject),
        "purpose": "audit",
        "channel": channel,
        "rulebook": desk.law.now().rulebook.sha256,
        "fact_position": 0,
        "body_digest": digest(body),
    }
