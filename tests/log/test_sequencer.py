"""The sequencer: every row once, in order, signed only over what is stored, one at a time."""

from threading import Event, Thread
from typing import Any, LiteralString

import psycopg
import pytest

from hub.ledger import merkle
from hub.ledger.checkpoint import open_checkpoint, read_proof
from hub.ledger.leaf import unpack
from hub.ledger.logrows import NotSignedError
from hub.ledger.merkle import leaf_hash, range_hash, tiles_for
from hub.ledger.sequencer import LogFaultError, MovedError, connect
from hub.ledger.tiles import read_tiles
from tests.log import naive
from tests.log.world import LogWorld


def entries(log: LogWorld) -> list[bytes]:
    rows = log.connection.execute("SELECT data FROM ledger.tlog_bundle ORDER BY n").fetchall()
    return [entry for row in rows for entry in unpack(bytes(row[0]))]


def test_every_row_gets_its_leaf_in_its_place(log: LogWorld) -> None:
    log.answers("agency-b", 3)
    log.rows(5)
    log.sequence()
    assert len(entries(log)) == 8
    assert entries(log)[2].endswith(b"\nagency-b 3\n")
    assert entries(log)[3].count(b"\n") == 4
    assert log.found() == set()


@pytest.mark.parametrize("sizes", [(1,), (255, 1, 1), (256,), (700, 3), (1, 255, 256, 257)])
def test_log_is_the_same_however_it_was_cut(log: LogWorld, sizes: tuple[int, ...]) -> None:
    for count in sizes:
        log.rows(count)
        log.sequence()
    note = log.one("SELECT note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1")
    checkpoint = open_checkpoint(note, log.key.verifier)
    assert checkpoint.size == sum(sizes)
    assert checkpoint.root == naive.root([naive.leaf(entry) for entry in entries(log)])
    assert log.anchor.read() == note
    assert log.found() == set()


def test_batch_takes_no_more_than_its_limit(log: LogWorld) -> None:
    log.rows(10)
    log.sequence(batch=4)
    sizes = log.connection.execute("SELECT size, prev FROM ledger.tlog_checkpoint ORDER BY 1")
    assert sizes.fetchall() == [(4, 0), (8, 4), (10, 8)]


def test_nothing_new_makes_no_checkpoint(log: LogWorld) -> None:
    log.rows(2)
    log.sequence()
    log.sequence()
    assert log.one("SELECT count(*) FROM ledger.tlog_checkpoint") == 1


def test_rows_after_a_hole_are_not_signed(log: LogWorld) -> None:
    log.rows(5)
    log.connection.execute("DELETE FROM ledger.header WHERE position = 3")
    with pytest.raises(NotSignedError):
        log.sequence()
    assert log.one("SELECT count(*) FROM ledger.tlog_checkpoint") == 0


def test_row_without_an_envelope_is_not_signed(log: LogWorld) -> None:
    log.rows(5)
    log.connection.execute("DELETE FROM ledger.events WHERE notification_id = 5")
    with pytest.raises(NotSignedError):
        log.sequence()


# A trigger changes what is stored between computing and signing, as a failing disk would.
FLIPS: dict[str, LiteralString] = {
    "leaf hash": "NEW.data := set_byte(NEW.data, 5, get_byte(NEW.data, 5) # 1)",
    "entry": "NEW.data := set_byte(NEW.data, 9, get_byte(NEW.data, 9) # 1)",
    "envelope": "UPDATE ledger.events SET state = sha256(state) WHERE notification_id = 301",
}


@pytest.mark.parametrize(
    ("flip", "table", "when"),
    [
        ("leaf hash", "tlog_tile", "true"),
        ("leaf hash", "tlog_tile", "NEW.level = 1"),
        ("entry", "tlog_bundle", "true"),
        ("envelope", "tlog_bundle", "true"),
    ],
)
def test_bit_flipped_before_signing_is_never_signed(
    log: LogWorld, flip: str, table: str, when: str
) -> None:
    log.rows(300)
    log.sequence()
    log.rows(300)
    log.connection.execute(
        f"CREATE FUNCTION flip() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF {when} THEN {FLIPS[flip]}; END IF; RETURN NEW; END $$;"
        f"CREATE TRIGGER flip BEFORE INSERT ON ledger.{table}"
        " FOR EACH ROW EXECUTE FUNCTION flip()".encode()
    )
    with pytest.raises(NotSignedError):
        log.sequence()
    assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == 300
    log.connection.execute("DROP FUNCTION flip CASCADE")
    log.sequence()
    assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == 600
    assert log.found() == set()


def test_second_sequencer_that_missed_a_checkpoint_adds_nothing(log: LogWorld) -> None:
    log.rows(3)
    first, second = log.sequencer(), log.sequencer()
    with connect(log.url) as one, connect(log.url) as other:
        first.load(one)
        second.load(other)
        assert first.step(one) == 3
        log.rows(2)
        with pytest.raises(MovedError):
            second.step(other)
        with pytest.raises(MovedError):  # what it knew is dropped: it must read again
            second.step(other)
        assert second.load(other) == 3
        assert second.step(other) == 2
    assert log.found() == set()


def test_two_sequencers_at_once_cannot_both_follow_one_checkpoint(log: LogWorld) -> None:
    log.rows(50)
    done: list[int] = []

    def work() -> None:
        one = log.sequencer(batch=2)
        with connect(log.url) as session:
            while sum(done) < 50:
                try:
                    one.load(session)
                    while count := one.step(session):
                        done.append(count)
                except (MovedError, OSError):
                    pass
                if log_size(session) == 50:
                    return

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == 50
    assert log.found() == set()


def log_size(session: psycopg.Connection[Any]) -> int:
    row = session.execute("SELECT coalesce(max(size), 0) FROM ledger.tlog_checkpoint").fetchone()
    assert row is not None
    return int(row[0])


def test_table_itself_refuses_two_checkpoints_after_one(log: LogWorld) -> None:
    log.rows(2)
    log.sequence()
    with pytest.raises(psycopg.errors.UniqueViolation):
        log.connection.execute(
            "INSERT INTO ledger.tlog_checkpoint SELECT 3, 0, root, note, 0"
            " FROM ledger.tlog_checkpoint"
        )


def test_sequencers_role_can_delete_nothing_and_the_applications_can_only_read(
    log: LogWorld,
) -> None:
    log.rows(2)
    log.sequence()
    for role, statement in (
        ("hub_sequencer", "DELETE FROM ledger.tlog_tile"),
        ("hub_sequencer", "UPDATE ledger.tlog_checkpoint SET note = ''"),
        ("hub_sequencer", "UPDATE ledger.events SET state = ''"),
        ("hub_app", "INSERT INTO ledger.tlog_bundle VALUES (9, '')"),
        ("hub_app", "UPDATE ledger.tlog_tile SET data = data"),
    ):
        with log.connection.transaction(force_rollback=True):
            log.connection.execute(f"SET LOCAL ROLE {role}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                log.connection.execute(statement.encode())
    role_url = log.url.replace("//postgres:@", "//hub_sequencer@", 1)
    log.rows(2)
    LogWorld(role_url, log.connection, log.anchor, log.anchor_path).sequence()
    assert log.one("SELECT max(size) FROM ledger.tlog_checkpoint") == 4


def test_running_sequencer_stops_when_told_and_leaves_nothing_behind(log: LogWorld) -> None:
    log.rows(3)
    stop = Event()
    moved: list[int] = []

    def on_moved(size: int) -> None:
        moved.append(size)
        stop.set()

    log.sequencer(on_moved=on_moved).run(log.url, stop)
    assert moved == [3]
    assert log.found() == set()


def test_running_sequencer_reads_again_after_any_failure(log: LogWorld) -> None:
    log.rows(3)
    log.connection.execute(
        "CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('tries') = 1 THEN RAISE 'no space left'; END IF; RETURN NEW; END $$;"
        "CREATE SEQUENCE tries; CREATE TRIGGER once BEFORE INSERT ON ledger.tlog_checkpoint"
        " FOR EACH ROW EXECUTE FUNCTION once()"
    )
    stop = Event()
    failed: list[str] = []
    log.sequencer(on_failed=failed.append, on_moved=lambda _: stop.set()).run(log.url, stop)
    assert failed == ["RaiseException"]
    assert log.found() == set()


def test_running_sequencer_stops_for_good_on_a_log_it_cannot_trust(log: LogWorld) -> None:
    log.rows(3)
    log.sequence()
    log.connection.execute("UPDATE ledger.tlog_checkpoint SET root = sha256(root)")
    with pytest.raises(LogFaultError):
        log.sequencer().run(log.url, Event())


def test_proof_of_every_leaf_leads_to_the_checkpoint(log: LogWorld) -> None:
    log.rows(300)
    log.sequence()
    note = log.one("SELECT note FROM ledger.tlog_checkpoint")
    head = open_checkpoint(note, log.key.verifier)
    for index, entry in enumerate(entries(log)):
        path = merkle.inclusion(index, head.size)
        tiles = read_tiles(log.connection, tiles_for(path))
        proof = [range_hash(tiles, one) for one in path]
        merkle.verify_inclusion(index, head.size, leaf_hash(entry), proof, head.root)
    assert read_proof("c2sp.org/tlog-proof@v1\nindex 0\n\n" + note)[2] == note
