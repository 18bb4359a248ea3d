"""An answer leaves when the log covers it; on a promise while the log stands still; then not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hub.api.problems import problem_of
from hub.disclosure.ask import Answer
from hub.disclosure.receipt import DUE_S
from hub.ids import SystemSource
from hub.ledger import covering
from hub.ledger.covering import PATIENCE_S, PROMISED_S
from hub.ledger.record import LogStandsError
from hub.telemetry import REGISTRY
from tests.disclosure.scene import claims, recorded
from tests.log.world import LogWorld
from tests.support.parts import Enrolled, Parts, concern, opened

PARTNER = "council-a"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer give up because the machine is slow: here only the ledger's clock counts."""
    monkeypatch.setattr(covering, "WAIT_S", 120.0)


@pytest.fixture
def awaiting(enrolled: Enrolled, fresh_hub: str) -> Iterator[Parts]:
    """Yield a hub whose answers wait for the log."""
    with opened(fresh_hub, enrolled.keys_dir, receipts="await") as hub:
        yield hub


@pytest.fixture
def log(awaiting: Parts, tmp_path: Path) -> Iterator[LogWorld]:
    """Yield its log, which only goes on when a test says so."""
    with LogWorld.opened(awaiting.owner, tmp_path / "anchor") as world:
        world.sequence()
        yield world


@pytest.fixture
def subject(log: LogWorld, awaiting: Parts) -> UUID:
    """Return somebody the partner may read about, all of it in the log."""
    found = awaiting.post("gp-c", concern()).subject
    awaiting.project()
    log.sequence()
    return found


def later(parts: Parts, log: LogWorld, *asked: Any) -> list[Answer]:  # noqa: ANN401 - coroutines
    """Ask everything at once, see that nothing is answered, go on with the log, and return all."""

    async def run() -> list[Answer]:
        tasks = [asyncio.ensure_future(one) for one in asked]
        done, _ = await asyncio.wait(tasks, timeout=0.5)
        assert not done
        await asyncio.to_thread(log.sequence)
        return list(await asyncio.gather(*tasks))

    return parts.run(run())


def stand_still(parts: Parts, seconds: float) -> None:
    """Let a row wait that long for its leaf."""
    parts.post("gp-c", concern(harm="not in the log"))
    parts.hub.clock.advance(seconds)  # type: ignore[attr-defined] # a FixedClock


def test_an_answer_waits_until_a_signed_checkpoint_covers_it(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    ask = awaiting.ask(PARTNER, subject)
    (answer,) = later(awaiting, log, awaiting.hub.desk.timeline(ask))
    position = recorded(awaiting, answer)["position"]
    said = claims(answer.receipt)
    assert said["idx"] == position - 1
    assert said["size"] == log.one("SELECT max(size) FROM ledger.tlog_checkpoint") >= position
    assert "due" not in said


def test_all_that_wait_are_covered_by_one_checkpoint(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    ask = awaiting.ask(PARTNER, subject)
    before = log.one("SELECT count(*) FROM ledger.tlog_checkpoint")
    answers = later(awaiting, log, *(awaiting.hub.desk.timeline(ask) for _ in range(5)))
    assert {claims(a.receipt)["size"] for a in answers} == {awaiting.head()}
    assert log.one("SELECT count(*) FROM ledger.tlog_checkpoint") == before + 1


def test_a_hidden_subject_and_an_unknown_one_wait_alike(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    asks = [awaiting.ask("home-e", s) for s in (subject, SystemSource().uuid())]
    hidden, unknown = later(awaiting, log, *(awaiting.hub.desk.timeline(a) for a in asks))
    assert hidden.body == unknown.body
    assert claims(hidden.receipt).keys() == claims(unknown.receipt).keys()
    assert claims(hidden.receipt)["size"] == claims(unknown.receipt)["size"]


def test_the_receipt_asked_for_again_is_the_same(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    (answer,) = later(awaiting, log, awaiting.hub.desk.timeline(awaiting.ask(PARTNER, subject)))
    log.rows(3)
    log.sequence()
    found = awaiting.run(awaiting.hub.auditor.receipt(PARTNER, answer.jti, officer=False))
    assert found is not None
    assert found.text == answer.receipt


def test_while_the_log_stands_still_an_answer_leaves_on_a_promise(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    stand_still(awaiting, PATIENCE_S + 1)
    before = REGISTRY.get_sample_value("hub_answers_promised_total") or 0
    answer = awaiting.timeline(PARTNER, subject)
    position = recorded(awaiting, answer)["position"]
    said = claims(answer.receipt)
    assert (said["idx"], said["due"]) == (position - 1, said["iat"] + DUE_S)
    assert "size" not in said
    assert REGISTRY.get_sample_value("hub_answers_promised_total") == before + 1
    assert REGISTRY.get_sample_value("hub_log_behind_seconds") == PATIENCE_S + 1
    log.sequence()
    found = awaiting.run(awaiting.hub.auditor.receipt(PARTNER, answer.jti, officer=False))
    assert found is not None
    assert claims(found.text)["size"] == awaiting.head()


def test_after_that_nothing_is_recorded_and_nothing_leaves(
    awaiting: Parts, log: LogWorld, subject: UUID
) -> None:
    stand_still(awaiting, PROMISED_S + 1)
    before = awaiting.head()
    with pytest.raises(LogStandsError) as refused:
        awaiting.timeline(PARTNER, subject)
    assert awaiting.head() == before
    answered = problem_of(refused.value).response()
    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "30")
    log.sequence()
    (answer,) = later(awaiting, log, awaiting.hub.desk.timeline(awaiting.ask(PARTNER, subject)))
    assert claims(answer.receipt)["size"] == awaiting.head()


def test_an_answer_that_waits_too_long_is_recorded_and_does_not_leave(
    awaiting: Parts, subject: UUID
) -> None:
    ask = awaiting.ask(PARTNER, subject)

    async def outlasted() -> None:
        task = asyncio.ensure_future(awaiting.hub.desk.timeline(ask))
        await asyncio.wait({task}, timeout=0.5)
        awaiting.hub.clock.advance(PROMISED_S + 1)  # type: ignore[attr-defined] # a FixedClock
        with pytest.raises(LogStandsError):
            await task

    before = awaiting.head()
    awaiting.run(outlasted())
    assert awaiting.head() == before + 1


def test_that_the_log_stands_still_is_said_once_and_that_it_goes_on_again(
    awaiting: Parts, log: LogWorld, subject: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_still(awaiting, PATIENCE_S + 1)
    for _ in range(3):
        awaiting.run(awaiting.hub.covering.watch())
    log.sequence()
    awaiting.run(awaiting.hub.covering.watch())
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if "log." in line]
    assert ["log.stands" in line for line in lines] == [True, False]
    assert "log.moves" in lines[1]
    assert subject is not None
