"""The load generator, against a server of a few lines in the same event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.bench.load import (
    Job,
    LoadError,
    content_length,
    read_requests,
    send_all,
    write_requests,
)

HOST = "127.0.0.1"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def request(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Server:
    """Answers each request with the same bytes, in pieces, and keeps what it was sent."""

    def __init__(self, answer: bytes, piece: int = 7, closes: bool = False) -> None:  # noqa: FBT001, FBT002
        self.answer = answer
        self.piece = piece
        self.closes = closes
        self.bodies: list[bytes] = []
        self.connections = 0
        self.busy = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.busy += 1
                self.bodies.append(await reader.readexactly(content_length(head)))
                if self.closes:
                    break
                for at in range(0, len(self.answer), self.piece):
                    writer.write(self.answer[at : at + self.piece])
                    await asyncio.sleep(0)
                self.busy -= 1
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self.serve, HOST, 0)
        async with server:
            yield server.sockets[0].getsockname()[1]


async def sent(server: Server, requests: list[bytes], clients: int) -> dict[str, float]:
    async with server.listening() as port:
        job = Job(HOST, port, clients, "", expect=200, timeout_s=5)
        return await send_all(job, requests, clients)


def test_every_request_is_sent_once_and_every_answer_counted() -> None:
    server = Server(ANSWER)
    bodies = [b"%d" % n for n in range(50)]
    found = asyncio.run(sent(server, [request(b) for b in bodies], 4))
    assert sorted(server.bodies) == sorted(bodies)
    assert server.connections == 4
    assert found["count"] == 50
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["seconds"] * 1000


def test_an_answer_of_another_status_ends_the_work_with_its_words() -> None:
    refused = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nlate"
    with pytest.raises(LoadError, match="401: late"):
        asyncio.run(sent(Server(refused), [request(b"x")], 1))


def test_an_answer_without_a_length_is_refused_rather_than_guessed() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with pytest.raises(LoadError, match="how long"):
        asyncio.run(sent(Server(endless, piece=1000), [request(b"x")], 1))


def test_a_connection_that_ends_early_is_an_error_and_not_a_fast_answer() -> None:
    with pytest.raises(LoadError, match="ended early"):
        asyncio.run(sent(Server(ANSWER, closes=True), [request(b"x")] * 3, 1))


def test_requests_come_back_from_a_file_as_they_were_written(tmp_path: Path) -> None:
    requests = [b"", b"a", bytes(range(256)) * 300]
    assert write_requests(tmp_path / "r", iter(requests)) == 3
    assert read_requests(tmp_path / "r") == requests
