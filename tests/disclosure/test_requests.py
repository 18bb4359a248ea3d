"""Stated requests: one id, one answer, to the byte; whatever crashes or comes twice."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest

from hub.disclosure.ask import Answer, Ask, RequestIdReusedError
from hub.disclosure.requests import CLAIM_S, KEPT_S, Requests
from hub.ledger.record import SubjectErasedError, UnavailableError
from tests.disclosure.scene import ADVOCATE, consented, recorded, withdraw
from tests.support.ledger_rows import uid
from tests.support.parts import Parts

ID = UUID(uid("request"))
NOBODY = UUID(uid("nobody"))


def register_size(parts: Parts) -> int:
    return len(parts.rows("SELECT 1 FROM ledger.header WHERE kind = 'disclosure'"))


def ask_of(parts: Parts, subject: UUID) -> Ask:
    return parts.ask(ADVOCATE, subject, stated=True, channel="disclosure", request_id=ID)


def test_the_same_request_again_gets_the_first_answer_to_the_byte(parts: Parts) -> None:
    subject = consented(parts)
    first = parts.request(ADVOCATE, subject, request_id=ID)
    withdraw(parts, subject)
    again = parts.request(ADVOCATE, subject, request_id=ID)
    assert (again.body, again.receipt, again.jti) == (first.body, first.receipt, first.jti)
    assert register_size(parts) == 1
    recorded(parts, first)


def test_a_refusal_is_kept_as_well(parts: Parts) -> None:
    first = parts.request("home-e", NOBODY, request_id=ID)
    again = parts.request("home-e", NOBODY, request_id=ID)
    assert (first.outcome, again.body, again.receipt) == ("refused", first.body, first.receipt)
    assert register_size(parts) == 1


def test_another_request_under_the_same_id_is_refused_and_leaves_no_record(parts: Parts) -> None:
    subject = consented(parts)
    parts.request(ADVOCATE, subject, request_id=ID)
    with pytest.raises(RequestIdReusedError):
        parts.request(ADVOCATE, subject, request_id=ID, emergency=True)
    assert register_size(parts) == 1


def test_an_id_is_each_partners_own(parts: Parts) -> None:
    subject = consented(parts)
    ours = parts.request(ADVOCATE, subject, request_id=ID)
    theirs = parts.request("gp-c", subject, request_id=ID)
    assert ours.jti != theirs.jti


def test_a_request_without_an_id_is_refused(parts: Parts) -> None:
    ask = parts.ask(ADVOCATE, NOBODY, stated=True)
    with pytest.raises(RequestIdReusedError):
        parts.run(parts.hub.requests.answer(ask, b""))


def test_twins_that_come_together_are_one_record_and_one_answer(parts: Parts) -> None:
    subject = consented(parts)
    ask = ask_of(parts, subject)

    async def twins() -> list[Answer | BaseException]:
        asks = (parts.hub.requests.answer(ask, b"asked") for _ in range(8))
        return await asyncio.gather(*asks, return_exceptions=True)

    answers = parts.run(twins())
    bodies = {a.body for a in answers if isinstance(a, Answer)}
    assert len(bodies) == 1
    assert all(isinstance(a, Answer | UnavailableError) for a in answers)
    assert register_size(parts) == 1
    assert parts.run(parts.hub.requests.answer(ask, b"asked")).body in bodies


class Dying(Requests):
    """Dies between the record and the keeping of the answer."""

    async def _keep(self, *_: Any) -> None:  # noqa: ANN401
        raise KeyboardInterrupt


def test_whoever_died_after_the_record_keeps_the_id_for_a_while_and_then_it_lapses(
    parts: Parts,
) -> None:
    subject = consented(parts)
    hub, ask = parts.hub, ask_of(parts, subject)
    dying = Dying(hub.pool, hub.desk, hub.opening, hub.clock)

    async def die() -> None:
        with pytest.raises(KeyboardInterrupt):
            await dying.answer(ask, b"asked")

    parts.run(die())
    assert register_size(parts) == 1
    parts.hub.clock.advance(CLAIM_S)  # type: ignore[attr-defined] # a FixedClock
    with pytest.raises(UnavailableError):
        parts.run(hub.requests.answer(ask, b"asked"))
    parts.hub.clock.advance(1)  # type: ignore[attr-defined]
    answer = parts.run(hub.requests.answer(ask, b"asked"))
    # Two on record, one released: the partner's chain shows the first as a number never received.
    assert recorded(parts, answer)["pseq"] == register_size(parts) == 2
    assert parts.run(hub.requests.answer(ask, b"asked")).receipt == answer.receipt


class Slow(Requests):
    """Takes so long with its first answer that somebody else answers meanwhile."""

    other: Requests
    second: list[Answer]

    async def _keep(self, ask: Ask, request_id: UUID, answer: Answer, claimed_at: int) -> None:
        self._clock.advance(CLAIM_S + 1)  # type: ignore[attr-defined]
        self.second.append(await self.other.answer(ask, b"asked"))
        await super()._keep(ask, request_id, answer, claimed_at)


def test_whoever_was_overtaken_releases_nothing(parts: Parts) -> None:
    subject = consented(parts)
    hub, ask = parts.hub, ask_of(parts, subject)
    slow = Slow(hub.pool, hub.desk, hub.opening, hub.clock)
    slow.other, slow.second = hub.requests, []
    with pytest.raises(UnavailableError):
        parts.run(slow.answer(ask, b"asked"))
    assert parts.run(hub.requests.answer(ask, b"asked")).receipt == slow.second[0].receipt


def test_a_request_that_could_not_be_recorded_may_be_made_again_at_once(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = consented(parts)

    async def away(_self: object, _own: object) -> None:
        raise UnavailableError("the store did not answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(parts.hub.door), "say", away)
        with pytest.raises(UnavailableError):
            parts.request(ADVOCATE, subject, request_id=ID)
    assert parts.request(ADVOCATE, subject, request_id=ID).outcome == "released"


def test_the_first_failure_is_told_though_letting_go_fails_too(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = consented(parts)

    async def away(_self: object, _own: object) -> None:
        raise UnavailableError("the store did not answer")

    async def gone(*_: Any) -> None:  # noqa: ANN401
        raise psycopg.OperationalError

    monkeypatch.setattr(type(parts.hub.door), "say", away)
    monkeypatch.setattr(Requests, "_let_go", gone)
    with pytest.raises(UnavailableError):
        parts.request(ADVOCATE, subject, request_id=ID)


def test_an_answer_is_kept_sealed_and_dropped_after_a_day(parts: Parts) -> None:
    subject = consented(parts)
    answer = parts.request(ADVOCATE, subject, request_id=ID)
    ((body, key_id),) = parts.rows("SELECT body, key_id FROM ops.answer")
    assert key_id == subject
    assert str(subject).encode() not in body
    assert len(body) > len(answer.body)
    parts.run(parts.hub.requests.forget(parts.now + KEPT_S))
    assert len(parts.rows("SELECT 1 FROM ops.answer")) == 1
    parts.run(parts.hub.requests.forget(parts.now + KEPT_S + 1))
    assert parts.rows("SELECT 1 FROM ops.answer") == []


def test_after_the_person_was_erased_the_kept_answer_does_not_open(parts: Parts) -> None:
    subject = consented(parts)
    parts.request(ADVOCATE, subject, request_id=ID)
    parts.rows("UPDATE ledger.subject_key SET state = 'destroyed' WHERE key_id = %s", subject)
    with pytest.raises(SubjectErasedError):
        parts.request(ADVOCATE, subject, request_id=ID)


def test_a_kept_answer_moved_to_another_request_does_not_open(parts: Parts) -> None:
    subject = consented(parts)
    parts.request(ADVOCATE, subject, request_id=ID)
    moved = UUID(uid("moved"))
    parts.request(ADVOCATE, subject, request_id=moved, emergency=True)
    parts.rows(
        "UPDATE ops.answer SET body = (SELECT body FROM ops.answer WHERE request_id = %s)"
        " WHERE request_id = %s",
        ID, moved,
    )  # fmt: skip
    with pytest.raises(Exception, match="does not open"):
        parts.request(ADVOCATE, subject, request_id=moved, emergency=True)
