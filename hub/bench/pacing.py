"""Sends requests at a steady pace while listening to a partner's stream, and times both.

In: one line of JSON (a Pace); files of whole requests. Out: one line of JSON: how long answers
took, and how long after an event was sent the partner had its notice. Never here: a request made.

Times count from when a request was due, not from when a connection was free: a server that stalls
is charged with all who waited.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvloop

from hub.bench.load import LoadError, content_length, read_requests
from hub.intake.encoding import decode

CONNECTIONS: Final = 16
PATIENCE_S: Final = 10.0
_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Pace:
    """What to send, how many a second, and what to listen to."""

    host: str
    port: int
    writes: str
    writes_per_s: float
    reads: str
    reads_per_s: float
    stream: str


@dataclass(slots=True)
class Heard:
    """When each position was posted, and when the partner heard of it."""

    expected: int
    posted: dict[int, float] = field(default_factory=dict)
    heard: dict[int | None, float] = field(default_factory=dict)
    whole: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self) -> None:
        """Say so once every position posted was heard of."""
        if len(self.posted) == self.expected and self.posted.keys() <= self.heard.keys():
            self.whole.set()

    def lags(self) -> list[float]:
        """Return how long each took."""
        return [self.heard[place] - at for place, at in self.posted.items() if place in self.heard]


async def main_of(job: Pace) -> dict[str, Any]:
    """Do a job.

    Raises:
        LoadError: an answer was wrong, or a notice did not come.
    """
    writes, reads = read_requests(Path(job.writes)), read_requests(Path(job.reads))
    seen = Heard(len(writes))
    ready = asyncio.Event()
    listening = asyncio.create_task(_listen(job, seen, ready))
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    took = await asyncio.gather(
        _paced(job, writes, job.writes_per_s, seen), _paced(job, reads, job.reads_per_s, None)
    )
    with suppress(TimeoutError):
        await asyncio.wait_for(seen.whole.wait(), PATIENCE_S)
    listening.cancel()
    if not seen.whole.is_set():
        raise LoadError(f"{len(writes) - len(seen.lags())} notices did not come")
    return {"lags": seen.lags(), "writes": took[0], "reads": took[1]}


async def _paced(job: Pace, requests: list[bytes], per_s: float, seen: Heard | None) -> list[float]:
    """Send each request when it is due; return how long after that its answer was there."""
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(min(CONNECTIONS, len(requests))):
        free.put_nowait(await asyncio.open_connection(job.host, job.port))
    took: list[float] = []

    async def one(request: bytes, due: float) -> None:
        reader, writer = await free.get()
        writer.write(request)
        head = await reader.readuntil(_END)
        await reader.readexactly(content_length(head[: -len(_END)]))
        if not head.startswith(b"HTTP/1.1 2"):
            raise LoadError(f"answered {head[9:12].decode()}")
        took.append(loop.time() - due)
        free.put_nowait((reader, writer))
        if seen is not None:
            seen.posted[position_of(head)] = due
            seen.look()

    start = loop.time()
    async with asyncio.TaskGroup() as group:
        for n, request in enumerate(requests):
            due = start + n / per_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            group.create_task(one(request, due))
    while not free.empty():
        free.get_nowait()[1].close()
    return took


async def _listen(job: Pace, seen: Heard, ready: asyncio.Event) -> None:
    """Note when each position is first named by the stream."""
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(job.host, job.port)
    try:
        writer.write(bytes.fromhex(job.stream))
        head = await reader.readuntil(_END)
        if not head.startswith(b"HTTP/1.1 200"):
            raise LoadError("the stream was refused")
        ready.set()
        async for line in _lines(reader):
            if line.startswith(b'data: {"sets"'):
                for token in json.loads(line[len(b"data: ") :])["sets"].values():
                    seen.heard.setdefault(_named(token), loop.time())
                seen.look()
    finally:
        writer.close()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the lines of a body that comes in chunks (RFC 9112 section 7.1)."""
    held = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        held += (await reader.readexactly(size + 2))[:-2]
        *lines, held = held.split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")


def position_of(head: bytes) -> int:
    """Return the position that an answer's receipt names."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"hub-receipt":
            place: int = json.loads(decode(value.strip().split(b".")[1]))["pos"]
            return place
    raise LoadError("an answer brings no receipt")


def _named(token: str) -> int | None:
    """Return the position of the item that a notice points to."""
    (said,) = json.loads(decode(token.split(".")[1].encode()))["events"].values()
    place: int | None = said.get("item_position")
    return place


def main() -> None:
    """Do one job: read it, say ready, wait for the word, send and listen, say what was found."""
    job = Pace(**json.loads(sys.stdin.readline()))
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(uvloop.run(main_of(job))) + "\n")


if __name__ == "__main__":
    main()
