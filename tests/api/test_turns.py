"""Turns at the door: a flood is refused, and its neighbours are served in between."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hub.api.problems import problem_of
from hub.api.turns import A_ROUND, ShareUsedError, Turns
from hub.ledger.record import OverloadedError


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401 - what the work gives
    return asyncio.run(work())


def test_a_flood_waits_behind_its_neighbour() -> None:
    """However many one agency sent before, another's event is checked after one of them."""

    async def work() -> list[str]:
        turns, order = Turns(a_round=1), list[str]()

        async def one(agency: str) -> None:
            await turns.turn(agency)
            order.append(agency)

        flood = [asyncio.create_task(one("flood")) for _ in range(200)]
        await asyncio.sleep(0)
        calm = [asyncio.create_task(one("calm")) for _ in range(3)]
        await asyncio.gather(*flood, *calm)
        return order

    order = run(work)
    assert len(order) == 203
    places = [place for place, agency in enumerate(order) if agency == "calm"]
    assert places[0] <= A_ROUND
    assert places[-1] - places[0] <= 4  # one of the flood between each


def test_every_turn_comes_and_one_given_up_holds_nobody_up() -> None:
    async def work() -> int:
        turns, served = Turns(a_round=2), 0

        async def one() -> None:
            nonlocal served
            await turns.turn("a")
            served += 1

        tasks = [asyncio.create_task(one()) for _ in range(50)]
        await asyncio.sleep(0)
        for task in tasks[10:20]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return served

    assert run(work) == 40


def test_what_is_over_a_share_is_refused_and_others_are_let_in() -> None:
    turns = Turns(each=3, most=5)
    with turns.share("a", 2), turns.share("a"):
        with pytest.raises(ShareUsedError), turns.share("a"):
            pass
        with turns.share("b", 2), pytest.raises(OverloadedError), turns.share("c"):
            pass
        assert turns.under_way == 3
    assert turns.under_way == 0
    with turns.share("a", 4):  # a batch larger than the share, with nothing else under way
        assert turns.under_way == 4


def test_both_refusals_say_when_to_come_back() -> None:
    refused = [problem_of(error) for error in (ShareUsedError(), OverloadedError())]
    assert [(p.status, p.headers) for p in refused] == [
        (429, {"Retry-After": "1"}),
        (503, {"Retry-After": "1"}),
    ]
