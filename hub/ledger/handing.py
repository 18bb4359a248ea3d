"""Hands an API process's drafts to the writer's process, and takes its answers.

In: Drafts, from an event loop. Out: a Record each, once durable, or a named refusal.
Never here: a thread, a draft that is handed over twice, an answer before the writer's.

What is under way when the writer goes has an unknown outcome. It is refused as unavailable: its
sender comes back with the same event, and the ledger knows each (agency, jti).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from hub.ledger import frames
from hub.ledger.append import MAX_WAITING
from hub.ledger.frames import FrameError, Handed
from hub.ledger.record import Draft, OverloadedError, Record, UnavailableError

PATIENCE_S: Final = 5.0
"""How long a draft waits for a writer that is not there: as long as one takes to start anew."""
LOOK_S: Final = 0.05
AWAY: Final = "the writer does not answer"


@dataclass(slots=True, eq=False)
class _Asked:
    """Some drafts of one caller, and what has become of them."""

    outcomes: list[Record | BaseException]
    left: int
    ended: "asyncio.Future[None]" = field(repr=False)


class Handing:
    """One process's way to the writer. Belongs to one event loop, from its first `store` on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._under_way: dict[int, tuple[_Asked, int]] = {}
        self._next = 0
        self._unsent: list[Handed] = []
        self._line: _Line | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._flushing = False
        self._closed = False

    @property
    def depth(self) -> int:
        """Return how many drafts are under way."""
        return len(self._under_way)

    async def store(self, drafts: Sequence[Draft]) -> list[Record | BaseException]:
        """Store drafts, each for itself; return each one's record, or why there is none.

        Raises:
            OverloadedError: too much is under way already; nothing was handed over.
            UnavailableError: the hub is shutting down.
        """
        if not drafts:
            return []
        if self._closed:
            raise UnavailableError("the hub is shutting down")
        if len(self._under_way) + len(drafts) > MAX_WAITING:
            raise OverloadedError("too much is waiting to be written")
        loop = asyncio.get_running_loop()
        nothing: list[Record | BaseException] = [UnavailableError(AWAY)]
        asked = _Asked(nothing * len(drafts), len(drafts), loop.create_future())
        for place, draft in enumerate(drafts):
            self._next += 1
            self._under_way[self._next] = (asked, place)
            self._unsent.append(Handed(self._next, draft))
        if not self._flushing:
            # Once for all that this turn of the loop brings.
            self._flushing = True
            loop.call_soon(self._flush)
        await asked.ended
        return asked.outcomes

    def close(self) -> None:
        """Hand nothing over any more, and let go of the connection."""
        self._closed = True
        if self._connecting is not None:
            self._connecting.cancel()
        if self._line is not None:
            self._line.close()
        self.lost(None)

    def heard(self, answers: Sequence[frames.Told]) -> None:
        """Give each answer to whoever waits for it."""
        for one in answers:
            found = self._under_way.pop(one.number, None)
            if found is not None:
                _end(*found, frames.outcome(one))

    def lost(self, line: "_Line | None") -> None:
        """Refuse what is under way: the connection has gone, and the outcome is unknown."""
        if line is not None and line is not self._line:
            return
        self._line = None
        unsent = {one.number for one in self._unsent} if line is not None else set()
        for number in [n for n in self._under_way if n not in unsent]:
            _end(*self._under_way.pop(number), UnavailableError(AWAY))

    def _flush(self) -> None:
        self._flushing = False
        if not self._unsent:
            return
        if self._line is None:
            if self._connecting is None or self._connecting.done():
                self._connecting = asyncio.ensure_future(self._connect())
            return
        unsent, self._unsent = self._unsent, []
        self._line.send(frames.encode(unsent))

    async def _connect(self) -> None:
        """Connect, and hand over what waits for it; refuse that after PATIENCE_S."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while not self._closed:
            try:
                _, line = await loop.create_unix_connection(lambda: _Line(self), str(self._path))
            except OSError:
                if loop.time() > until:
                    self._unsent.clear()
                    self.lost(None)
                    return
                await asyncio.sleep(LOOK_S)
            else:
                self._line = line
                self._flush()
                return


class _Line(asyncio.Protocol):
    """One connection to the writer."""

    def __init__(self, handing: Handing) -> None:
        self._handing = handing
        self._gathered = frames.Gathered()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not an isinstance: uvloop's transports are not asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._gathered.add(data):
                self._handing.heard(frames.told(body))
        except FrameError:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._handing.lost(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _end(asked: _Asked, place: int, outcome: Record | BaseException) -> None:
    asked.outcomes[place] = outcome
    asked.left -= 1
    if asked.left == 0 and not asked.ended.done():  # whoever waited may have given up
        asked.ended.set_result(None)
