"""What a sequencer holds itself against before it goes on: the log, its key and its anchor."""

from typing import LiteralString

import pytest

from hub.ledger.anchor import Anchor
from hub.ledger.sequencer import BehindAnchorError, LogFaultError, connect
from tests.log.world import LogWorld, note_key


@pytest.mark.parametrize(
    "change",
    [
        (
            "UPDATE ledger.tlog_tile SET data = set_byte(data, 0, get_byte(data, 0) # 1)"
            " WHERE level = 0 AND n = 1"
        ),
        "UPDATE ledger.tlog_tile SET data = substring(data for 32) WHERE level = 0 AND n = 1",
        "DELETE FROM ledger.tlog_tile WHERE level = 1",
        (
            "UPDATE ledger.tlog_bundle SET data = set_byte(data, 40, get_byte(data, 40) # 1)"
            " WHERE n = 1"
        ),
        "DELETE FROM ledger.tlog_bundle WHERE n = 1",
        "UPDATE ledger.tlog_checkpoint SET root = sha256(root)",
        "UPDATE ledger.tlog_checkpoint SET note = replace(note, '300', '299')",
        "DELETE FROM ledger.tlog_checkpoint",
    ],
    ids=[
        "tile",
        "short tile",
        "no tile",
        "entry",
        "no entries",
        "root",
        "note",
        "no checkpoint",
    ],
)
def test_sequencer_does_not_start_on_a_log_that_contradicts_itself(
    log: LogWorld, change: LiteralString
) -> None:
    log.rows(300)
    log.sequence()
    log.connection.execute(change)
    with connect(log.url) as session, pytest.raises(LogFaultError):
        log.sequencer().load(session)


def test_sequencer_does_not_start_under_another_key(log: LogWorld) -> None:
    log.rows(3)
    log.sequence()
    log.key = note_key(b"k" * 32)
    with connect(log.url) as session, pytest.raises(LogFaultError):
        log.sequencer().load(session)


def test_sequencer_does_not_start_behind_its_anchor(log: LogWorld) -> None:
    log.rows(3)
    log.sequence()
    log.connection.execute(
        "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE"
    )
    with connect(log.url) as session, pytest.raises(BehindAnchorError, match="behind"):
        log.sequencer().load(session)


def test_sequencer_does_not_start_on_another_log_than_its_anchors(log: LogWorld) -> None:
    log.rows(3)
    log.sequence()
    log.connection.execute(
        "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE"
    )
    log.connection.execute("UPDATE ledger.events SET state = sha256(state)")
    log.rows(3)
    elsewhere = log.anchor_path.with_name("elsewhere")
    LogWorld(log.url, log.connection, Anchor(elsewhere), elsewhere).sequence()
    with connect(log.url) as session, pytest.raises(BehindAnchorError, match="another log"):
        log.sequencer().load(session)


def test_anchor_that_lags_is_brought_up(log: LogWorld) -> None:
    log.rows(3)
    log.sequence()
    before = log.anchor.read()
    assert before is not None
    log.rows(3)
    log.sequence()
    log.anchor.write(before)  # as a crash between commit and anchor leaves it
    log.sequence()
    assert log.anchor.read() == log.one("SELECT note FROM ledger.tlog_checkpoint WHERE size = 6")


def test_anchor_that_cannot_be_written_loses_nothing(log: LogWorld) -> None:
    log.rows(3)
    log.anchor_path.parent.mkdir()
    log.anchor_path.mkdir()  # no note can take this name
    with pytest.raises(OSError, match="irectory"):
        log.sequence()
    log.anchor_path.rmdir()
    log.rows(2)
    log.sequence()
    assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == 5
    assert log.found() == set()
