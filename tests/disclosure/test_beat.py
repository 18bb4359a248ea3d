"""On the beat: what takes a little longer leaves at the same moment, what nobody timed at once."""

import asyncio
import time

import pytest

from hub.disclosure.beat import BEAT, BEAT_S, Beat, refused


async def left_after(worked_s: float) -> float:
    """Return how long after its coming a request leaves that took so long itself."""
    began = time.monotonic()
    beat = Beat(began)
    BEAT.set(beat)
    refused()
    time.sleep(worked_s)  # noqa: ASYNC251 - work, which is nothing but time here
    await beat.end()
    return time.monotonic() - began


@pytest.mark.parametrize("worked_s", [0.0, 0.004, 0.0041, 1.2 * BEAT_S])
def test_a_request_leaves_no_sooner_than_the_end_of_its_beat(worked_s: float) -> None:
    """Never before; how little after depends on the machine, and is measured elsewhere."""
    took = asyncio.run(left_after(worked_s))
    assert took >= BEAT_S * (1 + worked_s // BEAT_S)


def test_what_was_not_refused_is_not_held_and_what_nobody_timed_is_not_marked() -> None:
    async def work() -> bool:
        beat = Beat(time.monotonic())
        refused()  # of no request
        held = asyncio.ensure_future(beat.end())
        await asyncio.sleep(0)
        return held.done()

    assert asyncio.run(work())
