"""Puts together what erases a subject, from the parts of a running hub.

In: a Hub, a file of holds. Out: an Erasure, the holds on a subject.
Never here: what stands against an erasure (audit.erasure).
"""

import asyncio
from contextlib import closing
from pathlib import Path
from uuid import UUID

from hub.api.parts import Hub
from hub.audit.erasure import Erasure
from hub.vault.client import Operating
from hub.vault.serve import operators

EVERYBODY = "*"


def erasure_of(hub: Hub) -> Erasure:
    """Return what erases subjects of this hub."""

    def destroy(subject: UUID) -> bool:
        with closing(Operating(operators(hub.settings.vault))) as asking:
            return asking.destroy(subject)

    async def destroyed(subject: UUID) -> bool:
        return await asyncio.to_thread(destroy, subject)

    return Erasure(
        door=hub.door,
        pool=hub.pool,
        signer=hub.signer,
        clock=hub.clock,
        years=hub.settings.kept_years,
        destroy=destroyed,
    )


def holds_on(path: str, subject: UUID) -> tuple[str, ...]:
    """Return the words of the holds of a file on a subject: lines of an id, or `*`, and words.

    Raises:
        OSError: there is no such file. Without it nobody knows what must be kept.
    """
    if not path:
        return ()
    lines = Path(path).read_text("utf-8").splitlines()
    split = (line.split(maxsplit=1) for line in lines if line.strip())
    return tuple(
        f"held for {rest[0] if rest else 'an inquiry'}"
        for whom, *rest in split
        if whom in (EVERYBODY, str(subject))
    )
