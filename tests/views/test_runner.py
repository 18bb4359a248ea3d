"""The projector: the same rows whatever the batches, nothing lost or doubled, poison passed by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any, Never

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, sql

from contracts.consent import CapacityAssessed, ConsentGiven
from contracts.enquiry import EvidenceAdded
from hub.rulebook import Rulebook
from hub.views import register, store, tables
from hub.views.days import starts_at
from hub.views.rebuild import COMPARED
from hub.views.rows import HeaderRow
from hub.views.runner import Projector, connect
from tests.support.ledger_rows import Posted, append, uid
from tests.support.postgres import Postgres
from tests.views.story import TURN, Step, Story
from tests.views.test_case_file import enquiry, entitled

steps = st.lists(
    st.builds(
        Step,
        what=st.integers(0, 12),
        who=st.integers(0, 11),
        subject=st.integers(0, 2),
        target=st.integers(0, 11),
        later_s=st.sampled_from([1, 3600, 86_400, 200_000]),
    ),
    min_size=5,
    max_size=40,
)


def rows(connection: Connection[Any], schema: str = tables.SCHEMA) -> dict[str, list[str]]:
    """Return every row of every table, as text."""
    found = {}
    for table in COMPARED:
        statement = sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(
            sql.Identifier(schema, table)
        )
        found[table] = [row[0] for row in connection.execute(statement).fetchall()]
    return found


@contextmanager
def database(postgres: Postgres) -> Iterator[Connection[Any]]:
    name = postgres.create(postgres.template(views=True))
    try:
        with connect(postgres.url(name)) as connection:
            yield connection
    finally:
        postgres.drop(name)


@pytest.mark.heavy
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=steps)
def test_the_rows_are_the_same_in_batches_of_any_size_and_when_followed_live(
    postgres: Postgres, turning: Rulebook, told: list[Step]
) -> None:
    with database(postgres) as connection:
        live = Projector(turning, now_ms=lambda: 0)
        story = Story(connection)
        story.agencies("council-a", "police-a", "trust-a", "home-a")
        for step in told:
            story.play([step])
            live.catch_up(connection)
            live.sweep(connection, story.now_s)
        expected = rows(connection)
        assert expected["parked"] == []
        for batch in (1, 7, 1000):
            schema = f"views_{batch}"
            tables.create(connection, schema)
            # Two subjects in memory at a time: what is loaded again must be what was dropped.
            projector = Projector(
                turning, now_ms=lambda: 0, schema=schema, batch=batch, keep=2 if batch == 7 else 99
            )
            projector.catch_up(connection)
            projector.sweep(connection, story.now_s)
            assert rows(connection, schema) == expected


def test_a_day_on_which_the_law_changes_decides_anew_whether_or_not_an_event_comes(
    story: Story, turning: Rulebook, connection: Connection[Any]
) -> None:
    projector = Projector(turning, now_ms=lambda: 0)
    evidence = enquiry(story, "home-a")
    projector.catch_up(connection)
    projector.sweep(connection, starts_at(TURN) - 1)
    before = "home-a" in entitled(connection, evidence)
    projector.sweep(connection, starts_at(TURN))
    assert (before, "home-a" in entitled(connection, evidence)) == (False, True)


def test_an_event_of_no_known_type_is_parked_and_the_others_go_on(
    story: Story, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    evidence = enquiry(story, "home-a")
    odd = Posted(
        agency="police-a",
        subject=uid("anna"),
        jti=uid("odd"),
        type_uri="https://hub.example/events/nobody-knows/v1",
        occurred_at=story.now_s,
        facts=[
            (f"s:{uid('anna')}", "hold", "active", None),
            (f"r:{uid('anna')}:home-a", "recipient_implicated", "yes", None),
        ],
    )
    (place,) = append(connection, [odd], at_ms=story.now_s * 1000)
    after = story.post("trust-a", EvidenceAdded)
    told: list[tuple[int, str]] = []

    def hear(row: HeaderRow, error_class: str) -> None:
        told.append((row.position, error_class))

    projector = Projector(rulebook, now_ms=lambda: 0, on_parked=hear)
    assert projector.catch_up(connection) == story.places[after]
    parked = connection.execute("SELECT * FROM views_v1.parked").fetchall()
    assert parked == [(place, odd.type_uri, "KeyError")]
    assert told == [(place, "KeyError")]
    # The hold it stated counts all the same.
    assert "home-a" not in entitled(connection, evidence) | entitled(connection, after)


def test_an_event_whose_facts_cannot_be_read_is_parked_too(
    story: Story, projector: Projector, connection: Connection[Any]
) -> None:
    odd = Posted(
        agency="police-a",
        subject=uid("anna"),
        jti=uid("odd"),
        type_uri=EvidenceAdded.TYPE,
        occurred_at=story.now_s,
        facts=[("s:nobody", "hold", "active", None)],
    )
    (place,) = append(connection, [odd], at_ms=story.now_s * 1000)
    after = story.post("trust-a", EvidenceAdded)
    assert projector.catch_up(connection) == story.places[after]
    parked = connection.execute("SELECT position FROM views_v1.parked").fetchall()
    assert parked == [(place,)]


def test_a_fault_of_the_database_parks_nothing(
    story: Story,
    projector: Projector,
    connection: Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story.post("trust-a", EvidenceAdded)
    before = rows(connection)

    def full(*_: object) -> Never:
        raise psycopg.errors.DiskFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_settings", full)
        with pytest.raises(psycopg.errors.DiskFull):
            projector.catch_up(connection)
    assert rows(connection) == before
    projector.catch_up(connection)
    assert rows(connection)["item"] != []


def test_a_batch_that_was_lost_half_way_is_folded_again_and_not_doubled(
    story: Story,
    rulebook: Rulebook,
    projector: Projector,
    connection: Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story.play(Step(n, n, n, n) for n in range(26))
    with monkeypatch.context() as patched:

        def killed(*_: object) -> Never:
            raise psycopg.OperationalError("the connection is lost")

        patched.setattr(register, "add", killed)
        with pytest.raises(psycopg.OperationalError):
            projector.catch_up(connection)
    projector.catch_up(connection)
    tables.create(connection, "views_other")
    Projector(rulebook, now_ms=lambda: 0, schema="views_other").catch_up(connection)
    assert rows(connection) == rows(connection, "views_other")


def test_two_projectors_in_turns_fold_each_event_once(
    story: Story, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    turns = [Projector(rulebook, now_ms=lambda: 0, batch=3) for _ in range(2)]
    for n in range(20):
        story.play([Step(n, n + 1, n, n)])
        turns[n % 2].catch_up(connection)
    tables.create(connection, "views_other")
    Projector(rulebook, now_ms=lambda: 0, schema="views_other").catch_up(connection)
    assert rows(connection) == rows(connection, "views_other")


def test_views_of_another_rulebook_are_decided_anew_before_they_are_added_to(
    story: Story, projector: Projector, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    evidence = enquiry(story, "home-a")
    without = tuple(rule for rule in rulebook.rules if rule.id != "s42-cooperation")
    other = replace(rulebook, rules=without, sha256="f" * 64, text_sha256="f" * 64)
    Projector(other, now_ms=lambda: 0).catch_up(connection)
    assert "home-a" not in entitled(connection, evidence)
    story.post("trust-a", EvidenceAdded)
    projector.catch_up(connection)
    assert "home-a" in entitled(connection, evidence)
    stands = connection.execute("SELECT rulebook FROM views_v1.tracking").fetchone()
    assert stands == (rulebook.sha256,)


@contextmanager
def running(url: str, projector: Projector) -> Iterator[Event]:
    stop = Event()
    thread = Thread(target=projector.run, args=(url, stop))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold within a minute, which a busy machine may take."""
    pause = Event()
    return any(holds() or pause.wait(0.02) for _ in range(3000))


def test_a_running_projector_hears_of_new_events_and_lets_time_pass(
    hub_database: str, story: Story, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    now_ms = [story.now_s * 1000]
    evidence = story.post("trust-a", EvidenceAdded)
    with running(hub_database, Projector(rulebook, now_ms=lambda: now_ms[0])):
        assert until(lambda: bool(entitled(connection, evidence)))
        story.post("trust-a", CapacityAssessed, decision="information_sharing", result="has")
        story.post("trust-a", ConsentGiven, recipients=("home-a",), lasts_days=1)
        assert until(lambda: "home-a" in entitled(connection, evidence))
        now_ms[0] += 2 * 86_400_000
        assert until(lambda: "home-a" not in entitled(connection, evidence))


def test_a_second_projector_waits_until_the_first_stops(
    hub_database: str, story: Story, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    # Of this database alone: another test's hub may be at work on the same server.
    leading = (
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND l.classid = %s AND d.datname = current_database()"
    )

    def leaders() -> object:
        return connection.execute(leading, [tables.LEADER_LOCK]).fetchone()

    with running(hub_database, Projector(rulebook, now_ms=lambda: 0)) as stop:
        assert until(lambda: leaders() == (1,))
        with running(hub_database, Projector(rulebook, now_ms=lambda: 0)):
            assert leaders() == (1,)
            stop.set()
            evidence = story.post("trust-a", EvidenceAdded)
            assert until(lambda: bool(entitled(connection, evidence)))
            assert until(lambda: leaders() == (1,))


def test_a_projector_goes_on_after_its_connections_are_cut(
    hub_database: str, story: Story, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    with running(hub_database, Projector(rulebook, now_ms=lambda: 0)):
        first = story.post("trust-a", EvidenceAdded)
        assert until(lambda: bool(entitled(connection, first)))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        second = story.post("trust-a", EvidenceAdded)
        assert until(lambda: bool(entitled(connection, second)))
