"""What one batch does to facts and guards is what two batches would do; time goes forward."""

import pytest

from hub.clock import FixedClock
from hub.ledger.append import Appender
from hub.ledger.record import (
    Guard,
    Identifier,
    Record,
    StaleError,
    UnknownSubjectError,
)
from hub.ledger.store import Sealed
from tests.ledger.blocking import Blocking, held_up
from tests.ledger.made import Writer, about_item, check, made, stated, writer
from tests.support.ledger_rows import DAY_S, START_S, uid


def test_the_later_of_two_facts_stands_in_one_batch_as_in_two(ledger: Writer) -> None:
    subject = ledger.one(made("a")).subject
    for names in (("b", "c"), ("d",), ("e",)):
        ledger.put(*(made(n, subject=subject, facts=(stated("consent", n),)) for n in names))
    assert ledger.fact(f"s:{subject}", "consent") == "e"
    check(ledger.url)


@pytest.mark.parametrize("together", [True, False])
def test_nothing_said_later_brings_a_retracted_item_back(ledger: Writer, *, together: bool) -> None:
    item = uid("item")
    said = [
        made(f"{n}", facts=(about_item(value, item),))
        for n, value in enumerate(("disputed", "retracted", "disputed", "live", "retracted"))
    ]
    if together:
        ledger.put(*said)
    else:
        for draft in said:
            ledger.one(draft)
    assert ledger.fact(f"i:gp-c:{item}", "item_status") == "retracted"
    assert check(ledger.url) == 5


def test_a_fact_ends_its_days_after_what_it_tells_of(ledger: Writer) -> None:
    ledger.one(made("a", facts=(stated("imminent_threat", "yes", lasts_days=3),)))
    assert ledger.rows("SELECT expires_at FROM ledger.fact_current") == [(START_S + 3 * DAY_S,)]


def test_a_guard_refuses_what_rests_on_old_news(ledger: Writer) -> None:
    first = ledger.one(made("a", facts=(stated("consent", "given"),)))
    key = f"s:{first.subject}"
    held = made("b", subject=first.subject, guards=(Guard(key, first.position),))
    assert isinstance(ledger.put(held)[0], Record)
    ledger.one(made("c", subject=first.subject, facts=(stated("consent", "withdrawn"),)))
    late = made("d", subject=first.subject, guards=(Guard(key, first.position),))
    assert isinstance(ledger.put(late)[0], StaleError)
    assert check(ledger.url) == 3


def test_news_that_only_touches_a_key_is_news(ledger: Writer) -> None:
    ledger.one(made("a", touches=("k:gp-c",)))
    stale = ledger.put(made("b", guards=(Guard("k:gp-c", 0),)))
    assert isinstance(stale[0], StaleError)
    assert isinstance(ledger.put(made("c", guards=(Guard("k:gp-c", 1),)))[0], Record)


def test_a_batch_puts_what_rests_on_facts_before_the_news(
    ledger: Writer, blocking: Blocking
) -> None:
    subject = ledger.one(made("a", facts=(stated("consent", "given"),))).subject
    guard = (Guard(f"s:{subject}", 1),)
    news = made("news", subject=subject, facts=(stated("consent", "withdrawn"),))
    told = made("told", subject=subject, guards=guard, kind="disclosure", partner="council-a")
    key = made("key", kind="key", touches=("k:gp-c",))
    event = made("event", guards=(Guard("k:gp-c", 0),))
    held_up(ledger, blocking)
    futures = ledger.appender.submit_many([key, news, told, event])
    blocking.hold.set()
    assert [f.result(20).position for f in futures] == [6, 4, 3, 5]


def test_in_one_batch_nothing_that_rests_on_a_key_gets_a_place_after_its_news(
    ledger: Writer,
) -> None:
    news = made("news", kind="key", touches=("k:gp-c",))
    rival = made("rival", kind="key", touches=("k:gp-c",), guards=(Guard("k:gp-c", 0),))
    prepared = [e for e in ledger.resolver.prepare([news, rival]) if isinstance(e, Sealed)]
    placed = ledger.recorder.append(prepared, START_S * 1000)
    assert [p.status for p in placed] == ["stored", "stale"]


def test_time_in_the_ledger_never_runs_back(database_url: str) -> None:
    early, late = FixedClock(START_S * 1000), FixedClock((START_S + 60) * 1000)
    with writer(database_url, clock=late) as ahead, writer(database_url, clock=early) as behind:
        first = ahead.one(made("a"))
        assert behind.one(made("b")).recorded_at_ms == first.recorded_at_ms
        late.advance(-3600)
        assert ahead.one(made("c")).recorded_at_ms == first.recorded_at_ms
    assert check(database_url) == 3


def test_many_events_in_one_millisecond_each_have_a_place(ledger: Writer) -> None:
    answers = ledger.put(*(made(f"{n}") for n in range(200)))
    assert sorted(r.position for r in answers if isinstance(r, Record)) == list(range(1, 201))
    assert check(ledger.url) == 200


def test_an_event_that_names_nobody_is_refused(ledger: Writer) -> None:
    (answer,) = ledger.put(made("a", named=(Identifier("name_birth", "x", exact=False),)))
    assert isinstance(answer, UnknownSubjectError)
    assert isinstance(ledger.appender, Appender)
