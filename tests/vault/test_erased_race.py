"""Erasure against reading: nothing of a person leaves behind the leaf that says they are erased."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from uuid import UUID

import pytest

from contracts.police import Hold
from hub.audit.erasure import Erased, Erasure, ObstacleError, Order
from hub.disclosure.ask import Answer
from hub.ledger.frontdoor import FrontDoor, Own
from hub.ledger.record import Record
from hub.shredding import erasure_of
from tests.disclosure.scene import ADVOCATE, consented, numbered, search_for
from tests.support.parts import Parts, items_of, known

READS = 12


def order_of(subject: UUID) -> Order:
    return Order(subject=subject, reason="court_order", approved_by=("one", "two"))


def told(erased: Erased) -> set[str]:
    """Return the answers that a certificate lists."""
    return {one["dis"] for one in erased.claims["told"]}


class Interrupted:
    """The front door, at which something else happens just before the hub's word is taken."""

    def __init__(self, door: FrontDoor, happens: Callable[[], Awaitable[object]]) -> None:
        self._door, self._happens, self.said = door, happens, 0

    async def say(self, own: Own) -> Record:
        """Let it happen, once."""
        self.said += 1
        if self.said == 1:
            await self._happens()
        return await self._door.say(own)


async def race(parts: Parts, subject: UUID, chance: Random) -> tuple[list[Answer], Erased]:
    """Let somebody be read again and again while they are erased."""

    async def read(pause_s: float) -> Answer:
        await asyncio.sleep(pause_s)
        return await parts.hub.desk.timeline(parts.ask(ADVOCATE, subject))

    async def erase() -> Erased:
        await asyncio.sleep(0.1)
        return await erasure_of(parts.hub).erase(order_of(subject))

    reading = asyncio.gather(*(read(chance.uniform(0, 0.3)) for _ in range(READS)))
    return await asyncio.gather(reading, erase())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_leaves_behind_the_leaf_whoever_is_quicker(own: Parts, seed: int) -> None:
    subject = consented(own, numbered(seed))
    answers, erased = own.run(race(own, subject, Random(seed)))  # noqa: S311 - a test's order
    ((leaf,),) = own.rows("SELECT position FROM ledger.header WHERE kind = 'shred'")
    shown = own.rows(
        "SELECT position, jti FROM ledger.header WHERE partner = %s"
        " AND jsonb_array_length(coalesce(routing->'items', '[]')) > 0", ADVOCATE,
    )  # fmt: skip
    assert all(position < leaf for position, _ in shown)
    assert told(erased) == {str(jti) for _, jti in shown}
    assert {a.jti for a in answers if items_of(a)} <= {jti for _, jti in shown}
    assert len(answers) == READS
    assert {a.reason for a in answers if not items_of(a)} <= {"erased"}
    last = own.timeline(ADVOCATE, subject)
    assert (last.outcome, last.reason) == ("refused", "erased")


def interrupted(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[object]]
) -> tuple[Interrupted, Erasure]:
    door = Interrupted(parts.hub.door, happens)
    erasure = erasure_of(parts.hub)
    monkeypatch.setattr(erasure, "_door", door)
    return door, erasure


def test_the_first_certificate_lists_an_answer_that_came_between_looking_and_the_leaf(
    own: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = consented(own, numbered(4))
    answers: list[Answer] = []

    async def read() -> None:
        answers.append(await own.hub.desk.timeline(own.ask(ADVOCATE, subject)))

    door, erasure = interrupted(own, monkeypatch, read)
    erased = own.run(erasure.erase(order_of(subject)))
    assert items_of(answers[0])
    assert (told(erased), door.said) == ({str(answers[0].jti)}, 2)


def test_a_hold_that_came_between_looking_and_the_leaf_keeps_what_is_held(
    own: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = consented(own, numbered(5))

    hold = Hold.model_validate({"about": "adult", "implicated": (), "until": "2027-01-01"})
    token = own.sign("police-b", hold, known(subject))

    door, erasure = interrupted(own, monkeypatch, lambda: own.hub.door.post(token, "police-b"))
    with pytest.raises(ObstacleError, match="the police hold"):
        own.run(erasure.erase(order_of(subject)))
    assert own.rows("SELECT 1 FROM ledger.header WHERE kind = 'shred'") == []
    assert (own.timeline(ADVOCATE, subject).outcome, door.said) == ("released", 1)


def test_between_the_leaf_and_the_end_of_the_key_nothing_is_read_or_found(
    own: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = numbered(6)
    subject = consented(own, number)
    erasure = erasure_of(own.hub)
    destroy, answers = erasure._destroy, list[Answer]()

    async def later(one: UUID) -> bool:
        assert own.rows("SELECT state FROM ledger.subject_key WHERE key_id = %s", one) == [
            ("live",)
        ]
        answers.append(await own.hub.desk.timeline(own.ask(ADVOCATE, subject)))
        answers.append(await own.hub.finder.find(search_for(ADVOCATE, number)))
        return await destroy(one)

    monkeypatch.setattr(erasure, "_destroy", later)
    erased = own.run(erasure.erase(order_of(subject)))
    read, found = answers
    assert (read.outcome, read.reason, told(erased)) == ("refused", "erased", set())
    assert json.loads(found.body) == {"subjects": []}
