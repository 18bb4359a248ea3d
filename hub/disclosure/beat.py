"""Lets a refusal leave on the beat: how long it took then tells nothing of what was found.

In: when its request came, and that it was refused. Out: nothing, at the end of the beat.
Never here: what was refused.

Hidden and unknown take the same steps, and still one of them touches more rows: on a machine at
rest two thousand questions told them apart by a sixth of a millisecond (decision 0013). A request
that nobody timed, such as one inside the hub, is not held.
"""

import asyncio
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

BEAT_S: Final = 0.025
"""Several times what a refusal takes; one that takes longer leaves on the next beat."""
_NEAR_S: Final = 0.002
"""A timer is off by a millisecond or two, this way or that: the rest is waited for by looking."""


@dataclass(slots=True)
class Beat:
    """When a request came, by the monotonic clock, and whether its answer leaves on the beat."""

    began: float
    refused: bool = False

    async def end(self) -> None:
        """Wait for the end of the beat, if something was refused."""
        if not self.refused:
            return
        took = time.monotonic() - self.began
        end = self.began + took - took % BEAT_S + BEAT_S
        await asyncio.sleep(max(0.0, end - _NEAR_S - time.monotonic()))
        while time.monotonic() < end:  # noqa: ASYNC110 - a moment of the clock has no event
            await asyncio.sleep(0)  # others are served meanwhile


BEAT: Final[ContextVar[Beat | None]] = ContextVar("beat", default=None)
"""The beat of the request at hand."""


def refused() -> None:
    """Have the answer to the request at hand leave on the beat."""
    beat = BEAT.get()
    if beat is not None:
        beat.refused = True
