"""Sends ready-made requests over keep-alive connections, and times the answers.

In: one line of JSON (a Job); a file of whole HTTP requests, each behind its length. Out: one line
of JSON: how many, in how many seconds, how slow the slow ones were. Never here: making a request.

Run as a process of its own. A client that signs, parses and checks would take the core that the
server is being measured on, so this one does next to nothing: it writes bytes and reads as many as
the answer announces.
"""

import asyncio
import json
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import uvloop

_LENGTH = struct.Struct(">I")
_HEAD_END = b"\r\n\r\n"
_CONTENT_LENGTH = b"content-length:"
_STATUS = slice(9, 12)


class LoadError(RuntimeError):
    """The server answered otherwise than it must."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to send: which file, to whom, over how many connections, expecting which status."""

    host: str
    port: int
    clients: int
    file: str
    expect: int
    timeout_s: float


@dataclass(slots=True)
class Pending:
    """How many answers are still to come, and what ends with the last of them."""

    left: int
    done: "asyncio.Future[None]"

    def one_less(self) -> None:
        """End with the last answer."""
        self.left -= 1
        if self.left == 0 and not self.done.done():
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        """End with an error."""
        if not self.done.done():
            self.done.set_exception(error)


@dataclass(slots=True, kw_only=True)
class Work(Pending):
    """What is left to send, and what has come back."""

    requests: Iterator[bytes]
    expect: bytes
    seconds: list[float] = field(default_factory=list)

    def answered(self, status: bytes, answer: bytes, seconds: float) -> None:
        """Note one answer; end the work with the last, or with the first wrong one."""
        if status != self.expect:
            words = answer.partition(_HEAD_END)[2][:300].decode(errors="replace")
            self.fail(LoadError(f"answered {status.decode(errors='replace')}: {words}"))
            return
        self.seconds.append(seconds)
        self.one_less()


class Client(asyncio.Protocol):
    """One connection: sends a request when the answer to the one before is whole."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._held = b""
        self._needs = 0
        self._since = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection; `send` begins."""
        # Not an isinstance: uvloop's transports are not asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def send(self) -> None:
        """Send the next request, if any is left."""
        request = next(self._work.requests, None)
        if request is not None and self._transport is not None:
            self._since = time.perf_counter()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Gather an answer until it is as long as it says."""
        self._held = self._held + data if self._held else data
        if not self._needs:
            end = self._held.find(_HEAD_END)
            if end < 0:
                return
            try:
                self._needs = end + len(_HEAD_END) + content_length(self._held[:end])
            except LoadError as error:
                self._work.fail(error)
                return
        if len(self._held) >= self._needs:
            answer, self._held, self._needs = self._held, b"", 0
            self._work.answered(answer[_STATUS], answer, time.perf_counter() - self._since)
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the work if anything of it was left."""
        self._work.fail(LoadError(f"a connection ended early: {type(exc).__name__}"))

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


def content_length(head: bytes) -> int:
    """Return how long the body is that follows `head`.

    Raises:
        LoadError: it does not say so.
    """
    for header in head.lower().split(b"\r\n"):
        if header.startswith(_CONTENT_LENGTH):
            return int(header.removeprefix(_CONTENT_LENGTH))
    raise LoadError("an answer does not say how long it is")


def write_requests(path: Path, requests: Iterable[bytes]) -> int:
    """Write requests to a file for a job; return how many."""
    count = 0
    with path.open("wb") as file:
        for count, request in enumerate(requests, 1):  # noqa: B007 - the last number is the count
            file.write(_LENGTH.pack(len(request)))
            file.write(request)
    return count


def read_requests(path: Path) -> list[bytes]:
    """Read the requests of a job."""
    data, found, at = path.read_bytes(), [], 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        found.append(data[at : at + length])
        at += length
    return found


async def send_all(job: Job, requests: list[bytes], clients: int) -> dict[str, Any]:
    """Send every request over that many connections; return counts and times.

    Raises:
        LoadError: a wrong answer, or a connection that ended.
        TimeoutError: it took longer than the job allows.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    work = Work(len(requests), done, requests=iter(requests), expect=str(job.expect).encode())
    opened = [
        (await loop.create_connection(lambda: Client(work), job.host, job.port))[1]
        for _ in range(clients)
    ]
    started = time.perf_counter()
    try:
        for client in opened:
            client.send()
        async with asyncio.timeout(job.timeout_s):
            await done
        seconds = time.perf_counter() - started
    finally:
        for client in opened:
            client.close()
    slowest = sorted(work.seconds)
    return {
        "count": len(slowest),
        "seconds": seconds,
        "p50_ms": 1000 * slowest[len(slowest) // 2],
        "p95_ms": 1000 * slowest[len(slowest) * 95 // 100],
        "p99_ms": 1000 * slowest[len(slowest) * 99 // 100],
    }


def main() -> None:
    """Do one job: read it, say ready, wait for the word, send, say what was found."""
    job = Job(**json.loads(sys.stdin.readline()))
    requests = read_requests(Path(job.file))
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    found = uvloop.run(send_all(job, requests, min(job.clients, len(requests))))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
