"""Offers requests at a pace that the server may not keep, and notes what became of each.

In: one line of JSON (an Offer); a file of whole requests. Out: one line of JSON: how many were
accepted and where, how many were refused, how long the accepted ones took. Never here: a pace that
gives way. Every request is sent when it is due, over a connection that is idle, or a new one where
all are busy.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import uvloop

from hub.bench.figures import latencies
from hub.bench.load import LoadError, Pending, content_length, read_requests
from hub.bench.pacing import position_of
from hub.descriptors import hold_many

ACCEPTED: Final = b"202"
REFUSED: Final = (b"429", b"503")
_END: Final = b"\r\n\r\n"
_STATUS: Final = slice(9, 12)
_AT_ONCE: Final = 64
_RETRY: Final = b"\r\nretry-after:"


@dataclass(frozen=True, slots=True)
class Offer:
    """What to send, to whom, how many a second, and how long to wait for the last answers.

    `connections` are open before the first request is due, for agencies keep theirs: what is
    offered twice over is events, and taking a connection costs as much as half an event.
    """

    host: str
    port: int
    file: str
    per_s: float
    timeout_s: float
    connections: int


@dataclass(slots=True)
class Noted(Pending):
    """What became of the requests so far."""

    idle: "list[Line]" = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: int = 0
    crossed: "list[tuple[bytes, float]]" = field(default_factory=list)
    """What met its connection's end on the way, with when it was due: to be sent again."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, head: bytes, seconds: float) -> None:
        """Note one answer; a refusal must say when to come back, and nothing else may come."""
        status = head[_STATUS]
        if status == ACCEPTED:
            self.positions.append(position_of(head))
            self.took.append(seconds)
        elif status in REFUSED and _RETRY in head.lower():
            self.refused += 1
        else:
            self.fail(LoadError(f"answered {status.decode(errors='replace')}"))
        self.one_less()


class Line(asyncio.Protocol):
    """One connection, with one request under way at most."""

    def __init__(self, noted: Noted) -> None:
        self._noted = noted
        self._held = b""
        self._request = b""
        self._due: float | None = None
        self._idled = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection."""
        # Not an isinstance: uvloop's transports are not asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due then."""
        self._request, self._due = request, due
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Gather an answer; with its end the connection is idle again."""
        self._held += data
        end = self._held.find(_END)
        if end < 0:
            return
        head = self._held[:end]
        if self._due is not None and len(self._held) >= end + len(_END) + content_length(head):
            took = asyncio.get_running_loop().time() - self._due
            self._held, self._due, self._idled = b"", None, True
            self._noted.idle.append(self)
            self._noted.answered(head, took)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the work if a request was under way. What is idle for seconds, the server closes.

        A request that meets that on its way is sent again, as any client must: RFC 9112 9.3.1.
        """
        if self._due is not None and self._idled and not self._held:
            self._noted.crossed.append((self._request, self._due))
            self._noted.lost.set()
        elif self._due is not None:
            self._noted.fail(LoadError(f"a connection ended early: {type(exc).__name__}"))
        elif self in self._noted.idle:
            self._noted.idle.remove(self)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


@dataclass(slots=True)
class Lines:
    """The connections of one offer: as many as there are requests under way."""

    job: Offer
    noted: Noted
    all: list[Line] = field(default_factory=list)

    async def open(self) -> None:
        """Open the connections that an agency keeps, some at a time."""
        while (missing := self.job.connections - len(self.all)) > 0:
            opened = await asyncio.gather(*(self._new() for _ in range(min(missing, _AT_ONCE))))
            self.noted.idle.extend(opened)

    async def send(self, request: bytes, due: float) -> None:
        """Send a request over a connection that is idle, or a new one."""
        line = self.noted.idle.pop() if self.noted.idle else await self._new()
        line.send(request, due)

    async def _new(self) -> Line:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(
            lambda: Line(self.noted), self.job.host, self.job.port
        )
        self.all.append(line)
        return line

    async def send_again(self) -> None:
        """Send again, for as long as it runs, what met its connection's end."""
        while True:
            await self.noted.lost.wait()
            self.noted.lost.clear()
            while self.noted.crossed:
                await self.send(*self.noted.crossed.pop())

    def close(self) -> None:
        """Close them."""
        for line in self.all:
            line.close()


async def offer_all(job: Offer, requests: list[bytes]) -> dict[str, Any]:
    """Open the connections, wait for the word, and send every request when it is due.

    Returns:
        What became of them.

    Raises:
        LoadError: another answer than accepted or refused, or a connection that ended.
        TimeoutError: the last answers did not come in time.
    """
    loop = asyncio.get_running_loop()
    noted = Noted(len(requests), loop.create_future())
    lines = Lines(job, noted)
    await lines.open()
    await asyncio.to_thread(_word)
    resending = asyncio.create_task(lines.send_again())
    start = loop.time()
    sending: list[asyncio.Task[None]] = []
    for n, request in enumerate(requests):
        due = start + n / job.per_s
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        sending.append(asyncio.create_task(lines.send(request, due)))
    offered_s = loop.time() - start
    try:
        async with asyncio.timeout(job.timeout_s):
            await asyncio.gather(*sending)
            await noted.done
        seconds = loop.time() - start
    finally:
        resending.cancel()
        lines.close()
    p50, p95, p99 = latencies(noted.took)
    return {
        "positions": noted.positions,
        "refused": noted.refused,
        "offered_s": offered_s,
        "seconds": seconds,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
    }


def _word() -> None:
    """Say that all is ready, and wait for the word to begin."""
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()


def main() -> None:
    """Do one job: read it, be ready, offer, say what was found."""
    hold_many()
    job = Offer(**json.loads(sys.stdin.readline()))
    requests = read_requests(Path(job.file))
    sys.stdout.write(json.dumps(uvloop.run(offer_all(job, requests))) + "\n")


if __name__ == "__main__":
    main()
