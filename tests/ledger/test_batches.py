"""A batch is stored in parts while its rest is checked, and an agency's batches go one by one."""

import asyncio
from collections.abc import Sequence

import pytest

from hub.intake.errors import IntakeError
from hub.ledger.batches import A_PART, Answer, Batches
from hub.ledger.record import Draft, LedgerError, OverloadedError, Record
from tests.ledger.made import made


class Door:
    """Lets everything in, under the jti that its token spells."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def prepare(self, token: bytes, caller: str) -> Draft:
        draft = made(token.decode())
        self.checked.append(f"{caller}:{token.decode()}")
        return draft

    async def again(
        self, token: bytes, caller: str, refusal: IntakeError | None = None
    ) -> Answer:  # pragma: no cover
        raise NotImplementedError

    async def look_again(self) -> None:  # pragma: no cover
        raise NotImplementedError


class Writes:
    """Stores what it is told to, a turn of the loop later."""

    def __init__(self, door: Door, *, refused_from: int = 1_000) -> None:
        self._door = door
        self._refused_from = refused_from
        self.begun: list[tuple[int, int]] = []
        """How many each part holds, and how many events were checked by then."""
        self.ended = 0

    async def store(self, drafts: Sequence[Draft]) -> list[Record | BaseException]:
        self.begun.append((len(drafts), len(self._door.checked)))
        await asyncio.sleep(0)
        if len(self.begun) > self._refused_from:
            raise OverloadedError("too much is waiting to be written")
        await asyncio.sleep(0.01)
        self.ended += 1
        return [LedgerError("stored, as far as this test goes") for _ in drafts]

    def close(self) -> None:
        """Nothing is open."""


def batch(events: int) -> dict[str, bytes]:
    return {str(made(f"e{n}").jti): f"e{n}".encode() for n in range(events)}


async def turn() -> None:
    await asyncio.sleep(0)


def test_the_first_part_is_handed_over_before_the_rest_is_checked() -> None:
    door = Door()
    writes = Writes(door)
    events = batch(2 * A_PART + 1)
    answers = asyncio.run(Batches(door, writes).take(events, "gp-c", turn))
    assert list(answers) == list(events)
    assert [size for size, _ in writes.begun] == [A_PART, A_PART, 1]
    assert writes.begun[0][1] < len(events)


def test_an_agencys_batches_are_checked_one_behind_the_other_and_anothers_beside_them() -> None:
    door = Door()
    batches = Batches(door, Writes(door))

    async def all_at_once() -> None:
        await asyncio.gather(
            *(batches.take(batch(3), agency, turn) for agency in ("gp-c", "gp-c", "trust-d"))
        )

    asyncio.run(all_at_once())
    order = [which.partition(":")[0] for which in door.checked]
    assert [w for w in door.checked if w.startswith("gp-c")] == [
        "gp-c:e0",
        "gp-c:e1",
        "gp-c:e2",
    ] * 2
    assert order[:4] == ["gp-c", "trust-d"] * 2


def test_a_part_that_finds_no_room_is_told_after_the_others_are_done() -> None:
    door = Door()
    writes = Writes(door, refused_from=1)
    with pytest.raises(OverloadedError):
        asyncio.run(Batches(door, writes).take(batch(A_PART + 1), "gp-c", turn))
    assert writes.ended == 1
