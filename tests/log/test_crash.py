"""Sequencers killed under load, and the database with them: every row is sequenced exactly once."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

import psycopg
import pytest

from hub.ids import SystemSource
from hub.ledger.anchor import Anchor
from hub.ledger.leaf import unpack
from hub.ledger.logparts import log_key
from tests.log.processes import Load, Sequencers, sequencers, until
from tests.log.world import LogWorld
from tests.support.postgres import SCHEMAS, data_folder, embedded

TAKEOVER_S = 5.0


def size(url: str) -> int:
    return _number(url, "SELECT coalesce(max(size), 0) FROM ledger.tlog_checkpoint")


def head(url: str) -> int:
    return _number(url, "SELECT coalesce(max(position), 0) FROM ledger.header")


def _number(url: str, query: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def check_everything(url: str, some: Sequencers, acknowledged: set[str]) -> None:
    """Every acknowledged row is there once, has its leaf once, and everything verifies."""
    until(lambda: size(url) == head(url), 30)
    key = log_key(some.folder, some.settings.hub_uri, SystemSource())
    anchor = Anchor(some.settings.anchor)
    kept = anchor.read()
    assert kept is not None
    with LogWorld.opened(url, some.settings.anchor) as log:
        log.key = key
        stored = log.connection.execute("SELECT jti::text FROM ledger.header").fetchall()
        bundles = log.connection.execute("SELECT data FROM ledger.tlog_bundle").fetchall()
        report = log.verify(older=[("anchor", kept)])
    assert report["faults"] == []
    assert acknowledged <= {row[0] for row in stored}
    assert len(stored) == len({row[0] for row in stored})
    assert sum(len(unpack(bytes(row[0]))) for row in bundles) == len(stored)


def test_every_row_is_sequenced_once_though_the_leader_is_killed_again_and_again(
    log: LogWorld, tmp_path: Path
) -> None:
    draw = random.Random(1)  # noqa: S311 - the same moments every time
    with sequencers(log.url, tmp_path, 2) as some, Load(log.url) as load:
        for _ in range(5):
            before = size(log.url)
            until(lambda before=before: size(log.url) > before, 20)  # type: ignore[misc] # default
            sleep(draw.random() * 0.2)
            until(some.kill_leader, 20)
            some.start()
        before = size(log.url)
        until(lambda: size(log.url) > before, 20)
        load.stop.set()
        assert load.acknowledged
        check_everything(log.url, some, set(load.acknowledged))


def test_waiting_sequencer_takes_over_within_five_seconds(log: LogWorld, tmp_path: Path) -> None:
    with sequencers(log.url, tmp_path, 2) as some:
        log.rows(1)
        until(lambda: size(log.url) == 1, 20)
        until(lambda: len(_sessions(log)) == 2, 20)  # the other one waits by now
        until(some.kill_leader, 5)
        log.rows(1)
        assert until(lambda: size(log.url) == 2, 20) < TAKEOVER_S


def test_stopped_sequencer_that_does_not_die_loses_its_place_within_five_seconds(
    log: LogWorld, tmp_path: Path
) -> None:
    with sequencers(log.url, tmp_path, 2) as some:
        log.rows(1)
        until(lambda: size(log.url) == 1, 20)
        until(lambda: len(_sessions(log)) == 2, 20)
        leader = some.leader()
        assert leader is not None
        os.kill(leader, signal.SIGSTOP)
        try:
            log.rows(1)
            assert until(lambda: size(log.url) == 2, 20) < TAKEOVER_S
        finally:
            os.kill(leader, signal.SIGCONT)
        log.rows(1)
        until(lambda: size(log.url) == 3, 20)
    assert log.one("SELECT count(*) FROM ledger.tlog_checkpoint") == 3


def test_sequencer_behind_its_anchor_ends_with_one_line_and_exit_code_one(
    log: LogWorld, tmp_path: Path
) -> None:
    with sequencers(log.url, tmp_path, 1) as some:
        log.rows(3)
        until(lambda: size(log.url) == 3, 20)
        some.end()
        log.connection.execute(
            "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE"
        )
        some.running.clear()
        some.start()
        assert some.running[0].wait(20) == 1
        assert "hub sequence: the database is behind the anchor\n" in some.log()
        assert "Traceback" not in some.log()


def _sessions(log: LogWorld) -> list[Any]:
    return log.connection.execute(
        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'hub-log/%'"
        " AND datname = current_database()"
    ).fetchall()


@pytest.fixture
def own_server() -> Iterator[Any]:
    """Yield a durable server that the test may crash."""
    with TemporaryDirectory(
        prefix="hub-crash-", dir=data_folder(), ignore_cleanup_errors=True
    ) as folder:
        server = embedded(Path(folder))
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
            connection.execute(SCHEMAS[0].read_bytes())
            connection.execute(SCHEMAS[0].with_name("log_schema.sql").read_bytes())
        try:
            yield server
        finally:
            server.cleanup()


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_in_thirty_kills_and_five_crashes_of_the_database(
    own_server: Any,  # noqa: ANN401 - the package has no types
    tmp_path: Path,
) -> None:
    url = own_server.get_uri("postgres")
    draw = random.Random(2)  # noqa: S311 - the same moments every time
    with sequencers(url, tmp_path, 3) as some, Load(url) as load:
        for turn in range(30):
            before = size(url)
            until(lambda before=before: size(url) > before, 30)  # type: ignore[misc] # default
            sleep(draw.random() * 0.3)
            if turn % 6 == 5:
                os.kill(own_server.get_pid(), signal.SIGQUIT)  # an immediate shutdown
                own_server.get_postmaster_info().process.wait(20)
                own_server.ensure_postgres_running()
            until(some.kill_leader, 30)
            some.start()
        load.stop.set()
        assert len(load.acknowledged) > 1_000
        check_everything(url, some, set(load.acknowledged))
