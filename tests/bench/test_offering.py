"""What is offered past the hub's pace: each answer is counted as what it is, or the run fails."""

import asyncio
import json
import subprocess
import sys

import pytest

from hub.bench.load import LoadError
from hub.bench.offering import Line, Noted
from hub.intake.encoding import encode

RECEIPT = b"e30." + encode(json.dumps({"pos": 7}).encode()) + b".c2ln"


def noted(*heads: bytes) -> Noted:
    async def work() -> Noted:
        found = Noted(len(heads), asyncio.get_running_loop().create_future())
        for head in heads:
            found.answered(head, 0.01)
        await found.done
        return found

    return asyncio.run(work())


def test_an_acceptance_is_kept_with_its_place_and_a_refusal_is_counted() -> None:
    found = noted(
        b"HTTP/1.1 202 Accepted\r\nhub-receipt: " + RECEIPT,
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1",
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1",
    )
    assert (found.positions, found.refused, len(found.took)) == ([7], 2, 1)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0",
        b"HTTP/1.1 500 Internal Server Error\r\nretry-after: 1",
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 0",
    ],
    ids=["a refusal without a time", "an error", "an acceptance without a receipt"],
)
def test_any_other_answer_fails_the_run(head: bytes) -> None:
    with pytest.raises(LoadError):
        noted(head)


def test_an_idle_connection_may_close_and_one_with_a_request_under_way_may_not() -> None:
    async def work() -> Noted:
        found = Noted(2, asyncio.get_running_loop().create_future())
        idle, busy = Line(found), Line(found)
        idle.send(b"", 0.0)
        idle.data_received(b"HTTP/1.1 429 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")
        assert found.idle == [idle]
        idle.connection_lost(None)
        assert (found.idle, found.done.done()) == ([], False)
        busy.send(b"", 0.0)
        busy.connection_lost(None)
        await found.done
        return found

    with pytest.raises(LoadError):
        asyncio.run(work())


def test_what_meets_the_end_of_an_idle_connection_is_sent_again() -> None:
    async def work() -> list[tuple[bytes, float]]:
        found = Noted(2, asyncio.get_running_loop().create_future())
        line = Line(found)
        line.send(b"one", 0.0)
        line.data_received(b"HTTP/1.1 429 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")
        found.idle.remove(line)
        line.send(b"two", 0.5)
        line.connection_lost(ConnectionResetError())
        assert (found.done.done(), found.lost.is_set()) == (False, True)
        return found.crossed

    assert asyncio.run(work()) == [(b"two", 0.5)]


@pytest.mark.heavy
def test_the_scenarios_of_too_much_run_and_lose_nothing() -> None:
    only = ("--only", "intake-stock,overload,fairness", "--runs", "1", "--quick", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *only], capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert min(*told["figures"].values(), *told["ceilings"].values()) > 0
    assert told["counts"]["overload accepted"] > 0
