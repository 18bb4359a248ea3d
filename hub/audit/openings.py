"""Puts on record that what is sealed is about to be opened for no answer: the hub's own event.

In: why, and how much. Out: the event's id, which the vault asks for. Never here: an opening.

An event of the hub is a leaf like any other: `hub verify` and the independent monitor hold the
vault's own log of its openings against it.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from contracts.integrity import VaultOpened, places_digest
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.read import Pool

Reason: TypeAlias = Literal["verify", "audit", "rekey"]


async def said(
    door: FrontDoor, reason: Reason, *, items: int, positions: Sequence[int] | None = None
) -> UUID:
    """Record an opening before it is done; return the event's id, to be used once.

    Raises:
        LedgerError: it could not be recorded: nothing may be opened.
    """
    places = None if positions is None else places_digest(positions)
    opened = VaultOpened(about="agency", reason=reason, items=items, places=places)
    return (await door.say(Own(opened, agency_sub_id(HUB_SLUG)))).jti


async def live_keys(pool: Pool) -> int:
    """Return how many subjects have a key."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM ledger.subject_key WHERE state = 'live'"
        )
        row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


async def head(pool: Pool) -> int:
    """Return the ledger's last position."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT coalesce(max(position), 0) FROM ledger.header")
        row = await cursor.fetchone()
    return 0 if row is None else int(row[0])
