"""Rebuilding: the same rows beside, compared, swapped under readers who notice nothing."""

from dataclasses import replace
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from contracts.consent import ConsentGiven
from contracts.enquiry import EvidenceAdded
from hub.rulebook import Rulebook
from hub.views.rebuild import Difference, RebuildReport, rebuild
from hub.views.runner import Projector, connect
from tests.support.ledger_rows import DAY_S
from tests.views.story import Step, Story
from tests.views.test_case_file import enquiry, entitled
from tests.views.test_runner import rows


def again(
    url: str,
    rulebook: Rulebook,
    *,
    compare_only: bool = False,
    **options: Any,  # noqa: ANN401
) -> RebuildReport:
    return rebuild(url, rulebook, now_ms=lambda: 0, compare_only=compare_only, **options)


def schemas(connection: Connection[Any]) -> list[str]:
    found = connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views%' ORDER BY 1"
    )
    return [row[0] for row in found.fetchall()]


def table_id(connection: Connection[Any]) -> object:
    return connection.execute("SELECT 'views_v1.item'::regclass::oid").fetchone()


@pytest.fixture
def lived(story: Story, projector: Projector, connection: Connection[Any]) -> Story:
    """A story whose views were folded as it happened, time passing in between."""
    for n in range(60):
        story.play([Step(n, n // 13, n // 5, n, later_s=40_000)])
        projector.catch_up(connection)
        projector.sweep(connection, story.now_s)
    story.wait(5 * DAY_S)
    projector.sweep(connection, story.now_s)
    return story


@pytest.mark.usefixtures("lived")
def test_a_rebuild_of_what_was_folded_live_is_identical_and_takes_its_place(
    hub_database: str, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    before, old = rows(connection), table_id(connection)
    report = again(hub_database, rulebook)
    assert (report.identical, report.swapped, report.same_rulebook) == (True, True, True)
    assert report.rows["item"] == len(before["item"]) > 0
    assert report.rows["notice"] == len(before["notice"]) > 0
    assert rows(connection) == before
    assert table_id(connection) != old
    assert schemas(connection) == ["views_v1"]


@pytest.mark.usefixtures("lived")
def test_comparing_only_leaves_the_live_views_in_place(
    hub_database: str, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    old = table_id(connection)
    report = again(hub_database, rulebook, compare_only=True)
    assert (report.identical, report.swapped) == (True, False)
    assert table_id(connection) == old
    assert schemas(connection) == ["views_v1"]


@pytest.mark.usefixtures("lived")
def test_a_difference_is_named_and_stops_the_swap(
    hub_database: str, rulebook: Rulebook, connection: Connection[Any]
) -> None:
    old = table_id(connection)
    connection.execute("UPDATE views_v1.entitlement SET mask = 512 WHERE agency = 'trust-a'")
    connection.execute("DELETE FROM views_v1.register")
    report = again(hub_database, rulebook)
    assert (report.identical, report.swapped) == (False, False)
    assert [found.table for found in report.differences] == ["entitlement", "register"]
    planted = report.differences[1]
    assert planted == Difference("register", 0, report.rows["register"], planted.first)
    assert 0 < len(planted.first) <= 5
    assert table_id(connection) == old
    assert schemas(connection) == ["views_v1"]


def test_under_another_rulebook_the_new_views_differ_and_serve(
    story: Story,
    projector: Projector,
    hub_database: str,
    rulebook: Rulebook,
    connection: Connection[Any],
) -> None:
    evidence = enquiry(story, "home-a")
    projector.catch_up(connection)
    without = tuple(rule for rule in rulebook.rules if rule.id != "s42-cooperation")
    report = again(hub_database, replace(rulebook, rules=without, sha256="f" * 64))
    assert (report.identical, report.swapped, report.same_rulebook) == (False, True, False)
    assert "home-a" not in entitled(connection, evidence)


def test_the_projector_goes_on_from_the_new_views(
    lived: Story,
    projector: Projector,
    hub_database: str,
    rulebook: Rulebook,
    connection: Connection[Any],
) -> None:
    again(hub_database, rulebook)
    lived.post("trust-a", EvidenceAdded)
    projector.catch_up(connection)
    again(hub_database, rulebook)
    assert again(hub_database, rulebook).identical


def test_reads_and_projecting_go_on_through_rebuilds(
    lived: Story, hub_database: str, rulebook: Rulebook
) -> None:
    stop, faults, counts = Event(), [], []

    def read() -> None:
        with psycopg.connect(hub_database, autocommit=True) as reader:
            while not stop.is_set():
                try:
                    row = reader.execute(
                        "SELECT count(*) FROM views_v1.item i JOIN views_v1.entitlement e"
                        " ON e.subject = i.subject AND e.class_id = i.class_id",
                        prepare=True,
                    ).fetchone()
                    counts.append(row[0] if row else 0)
                except psycopg.Error as error:
                    faults.append(error)

    def write() -> None:
        with connect(hub_database) as connection:
            story = Story(connection, now_s=lived.now_s, places=dict(lived.places))
            live = Projector(rulebook, now_ms=lambda: 0)
            for n in range(30):
                story.play([Step(n % 9, n, n, n)])
                live.catch_up(connection)

    threads = [Thread(target=read), Thread(target=write)]
    for thread in threads:
        thread.start()
    reports = [again(hub_database, rulebook) for _ in range(3)]
    threads[1].join(60)
    stop.set()
    threads[0].join(20)
    assert all(report.identical and report.swapped for report in reports)
    assert again(hub_database, rulebook).identical
    assert faults == []
    assert len(counts) > 20
    assert min(counts) > 0


def test_a_rebuild_says_how_far_it_is(
    story: Story, projector: Projector, hub_database: str, rulebook: Rulebook,
    connection: Connection[Any],
) -> None:  # fmt: skip
    story.post("trust-a", ConsentGiven, recipients=("home-a",))
    reached = projector.catch_up(connection)
    said: list[tuple[int, int]] = []
    again(hub_database, rulebook, progress=lambda at, goal: said.append((at, goal)))
    assert said[-1] == (reached, reached)
