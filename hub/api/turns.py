"""Lets events in by turns: no agency fills the hub, and none waits for another's flood.

In: who posts, and how many events. Out: a turn, or a refusal that says when to come back.
Never here: who may post, what is posted, a queue that grows.

Bounds, not buffers: what is over an agency's share is refused at once (429), and what is over the
hub's at once for everybody (503), before any signature is checked. What is let in is checked in
rotation: one event of each agency that waits, then the next of each. So an agency's next event
waits for one event of each other agency at most, however many the others have sent.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.ledger.record import OverloadedError

EACH: Final = 2_048
"""Events of one agency under way at a time: two full batches."""
MOST: Final = 8_192
"""Events of all agencies under way: fewer than the writer would queue."""
A_ROUND: Final = 16
"""Events checked before sockets are looked at again: some milliseconds' work."""


class ShareUsedError(Exception):
    """This agency has as much under way as it may: come back when some of it is answered."""


class Turns:
    """The turns of one process. Belongs to one event loop."""

    def __init__(self, *, each: int = EACH, most: int = MOST, a_round: int = A_ROUND) -> None:
        self._each = each
        self._most = most
        self._a_round = a_round
        self._under_way: dict[str, int] = {}
        self._total = 0
        self._lanes: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._passed = 0
        self._turning = False

    @property
    def under_way(self) -> int:
        """Return how many events are let in and not answered."""
        return self._total

    @contextmanager
    def share(self, agency: str, events: int = 1) -> Iterator[None]:
        """Take a part of the agency's share while the block runs.

        A batch is let in whole where the agency has nothing else under way.

        Raises:
            ShareUsedError: the agency has no share left.
            OverloadedError: the hub has no room left, whoever asks.
        """
        used = self._under_way.get(agency, 0)
        if used and used + events > self._each:
            raise ShareUsedError
        if self._total and self._total + events > self._most:
            raise OverloadedError("too many events are under way")
        self._under_way[agency] = used + events
        self._total += events
        try:
            yield
        finally:
            self._total -= events
            left = self._under_way[agency] - events
            if left:
                self._under_way[agency] = left
            else:
                del self._under_way[agency]

    async def turn(self, agency: str) -> None:
        """Wait for the agency's turn to have one event checked."""
        loop = asyncio.get_running_loop()
        if not self._turning:
            self._turning = True
            loop.call_soon(self._round)
        if self._passed < self._a_round and not self._lanes:
            self._passed += 1  # nobody waits: no need to ask the loop
            return
        turn = loop.create_future()
        self._lanes.setdefault(agency, deque()).append(turn)
        await turn

    def _round(self) -> None:
        """Give the next turns, one to each agency that waits, and again."""
        self._passed = 0
        while self._lanes and self._passed < self._a_round:
            agency, lane = self._lanes.popitem(last=False)
            turn = lane.popleft()
            if lane:
                self._lanes[agency] = lane  # behind the others
            if not turn.done():  # whoever waited may have given up
                turn.set_result(None)
                self._passed += 1
        self._turning = bool(self._lanes) or self._passed > 0
        if self._turning:
            asyncio.get_running_loop().call_soon(self._round)
