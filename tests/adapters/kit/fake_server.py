"""The fake hub on a port: real HTTP on loopback, with a script of faults for each path.

In: requests. Out: the fake's answers, or 503, 500, 401, or a connection cut before or after acting.
Never here: what an answer says; see fake_hub.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from adapters.kit.answers import RECEIPT
from tests.adapters.kit.fake_hub import AGENCY, SUBJECT, Answer, FakeHub, plain

Route = Callable[[FakeHub, str, dict[str, str], bytes, str], Answer]


def _post_event(hub: FakeHub, _: str, __: dict[str, str], body: bytes, fault: str) -> Answer:
    answer = hub.take(body)
    return Answer(answer.status, answer.body) if fault == "no_receipt" else answer


def _timeline(hub: FakeHub, at: str, query: dict[str, str], body: bytes, fault: str) -> Answer:
    if at != SUBJECT:
        return _unknown(hub, at, query, body, fault)
    return hub.disclosed(hub.pages[int(query.get("after", "0"))], 200, fault)


def _desk(hub: FakeHub, _: str, __: dict[str, str], body: bytes, fault: str) -> Answer:
    if json.loads(body)["necessary"]:
        return hub.disclosed({"items": []}, 201, fault)
    return hub.disclosed({"outcome": "refused", "reasons": []}, 403, fault, "refused")


def _listed(hub: FakeHub, _: str, __: dict[str, str], ___: bytes, fault: str) -> Answer:
    return hub.disclosed({"listed": []}, 200, fault)


def _unknown(hub: FakeHub, _: str, __: dict[str, str], ___: bytes, fault: str) -> Answer:
    return hub.disclosed({"type": "urn:hub:problem:unknown"}, 404, fault, "refused")


def _stream(hub: FakeHub, _: str, __: dict[str, str], ___: bytes, fault: str) -> Answer:
    """Answer with all that waits as one round, as a stream that then ends."""
    sets = dict(hub.notices)
    told = hub.disclosed({"sets": sets, "moreAvailable": False}, 200, fault)
    lines = [": ping", "", "event: notices", f"data: {told.body.decode()}", ""]
    if RECEIPT in told.headers:
        lines += ["event: receipt", f"data: {told.headers[RECEIPT]}", ""]
    body = "".join(f"{line}\r\n" for line in lines).encode()
    return Answer(200, body, {"Content-Type": "text/event-stream"})


def _statement(hub: FakeHub, month: str, __: dict[str, str], ___: bytes, ____: str) -> Answer:
    found = hub.statements.get(month)
    return Answer(404, b"{}") if found is None else plain({"statement": found, "proof": None})


ROUTES: dict[str, Route] = {
    r"POST /events": _post_event,
    r"POST /events/batch": lambda hub, _, __, body, ___: hub.batch(body),
    r"POST /events/poll": lambda hub, _, __, body, fault: hub.poll(body, fault),
    r"GET /receipts/(.+)": lambda hub, at, *_: hub.receipt(at),
    r"GET /agencies": lambda *_: plain({"agencies": [{"slug": AGENCY}]}),
    r"GET /agencies/hub/jwks": lambda hub, *_: plain({"keys": [hub.key.public_jwk()]}),
    r"GET /subjects/(.+)/timeline": _timeline,
    r"POST /disclosures": _desk,
    r"POST /subjects/find": _listed,
    r"GET /disclosures": _listed,
    r"GET /disclosures/known": _listed,
    r"GET /disclosures/(.+)": _unknown,
    r"GET /events/stream": _stream,
    r"GET /statements/(.+)": _statement,
    r"GET /subjects/(.+)/disclosures": _listed,
}


def route(hub: FakeHub, method: str, path: str, body: bytes, fault: str) -> Answer:
    url = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    for pattern, answer in ROUTES.items():
        if found := re.fullmatch(pattern, f"{method} {url.path}"):
            return answer(hub, (*found.groups(), "")[0], query, body, fault)
    return Answer(404, b"{}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes; 40 ms a request otherwise
    hub: FakeHub

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:  # silence
        return

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = urlsplit(self.path).path
        with self.hub.lock:
            self.hub.requests.append((self.command, self.path, headers, body))
            waiting = self.hub.faults[path]
            fault = waiting.popleft() if waiting else ""
            answer = self._answer(path, headers, body, fault)
        if fault.startswith("drop"):
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _answer(self, path: str, headers: dict[str, str], body: bytes, fault: str) -> Answer:
        name, _, more = fault.partition(":")
        broken = {
            "busy": Answer(503, b"{}", {"Retry-After": more} if more else {}),
            "error": Answer(500, b"{}"),
            "drop_before": Answer(0),
            "forbidden": Answer(403, b'{"type":"urn:hub:problem:scope"}'),
        }
        if name in broken:
            return broken[name]
        if path == "/oauth2/token":
            return self.hub.token(body, headers, fault)
        token = headers["authorization"].removeprefix("DPoP ")
        jkt = self.hub.proof(headers["dpop"], self.command, path, token)
        if name == "unauthorised" or self.hub.tokens.get(token) != jkt:
            return Answer(401, b"{}")
        return route(self.hub, self.command, self.path, body, fault)


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield hub
        server.shutdown()
        thread.join()
