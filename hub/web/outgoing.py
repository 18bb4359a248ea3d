"""What a filled-in form sends: its statements in their order, and who will see what of them.

In: a form as it was understood. Out: statements, each with an id of its own; a preview.
Never here: what was typed; posting.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import UUID

from hub.clock import seconds
from hub.disclosure.preview import Reach, preview
from hub.ledger.keystore import Statement
from hub.web import behalf, saying
from hub.web.parts import Web
from hub.web.who import Officer


def statements_of(web: Web, officer: Officer, filled: saying.Filled, jti: str) -> list[Statement]:
    """Return what is sent, in its order; the main statement under `jti`.

    The ids of the others follow from it: sent again, each is the same event.
    """
    main = [] if filled.said is None else [filled.said]
    said = [*filled.before, *main, *filled.after]
    return [
        behalf.statement(
            web,
            officer,
            one,
            filled.sub_id,
            jti=jti if one is filled.said else _id_beside(jti, place),
            happened=filled.happened,
        )
        for place, one in enumerate(said)
    ]


def _id_beside(jti: str, place: int) -> str:
    digest = hashlib.sha256(f"hub-form/v1\n{jti}\n{place}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


async def previewed(web: Web, statements: Sequence[Statement]) -> list[Reach]:
    """Return who will see what of some statements, each put to the front door's own checks."""
    drafts = [await behalf.drafted(web, one) for one in statements]
    everybody = web.hub.directory.now.agencies.all()
    now = seconds(web.hub.clock)
    return await asyncio.to_thread(preview, drafts, everybody, web.hub.rulebook, now)
