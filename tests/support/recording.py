"""A reverse proxy on loopback that keeps every answer it passes on, and writes a proxy's log.

In: where the hub listens. Out: `Recording`: what was asked, what was answered, to the byte.
Never here: a change of anything that passes.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from adapters.kit import authorities

HOST = "127.0.0.1"
_HOP = frozenset({"connection", "transfer-encoding", "content-length", "host", "keep-alive"})


@dataclass(slots=True)
class Passed:
    """One answer that passed."""

    at: float
    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def receipt(self) -> str:
        """Return the answer's receipt, if it has one."""
        return self.headers.get("hub-receipt", "")

    @property
    def digest(self) -> str:
        """Return the digest of its bytes, as a receipt's `bd` gives it."""
        raw = hashlib.sha256(self.body).digest()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(slots=True)
class Recording:
    """A running proxy. Set `target` before anybody asks."""

    url: str
    target: str = ""
    passed: list[Passed] = field(default_factory=list)
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=60, verify=authorities())
    )

    def log(self, path: Path) -> Path:
        """Write what a proxy's log would say, and return where."""
        lines = (
            {
                "at": one.at, "method": one.method, "path": one.path, "status": one.status,
                "bytes": len(one.body), "receipt": one.receipt, "digest": one.digest,
                "disclosures": one.headers.get("hub-disclosures", ""),
            }
            for one in self.passed
        )  # fmt: skip
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recording: Recording

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:  # silence
        return

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        sent = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
        try:
            self._answer(sent, body)
        except httpx.ConnectError:
            self.send_error(502)

    def _answer(self, sent: dict[str, str], body: bytes) -> None:
        one = self.recording
        # A stream that says nothing more is let go, so that nobody waits for it at the end.
        wait_s = 6 if self.path.startswith("/events/stream") else 60
        with one.http.stream(
            self.command, one.target + self.path, content=body, headers=sent, timeout=wait_s
        ) as answer:
            seen = Passed(
                time.time(), self.command, self.path.partition("?")[0], answer.status_code,
                {k.lower(): v for k, v in answer.headers.items()},
            )  # fmt: skip
            streams = "event-stream" in seen.headers.get("content-type", "")
            if not streams:
                seen.body = answer.read()
            one.passed.append(seen)
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            length = ("Connection", "close") if streams else ("Content-Length", str(len(seen.body)))
            self.send_header(*length)
            self.end_headers()
            if not streams:
                if self.command != "HEAD":
                    self.wfile.write(seen.body)
                return
            self.close_connection = True
            with suppress(OSError, httpx.HTTPError):
                for piece in answer.iter_raw():
                    seen.body += piece
                    self.wfile.write(piece)
                    self.wfile.flush()


@contextmanager
def recording() -> Iterator[Recording]:
    """Yield a running proxy, and end it."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    one = Recording(f"http://{HOST}:{server.server_address[1]}")
    handler.recording = one  # type: ignore[attr-defined] # its own class's attribute
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        one.http.close()
