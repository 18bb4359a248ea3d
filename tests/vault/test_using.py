"""Disclosures are used once each, however many answers leave at the same time."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, cast
from uuid import UUID

import pytest
from psycopg import OperationalError

from hub.ledger.record import VaultRefusedError
from hub.vault.using import Use, Uses
from tests.disclosure.scene import consented
from tests.support.ledger_rows import uid
from tests.support.parts import NHS_NUMBERS, Parts
from tests.vault.test_opening import built, made, place, unwraps

ONE, TWO, THREE = (UUID(uid(name)) for name in ("one", "two", "three"))


class Scripted(Uses):
    """Uses that are committed by a script instead of a database."""

    def __init__(self) -> None:
        super().__init__(cast("Any", None))
        self.batches: list[list[UUID]] = []
        self.used: set[UUID] = set()
        self.started, self.go_on = Event(), Event()
        self.breaks = 0
        self.ours = False

    def _used(self, batch: Sequence[Use]) -> set[UUID]:
        self.batches.append([one.dis for one in batch])
        self.started.set()
        self.go_on.wait(5)
        if self.breaks:
            self.breaks -= 1
            raise OperationalError("gone")
        fresh = {one.dis for one in batch} - self.used
        self.used |= fresh
        return fresh

    def _ours(self, one: Use) -> bool:
        return self.ours and one.dis in self.used


def use(dis: UUID) -> Use:
    return Use(1, dis, "digest", ())


def test_what_comes_while_a_commit_is_under_way_shares_the_next() -> None:
    uses = Scripted()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(uses.use, use(ONE))
        uses.started.wait(5)
        others = [threads.submit(uses.use, use(dis)) for dis in (TWO, THREE, TWO)]
        while len(uses._waiting) < 3:
            pass
        uses.go_on.set()
        assert first.result(5)
        assert sorted(one.result(5) for one in others) == [False, True, True]
    assert uses.batches[0] == [ONE]
    assert sorted(uses.batches[1]) == sorted([TWO, THREE])
    assert uses.batches[2:] == [[TWO]]


@pytest.mark.parametrize("ours", [True, False])
def test_where_the_connection_went_a_line_of_this_very_answer_lets_it_go(*, ours: bool) -> None:
    uses = Scripted()
    uses.go_on.set()
    uses.breaks, uses.used, uses.ours = 1, {ONE}, ours
    assert uses.use(use(ONE)) is ours


def test_where_the_store_stays_away_nobody_waits_for_ever_and_nothing_leaves() -> None:
    uses = Scripted()
    uses.go_on.set()
    uses.breaks = 2
    with pytest.raises(OperationalError):
        uses.use(use(ONE))
    assert uses.use(use(ONE))


def test_of_answers_that_leave_together_each_needs_a_record_of_its_own(parts: Parts) -> None:
    position = place(parts, consented(parts, NHS_NUMBERS[1]))
    answers = [built(parts, position) for _ in range(9)]
    records = [made(parts, one, position) for one in answers[:7]]
    asked = [*records, records[0], UUID(uid("no record"))]

    async def together() -> list[bytes | BaseException]:
        opening = parts.hub.opening
        return await asyncio.gather(
            *(opening.release(one.handle, dis) for one, dis in zip(answers, asked, strict=True)),
            return_exceptions=True,
        )

    outcomes = parts.run(together())
    left = [dis for dis, said in zip(asked, outcomes, strict=True) if isinstance(said, bytes)]
    assert sorted(left) == sorted(records)
    assert sum(isinstance(said, VaultRefusedError) for said in outcomes) == 2
    assert sorted(row[0] for row in unwraps(parts)) == sorted(records)
    assert all(row[2:4] == ([position], 1) for row in unwraps(parts))
