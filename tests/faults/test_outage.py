"""PostgreSQL away, paused, cut off after a commit; an event no fold can read: refused, and over."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest

from adapters.kit import urn
from contracts.consent import ConsentWithdrawn
from tests.faults.faulty import Faulty
from tests.faults.load import ADDRESSED, under_load, verify
from tests.ledger.made import check
from tests.support.hub_process import RunningHub
from tests.support.ledger_rows import Posted, append, uid
from tests.support.parts import concern

SOON_S = 30.0


def somebody(hub: RunningHub) -> tuple[str, str]:
    """Return the NHS number and id of a person both readers may know of."""
    number = hub.nhs_number()
    hub.post("poster-a", concern(addressed_to=ADDRESSED), urn(f"urn:nhs:number:{number}"))
    hub.settle()
    return number, hub.find("reader-a", number)


@contextmanager
def away(faulty: Faulty) -> Iterator[None]:
    """Stop PostgreSQL for a while."""
    # A token that ran out while the store is away could not be renewed, whatever the hub does.
    faulty.sign_in_anew()
    faulty.server.stop()
    try:
        yield
    finally:
        faulty.server.start()


def test_while_postgresql_is_away_the_answer_is_503_and_then_all_goes_on(faulty: Faulty) -> None:
    hub = faulty.hub
    _, subject = somebody(hub)
    assert (faulty.post()[0], faulty.read(subject)[0]) == (202, 200)
    with away(faulty):
        assert faulty.post() == (503, "1")
        assert faulty.read(subject) == (503, "1")
        assert not faulty.hub.answers()
    hub.until(lambda: faulty.post()[0] == 202, SOON_S)
    hub.until(lambda: faulty.read(subject)[0] == 200, SOON_S)
    hub.settle()  # the projector came back by itself as well


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_after_a_long_outage_the_hub_is_back_as_soon_as_the_store_is(faulty: Faulty) -> None:
    hub = faulty.hub
    _, subject = somebody(hub)
    assert (faulty.post()[0], faulty.read(subject)[0]) == (202, 200)
    with away(faulty):
        over = time.monotonic() + 90
        while time.monotonic() < over:
            assert faulty.post()[0] == faulty.read(subject)[0] == 503
    hub.until(lambda: faulty.post()[0] == 202 and faulty.read(subject)[0] == 200, SOON_S)
    hub.settle()


@contextmanager
def paused(faulty: Faulty) -> Iterator[None]:
    """Hold the ledger's lock, as a backup gone wrong might."""
    with psycopg.connect(faulty.hub.settings.owner_url) as connection:
        connection.execute("LOCK TABLE ledger.events IN EXCLUSIVE MODE")
        yield


def test_while_writing_is_paused_nothing_is_released_and_then_all_goes_on(faulty: Faulty) -> None:
    hub = faulty.hub
    _, subject = somebody(hub)
    head = hub.ready()["position"]
    answers: dict[str, tuple[int, str | None]] = {}

    def keep(name: str, answer: tuple[int, str | None]) -> None:
        answers[name] = answer

    with paused(faulty):
        asking = [
            threading.Thread(target=lambda: keep("post", faulty.post())),
            threading.Thread(target=lambda: keep("read", faulty.read(subject))),
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(20)
        assert answers == {"post": (503, "1"), "read": (503, "1")}
        assert hub.ready()["position"] == head
    assert (faulty.post()[0], faulty.read(subject)[0]) == (202, 200)
    check(hub.settings.owner_url)


def until_commits_wait(root: str, watching: psycopg.Connection[Any]) -> None:
    """Commit until a commit waits for the standby: the server takes its new settings when it may.

    Without this a slow machine lets the commit that is to be cut off pass before.
    """
    over = time.monotonic() + SOON_S
    while time.monotonic() < over:
        with psycopg.connect(root, autocommit=True) as probe:
            pid = probe.info.backend_pid
            committing = threading.Thread(target=commit, args=(probe,))
            committing.start()
            while committing.is_alive():
                cut = watching.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid = %s AND wait_event = 'SyncRep'", [pid],
                ).fetchone()  # fmt: skip
                if cut is not None:
                    committing.join()
                    return
                time.sleep(0.01)
    raise AssertionError("no commit waits for a standby")


def commit(connection: psycopg.Connection[Any]) -> None:
    """Commit something that changes nothing; the connection may be cut off meanwhile."""
    with suppress(psycopg.OperationalError):
        connection.execute("SELECT pg_logical_emit_message(true, 'probe', '')")


@contextmanager
def unanswered_commits(faulty: Faulty) -> Iterator[None]:
    """Let every commit wait for a standby that never comes: done here, and nobody told."""
    with psycopg.connect(faulty.server.root, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        connection.execute("SELECT pg_reload_conf()")
        try:
            until_commits_wait(faulty.server.root, connection)
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize("what", ["post", "read"])
def test_a_connection_cut_between_commit_and_answer_doubles_nothing(
    faulty: Faulty, what: str
) -> None:
    hub = faulty.hub
    _, subject = somebody(hub)
    head = hub.ready()["position"]
    answers: list[tuple[int, str | None]] = []
    cut = 0
    ask = threading.Thread(
        target=lambda: answers.append(faulty.post() if what == "post" else faulty.read(subject))
    )
    with unanswered_commits(faulty):
        ask.start()
        deadline = time.monotonic() + 20
        while ask.is_alive():
            cut += len(faulty.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event = 'SyncRep' AND (query LIKE '%%ledger.append%%'"
                " OR query LIKE '%%vault.unwrap%%') AND usename = ANY(%s)",
                ["hub_app", "hub_vault"],
            ))  # fmt: skip
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert cut >= 1, "no commit was cut off from its answer"
    assert answers == [(202 if what == "post" else 200, None)]
    assert hub.ready()["position"] == head + 1
    check(hub.settings.owner_url)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_outages_and_pauses_under_load_lose_and_double_nothing(faulty: Faulty) -> None:
    with under_load(faulty.hub) as load:
        for _ in range(3):
            load.wait(2)
            with paused(faulty):
                time.sleep(6)
            load.wait(2)
            with away(faulty):
                time.sleep(5)
            faulty.wait_ready()
    verify(load)


# The last of this hub's tests: it leaves a row that no front door let in, which `check` would find.
def test_an_event_no_fold_can_read_is_parked_with_an_alarm_and_others_go_on(
    faulty: Faulty,
) -> None:
    hub = faulty.hub
    number, subject = somebody(hub)
    with psycopg.connect(hub.settings.owner_url, autocommit=True) as connection:
        poison = Posted(
            agency="poster-z",  # nobody's: what the posters hold is compared with the ledger
            subject=subject,
            jti=uid("poison"),
            type_uri="https://hub.example/events/never-heard-of/v1",
            occurred_at=int(time.time()),
            facts=[(f"s:{subject}", "consent", "withdrawn", None)],
        )
        (position,) = append(connection, [poison], at_ms=time.time_ns() // 1_000_000)
    withdrawn = ConsentWithdrawn.model_validate({"about": "adult"})
    hub.post("poster-b", withdrawn, urn(f"urn:nhs:number:{number}"))
    hub.settle()
    assert faulty.rows("SELECT position, type FROM views_v1.parked") == [
        (position, poison.type_uri)
    ]
    alarms = [line for line in hub.log("project").splitlines() if "projector.parked" in line]
    assert len(alarms) == 1
    assert f'"position": {position}' in alarms[0]
    assert faulty.rows("SELECT 1 FROM views_v1.item WHERE position = %s", position + 1) == [(1,)]
    assert faulty.rows(
        "SELECT value FROM views_v1.fact WHERE key = %s AND fact = 'consent'", f"s:{subject}"
    ) == [("withdrawn",)]
