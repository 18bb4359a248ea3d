"""Whoever tails the ledger while several processes write misses nothing and sees no hole."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from hub.ledger.store import open_recorder
from tests.ledger.made import check

ROOT = Path(__file__).parents[2]


def start(url: str, name: str, count: int, people: int, at_once: int) -> "subprocess.Popen[bytes]":
    numbers = map(str, (count, people, at_once))
    command = [sys.executable, "-m", "tests.ledger.many", url, name, *numbers]
    return subprocess.Popen(command, cwd=ROOT)


def tail(url: str, total: int, writers: "list[subprocess.Popen[bytes]]") -> list[int]:
    """Read on from the last position seen, as a projector does, until all is seen."""
    seen: list[int] = []
    with psycopg.connect(url, autocommit=True) as connection:
        while len(seen) < total:
            assert all(w.poll() in (None, 0) for w in writers)
            last = seen[-1] if seen else 0
            rows = connection.execute(
                "SELECT notification_id FROM ledger.events WHERE notification_id > %s"
                " ORDER BY notification_id LIMIT 500",
                [last],
            ).fetchall()
            seen += [row[0] for row in rows]
            assert seen[-1:] == [len(seen)] or not seen, "the reader passed over a hole"
    return seen


def run(url: str, *, processes: int, each: int, people: int, at_once: int = 200) -> None:
    writers = [start(url, f"w{n}", each, people, at_once) for n in range(processes)]
    try:
        seen = tail(url, processes * each, writers)
        assert [w.wait(60) for w in writers] == [0] * processes
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    assert seen == list(range(1, processes * each + 1))
    assert check(url) == processes * each


def test_a_tailing_reader_misses_nothing_while_three_processes_write(database_url: str) -> None:
    run(database_url, processes=3, each=1700, people=50)


def test_processes_that_write_one_event_at_a_time_never_stand_in_each_others_way(
    database_url: str,
) -> None:
    run(database_url, processes=3, each=150, people=5, at_once=1)


@pytest.mark.heavy
def test_a_tailing_reader_misses_nothing_among_many_more(database_url: str) -> None:
    run(database_url, processes=6, each=5_000, people=500)


def test_processes_that_name_the_same_people_at_once_agree_who_they_are(database_url: str) -> None:
    run(database_url, processes=2, each=300, people=300)
    with psycopg.connect(database_url) as connection:
        subjects = connection.execute(
            "SELECT (SELECT count(*) FROM ledger.subject_index),"
            " (SELECT count(DISTINCT subject) FROM ledger.subject_index),"
            " (SELECT count(*) FROM ledger.subject_key),"
            " (SELECT count(DISTINCT subject) FROM ledger.header)"
        ).fetchone()
    assert subjects == (300, 300, 300, 300)


def test_the_librarys_own_reads_serve_what_we_write(database_url: str) -> None:
    run(database_url, processes=1, each=50, people=5)
    recorder = open_recorder(database_url.replace("//postgres:@", "//hub_app@", 1))
    try:
        told = recorder.select_notifications(start=1, limit=100)
        assert [n.id for n in told] == list(range(1, 51))
        assert recorder.max_notification_id() == 50
        own = recorder.select_events(told[0].originator_id)
        assert [e.originator_version for e in own] == list(range(1, 11))
    finally:
        recorder.datastore.close()
