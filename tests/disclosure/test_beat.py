"""On the beat: what takes a little longer leaves at the same moment, what nobody timed at once."""

import asyncio
import time

import pytest

from hub.disclosure.beat import BEAT_S, BEGAN, on_the_beat


async def left_after(worked_s: float) -> float:
    """Return how long after its coming a request leaves that took so long itself."""
    began = time.monotonic()
    BEGAN.set(began)
    time.sleep(worked_s)  # noqa: ASYNC251 - work, which is nothing but time here
    await on_the_beat()
    return time.monotonic() - began


@pytest.mark.parametrize("worked_s", [0.0, 0.004, 0.0041, 1.2 * BEAT_S])
def test_a_request_leaves_no_sooner_than_the_end_of_its_beat(worked_s: float) -> None:
    """Never before; how little after depends on the machine, and is measured elsewhere."""
    took = asyncio.run(left_after(worked_s))
    assert took >= BEAT_S * (1 + worked_s // BEAT_S)


def test_what_nobody_timed_is_not_held() -> None:
    async def work() -> bool:
        BEGAN.set(None)
        held = asyncio.ensure_future(on_the_beat())
        await asyncio.sleep(0)
        return held.done()

    assert asyncio.run(work())
