"""The writer: each draft is stored once, refused by name, or told to come back."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, ProgrammingError

from hub.clock import FixedClock
from hub.ledger.append import MAX_BATCH, MAX_WAITING
from hub.ledger.record import (
    JtiReusedError,
    LedgerError,
    OverloadedError,
    Record,
    UnavailableError,
)
from tests.ledger.blocking import Blocking, held_up
from tests.ledger.made import Writer, check, made, nhs, stated, writer


def test_what_is_new_gets_the_next_place_and_is_answered_with_it(ledger: Writer) -> None:
    records = [ledger.one(made(name)) for name in "abc"]
    assert [(r.position, r.seen) for r in records] == [(1, False), (2, False), (3, False)]
    assert check(ledger.url) == 3


def test_the_same_again_gets_its_first_place_and_nothing_is_stored(ledger: Writer) -> None:
    first = ledger.one(made("a"))
    ledger.one(made("b"))
    assert isinstance(ledger.clock, FixedClock)
    ledger.clock.advance(60)
    again = ledger.one(made("a"))
    assert (again.position, again.recorded_at_ms, again.seen) == (1, first.recorded_at_ms, True)
    assert check(ledger.url) == 2


def test_a_jti_used_for_other_content_is_refused_and_the_first_stands(ledger: Writer) -> None:
    ledger.one(made("a", facts=(stated("at_risk", "yes"),)))
    (other,) = ledger.put(made("a", content="changed", facts=(stated("at_risk", "no"),)))
    assert isinstance(other, JtiReusedError)
    assert ledger.rows("SELECT value FROM ledger.fact_current") == [("yes",)]


def test_two_agencies_may_use_the_same_jti(ledger: Writer) -> None:
    placed = [ledger.one(made("a", agency=who)).position for who in ("gp-c", "trust-d")]
    assert placed == [1, 2]


def test_one_batch_may_hold_a_jti_many_times_and_it_is_stored_once(
    ledger: Writer, blocking: Blocking
) -> None:
    held_up(ledger, blocking)
    futures = ledger.appender.submit_many([made("twin") for _ in range(20)])
    futures += ledger.appender.submit_many([made("twin", content="other")])
    blocking.hold.set()
    answers = [f.exception(20) or f.result() for f in futures]
    twins = answers[:20]
    assert {r.position for r in twins if isinstance(r, Record)} == {2}
    assert [r.seen for r in twins if isinstance(r, Record)].count(False) == 1
    assert isinstance(answers[20], JtiReusedError)
    assert check(ledger.url) == 2


def test_a_draft_that_does_not_fit_is_refused_alone(ledger: Writer, blocking: Blocking) -> None:
    bad = made("bad")
    blocking.poison = frozenset({bad.token})
    drafts = [made(f"good {n}", named=(nhs(n),)) for n in range(37)]
    drafts.insert(17, bad)
    held_up(ledger, blocking)
    futures = ledger.appender.submit_many(drafts)
    blocking.hold.set()
    answers = [f.exception(20) or f.result() for f in futures]
    assert type(answers.pop(17)) is LedgerError
    assert all(isinstance(a, Record) for a in answers)
    assert check(ledger.url) == 38


def test_what_the_database_itself_cannot_hold_is_refused_alone(ledger: Writer) -> None:
    nul = made("nul", facts=(stated("at_risk", "y\x00"),))
    answers = ledger.put(made("a"), nul, made("b"))
    assert [isinstance(a, Record) for a in answers] == [True, False, True]
    assert isinstance(answers[1], LedgerError)
    assert check(ledger.url) == 2


def test_an_altered_key_row_holds_up_its_own_subject_only(database_url: str) -> None:
    with writer(database_url) as before:
        spoilt = before.one(made("a", named=(nhs(1),))).subject
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("UPDATE ledger.subject_key SET wrapped = set_byte(wrapped, 20, 0)")
        owner.execute("UPDATE ledger.subject_key SET wrapped = set_byte(wrapped, 21, 0)")
    with writer(database_url) as after:
        answers = after.put(made("b", subject=spoilt), made("c", named=(nhs(2),)))
    assert isinstance(answers[0], UnavailableError)
    assert isinstance(answers[1], Record)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unknown_outcome_is_asked_again_and_stored_once(
    ledger: Writer, blocking: Blocking, when: str
) -> None:
    blocking.failures = [(when, OperationalError("the connection is gone"))]
    record = ledger.one(made("a"))
    assert (record.position, record.seen) == (1, when == "after")
    assert check(ledger.url) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_store_that_stays_away_is_told_to_each_caller_and_a_resend_is_safe(
    ledger: Writer, blocking: Blocking, when: str
) -> None:
    blocking.failures = [(when, OperationalError("gone")) for _ in range(2)]
    (answer,) = ledger.put(made("a", partner="council-a"))
    assert isinstance(answer, UnavailableError)
    assert check(ledger.url) == (0 if when == "before" else 1)
    resent = ledger.one(made("a", partner="council-a"))
    assert (resent.position, resent.pseq) == (1, 1)
    assert check(ledger.url) == 1


@pytest.mark.parametrize(
    "called_off",
    [psycopg.errors.DiskFull, psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled],
)
def test_what_the_server_called_off_is_not_tried_twice(
    ledger: Writer, blocking: Blocking, called_off: type[psycopg.Error]
) -> None:
    error = OperationalError("called off")
    error.__cause__ = called_off()
    blocking.failures = [("before", error)]
    (answer,) = ledger.put(made("a"))
    assert isinstance(answer, UnavailableError)
    assert blocking.calls == [1]
    assert ledger.one(made("a")).position == 1


def test_a_writer_that_fails_in_a_way_nobody_foresaw_answers_and_goes_on(
    ledger: Writer, blocking: Blocking
) -> None:
    blocking.failures = [("before", RuntimeError("a bug"))]
    (answer,) = ledger.put(made("a"))
    assert isinstance(answer, UnavailableError)
    assert ledger.one(made("a")).position == 1


def test_a_store_that_refuses_the_statement_itself_says_unavailable(
    ledger: Writer, blocking: Blocking
) -> None:
    blocking.failures = [("before", ProgrammingError("no such function"))]
    (answer,) = ledger.put(made("a"))
    assert isinstance(answer, UnavailableError)


def test_whoever_gives_up_waiting_takes_nobody_else_down(
    ledger: Writer, blocking: Blocking
) -> None:
    held_up(ledger, blocking)
    impatient, patient = ledger.appender.submit_many([made("a"), made("b")])
    impatient.cancel()
    blocking.hold.set()
    assert patient.result(20).position == 3
    assert check(ledger.url) == 3


def test_a_full_queue_takes_nothing_and_says_so(ledger: Writer, blocking: Blocking) -> None:
    blocking.hold.clear()
    many = [made(f"n{n}", named=(nhs(n % 7),)) for n in range(MAX_WAITING - MAX_BATCH)]
    futures = ledger.appender.submit_many(many)
    while ledger.appender.depth > len(many) - MAX_BATCH:
        pass  # the writer has taken its first batch
    with pytest.raises(OverloadedError):
        ledger.appender.submit_many([made(f"m{n}") for n in range(2 * MAX_BATCH + 1)])
    blocking.hold.set()
    assert sorted(f.result(60).position for f in futures) == list(range(1, len(many) + 1))
    assert max(blocking.calls) <= MAX_BATCH


def test_closing_stores_what_waits_and_takes_no_more(database_url: str) -> None:
    with writer(database_url) as opened:
        futures = opened.appender.submit_many([made(f"n{n}") for n in range(50)])
        opened.appender.close()
        assert {f.done() for f in futures} == {True}
        with pytest.raises(UnavailableError):
            opened.appender.submit(made("late"))
    assert check(database_url) == 50


def test_numbers_for_a_partner_have_no_gap_whoever_writes(database_url: str) -> None:
    def write(who: int) -> list[int | None]:
        with writer(database_url) as one:
            futures = [
                one.appender.submit(made(f"{who} {n}", partner=f"p{n % 3}", named=(nhs(n % 5),)))
                for n in range(100)
            ]
            return [f.result(20).pseq for f in futures]

    with ThreadPoolExecutor(4) as pool:
        numbers = [n for got in pool.map(write, range(4)) for n in got if n is not None]
    assert len(numbers) == 400
    assert check(database_url) == 400
