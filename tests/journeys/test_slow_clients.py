"""Clients that send at a trickle, or do not read: they hold up nobody, and lose nothing."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from adapters.kit import sign_event
from contracts.concern import ConcernRaised
from tests.journeys.people import person
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

SLOW = 40
PROMPT_S = 10.0
"""Half of what a body may take to arrive, on however busy a machine the tests run."""


@pytest.fixture(scope="module")
def slow(hub: RunningHub) -> SignedIn:
    return hub.signed_in("oak-gp")


@pytest.fixture(scope="module")
def quick(hub: RunningHub) -> SignedIn:
    return hub.signed_in("north-council")


@pytest.fixture(scope="module")
def number(hub: RunningHub) -> str:
    return hub.nhs_number()


def event(by: SignedIn, number: str) -> bytes:
    now = int(time.time())
    return sign_event(
        ConcernRaised(about="adult"), person(number), key=by.key,
        issuer=f"{HUB_URI}/agencies/{by.agency}", audience=HUB_URI, iat=now, toe=now, jti=new_id(),
    )  # fmt: skip


def head(by: SignedIn, method: str, path: str, length: int) -> bytes:
    lines = {"Host": "hub", "Content-Length": str(length), **EVENT, **by.headers(method, path)}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode()


@contextmanager
def lines(hub: RunningHub, count: int, room: int = 65_536) -> Iterator[list[socket.socket]]:
    """Yield connections to the hub, with that much room for what is not read."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in opened:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            one.settimeout(30)
            one.connect((hub.settings.host, hub.settings.port))
        yield opened


def answer(line: socket.socket) -> tuple[int, str]:
    """Return an answer's status and receipt."""
    held = b""
    while b"\r\n\r\n" not in held:
        piece = line.recv(65_536)
        assert piece, "the hub hung up"
        held += piece
    status, *fields = held.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    named = dict(one.split(": ", 1) for one in fields)
    return int(status.split()[1]), named.get("hub-receipt", "")


def others_are_served(quick: SignedIn, number: str) -> None:
    for _ in range(3):
        began = time.monotonic()
        posted = quick.send("POST", "/events", content=event(quick, number), headers=EVENT)
        assert posted.status_code == 202
        assert time.monotonic() - began < PROMPT_S


def test_bodies_that_trickle_in_hold_up_nobody_and_are_taken_in_the_end(
    hub: RunningHub, slow: SignedIn, quick: SignedIn, number: str
) -> None:
    events = [event(slow, number) for _ in range(SLOW)]
    with lines(hub, SLOW) as opened:
        for line, token in zip(opened, events, strict=True):
            line.sendall(head(slow, "POST", "/events", len(token)) + token[:50])
        for line, token in zip(opened, events, strict=True):
            line.sendall(token[50:51])
        others_are_served(quick, number)
        for line, token in zip(opened, events, strict=True):
            line.sendall(token[51:])
        answers = [answer(line) for line in opened]
    assert {status for status, _ in answers} == {202}
    again = slow.send("POST", "/events", content=events[0], headers=EVENT)
    assert again.headers["hub-receipt"] == answers[0][1]


def test_answers_that_nobody_reads_hold_up_nobody_and_stand(
    hub: RunningHub, slow: SignedIn, quick: SignedIn, number: str
) -> None:
    tokens = [event(slow, number) for _ in range(8)]
    with lines(hub, len(tokens)) as posting, lines(hub, 4, room=2_048) as deaf:
        for line in deaf:  # far more than the connection holds
            line.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: hub\r\n\r\n" * 20)
        for line, token in zip(posting, tokens, strict=True):
            line.sendall(head(slow, "POST", "/events", len(token)) + token)
        others_are_served(quick, number)
        late = [answer(line) for line in posting]
    assert {status for status, _ in late} == {202}
    for token, (_, receipt) in zip(tokens[:2], late[:2], strict=True):
        again = slow.send("POST", "/events", content=token, headers=EVENT)
        assert again.headers["hub-receipt"] == receipt
