"""Nobody is woken early, or left waiting; how late depends on the machine, and is not asked."""

import asyncio
import time

from hub.api.metronome import Metronome


def test_all_wake_in_their_order_and_none_before_its_time() -> None:
    async def work() -> list[tuple[int, bool]]:
        metronome, woken, now = Metronome(), [], time.monotonic()

        async def one(number: int, after_s: float) -> None:
            await metronome.until(now + after_s)
            woken.append((number, time.monotonic() >= now + after_s))

        async with asyncio.timeout(10):
            # The second is due before the first, which the thread sleeps for already.
            await asyncio.gather(one(1, 0.06), one(2, 0.03), one(3, 0.09), one(4, 0.0))
        return woken

    assert asyncio.run(work()) == [(4, True), (2, True), (1, True), (3, True)]


def test_who_left_is_not_woken_and_who_stayed_is() -> None:
    metronome = Metronome()

    async def leave() -> None:
        waiting = asyncio.ensure_future(metronome.until(time.monotonic() + 0.02))
        await asyncio.sleep(0)
        waiting.cancel()

    async def stay() -> None:
        await asyncio.wait_for(metronome.until(time.monotonic() + 0.03), 10)

    asyncio.run(leave())  # and its loop ends
    asyncio.run(stay())


def test_what_is_past_is_not_waited_for() -> None:
    metronome = Metronome()
    asyncio.run(metronome.until(time.monotonic() - 1))
    assert metronome._thread is None
