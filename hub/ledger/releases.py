"""Reads which rulebooks a ledger has released, and records the very first.

In: a connection that may read; for the first, the front door. Out: Releases.
Never here: a sealed payload opened. A release's text is public law and stands in its header, so
that the projector, which opens nothing, decides by the same law as the desk.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from psycopg import Connection

from contracts.lawmaking import RulebookReleased
from hub.clock import Clock, london_day, seconds
from hub.intake.agencies import HUB_SLUG
from hub.ledger.frontdoor import FrontDoor, Own, agency_sub_id
from hub.ledger.record import JtiReusedError, Record
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped, shipped_folder, tables
from hub.rulebook.releases import Releases

INSTALLER: Final = "installation"
"""Who proposes the first release: whoever installs the hub. The hub's two officers approve it."""
FIRST: Final = "7d1f0f0e-6a53-4c1c-8f0b-2f6f6e6c6177"
"""The jti of a hub's first release. All processes try it when they start; one is the first."""


def releases(connection: Connection[Any], *, upto: int | None = None) -> Releases:
    """Return what is released, as far as position `upto`."""
    rows = connection.execute(
        "SELECT position, recorded_at, routing FROM ledger.header"
        " WHERE kind IN ('key', 'policy') AND type = %s AND (%s::bigint IS NULL OR position <= %s)"
        " ORDER BY position",
        [RulebookReleased.TYPE, upto, upto],
    ).fetchall()
    found = Releases()
    for position, recorded_ms, said in rows:
        found = found.add(position, recorded_ms // 1000, said)
    return found


async def release_first(door: FrontDoor, officers: Sequence[str], clock: Clock) -> Record | None:
    """Record the rulebook that comes with the package as the hub's first release.

    Returns:
        Its record; None where another process was first.
    """
    law = shipped()
    payload = RulebookReleased(
        agency=HUB_SLUG,
        release=law.release,
        sha256=law.sha256,
        text_sha256=law.text_sha256,
        effective_from=london_day(seconds(clock)).isoformat(),
        proposed_by=INSTALLER,
        canonical=canonical(tables(shipped_folder())),
        approved_by=tuple(officers),
    )
    record = None
    with suppress(JtiReusedError):  # with another time in it: another process said it
        record = await door.say(Own(payload, agency_sub_id(HUB_SLUG), jti=FIRST))
    await asyncio.to_thread(door.directory.refresh)
    return record
