"""Lets an answer leave on the beat: how long it took then tells nothing of what was found.

In: when its request came, whether somebody was shown something. Out: when it may leave.
Never here: what was found; waiting (api.metronome).

Hidden and unknown take the same steps, and still one of them touches more rows: on a machine at
rest two thousand questions told them apart by a sixth of a millisecond, and a resident under
investigation from any other by a tenth (decision 0013). A request that nobody timed, such as one
inside the hub, is not held.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

REFUSED_S: Final = 0.025
"""Several times what a refusal takes; one that takes longer leaves on the next beat."""
RELEASED_S: Final = 0.010
"""Shorter, for an officer waits for it; whoever is shown something knows that somebody is there."""


@dataclass(slots=True)
class Beat:
    """When a request came, by the monotonic clock, and how long its beats are."""

    began: float
    step: float | None = None
    """None until an answer about somebody is on record."""

    def end(self, now: float) -> float:
        """Return when an answer that is ready may leave."""
        if self.step is None:
            return now
        return self.began + ((now - self.began) // self.step + 1) * self.step


BEAT: Final[ContextVar[Beat | None]] = ContextVar("beat", default=None)
"""The beat of the request at hand."""


def on_record(*, released: bool) -> None:
    """Have the answer to the request at hand leave on the beat."""
    beat = BEAT.get()
    if beat is not None:
        beat.step = RELEASED_S if released else REFUSED_S
