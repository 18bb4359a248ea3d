"""Erasure against reading: nothing of a person leaves behind the leaf that says they are erased."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from hub.audit.erasure import Order
from hub.disclosure.ask import Answer
from hub.shredding import erasure_of
from tests.disclosure.scene import ADVOCATE, consented, numbered
from tests.support.parts import Parts, items_of

READS = 12


async def race(parts: Parts, subject: UUID, chance: Random) -> list[Answer]:
    """Let somebody be read again and again while they are erased."""
    order = Order(subject=subject, reason="court_order", approved_by=("one", "two"))

    async def read(pause_s: float) -> Answer:
        await asyncio.sleep(pause_s)
        return await parts.hub.desk.timeline(parts.ask(ADVOCATE, subject))

    async def erase() -> None:
        await asyncio.sleep(0.1)
        await erasure_of(parts.hub).erase(order)

    reading = [read(chance.uniform(0, 0.3)) for _ in range(READS)]
    *answers, _ = await asyncio.gather(*reading, erase())
    return [answer for answer in answers if answer is not None]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_leaves_behind_the_leaf_whoever_is_quicker(own: Parts, seed: int) -> None:
    subject = consented(own, numbered(seed))
    answers = own.run(race(own, subject, Random(seed)))  # noqa: S311 - the order of a test
    ((leaf,),) = own.rows("SELECT position FROM ledger.header WHERE kind = 'shred'")
    shown = own.rows(
        "SELECT position, jti FROM ledger.header WHERE partner = %s"
        " AND jsonb_array_length(coalesce(routing->'items', '[]')) > 0", ADVOCATE,
    )  # fmt: skip
    assert all(position < leaf for position, _ in shown)
    assert {a.jti for a in answers if items_of(a)} <= {jti for _, jti in shown}
    assert len(answers) == READS
    assert {a.reason for a in answers if not items_of(a)} <= {"erased"}
    last = own.timeline(ADVOCATE, subject)
    assert (last.outcome, last.reason) == ("refused", "erased")
