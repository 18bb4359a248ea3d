"""Each way to tamper with a log, done to a told story's own tables.

In: the story. Out: what was changed. Never here: which check must find it (test_verify).
"""

from collections.abc import Callable

from hub.ledger.checkpoint import Checkpoint
from hub.ledger.leaf import pack, unpack
from hub.ledger.merkle import leaf_hash
from hub.ledger.sequencer import connect
from tests.log.world import LogWorld, note_key
from tests.support.ledger_rows import uid

WIPE = "TRUNCATE ledger.tlog_checkpoint, ledger.tlog_tile, ledger.tlog_bundle CASCADE"
FIRST = "tlog_checkpoint WHERE size = (SELECT min(size) FROM ledger.tlog_checkpoint)"
SEALED = "SELECT position FROM ledger.header WHERE kind = 'event' ORDER BY position"


def events(log: LogWorld) -> list[int]:
    """Return the positions of ordinary events that the log covers."""
    size = log.one("SELECT max(size) FROM ledger.tlog_checkpoint")
    found = log.connection.execute(SEALED.encode()).fetchall()
    return [row[0] for row in found if row[0] <= size]


def resign(log: LogWorld) -> None:
    """Build the whole log anew over what is there now, under the real key, anchor aside."""
    log.connection.execute(WIPE.encode())
    before = log.anchor.read()
    log.anchor_path.unlink()
    log.sequence()
    assert before is not None
    log.anchor.write(before)


def swap_in_log(log: LogWorld, *, hashes: bool) -> None:
    entries = unpack(bytes(log.one("SELECT data FROM ledger.tlog_bundle WHERE n = 0")))
    entries[3], entries[4] = entries[4], entries[3]
    put(log, entries, hashes=hashes)


def put(log: LogWorld, entries: list[bytes], *, hashes: bool) -> None:
    log.connection.execute("UPDATE ledger.tlog_bundle SET data = %s WHERE n = 0", [pack(entries)])
    if hashes:
        row = b"".join(leaf_hash(entry) for entry in entries)
        log.connection.execute("UPDATE ledger.tlog_tile SET data = %s WHERE level = 0", [row])


def alter_entry(log: LogWorld, *, hashes: bool) -> None:
    entries = unpack(bytes(log.one("SELECT data FROM ledger.tlog_bundle WHERE n = 0")))
    entries[2] = entries[2].replace(b"\nevent\n", b"\nshred\n").replace(b"\nkey\n", b"\nack\n")
    entries[2] = entries[2].replace(b"\npolicy\n", b"\nshred\n")
    put(log, entries, hashes=hashes)


def alter_tile(log: LogWorld) -> None:
    log.connection.execute(
        "UPDATE ledger.tlog_tile SET data = set_byte(data, 70, get_byte(data, 70) # 1)"
    )


def alter_envelope(log: LogWorld) -> None:
    log.connection.execute(
        "UPDATE ledger.events SET state = set_byte(state, 60, get_byte(state, 60) # 1)"
        " WHERE notification_id = %s",
        [events(log)[0]],
    )


def remove(log: LogWorld) -> None:
    """Take one event out as if it had never been, and close the gap."""
    gone = events(log)[1]
    log.connection.execute(
        "DELETE FROM ledger.fact_current WHERE position = %(p)s;"
        "DELETE FROM ledger.events WHERE notification_id = %(p)s;"
        "DELETE FROM ledger.header WHERE position = %(p)s;".replace("%(p)s", str(gone)).encode()
    )
    for table, column in (
        ("events", "notification_id"),
        ("header", "position"),
        ("fact_current", "position"),
        ("fact_scope", "position"),
    ):
        log.connection.execute(
            f"UPDATE ledger.{table} SET {column} = -{column} WHERE {column} > {gone};"  # noqa: S608
            f"UPDATE ledger.{table} SET {column} = -{column} - 1 WHERE {column} < 0".encode()
        )


def remove_and_resign(log: LogWorld) -> None:
    remove(log)
    log.connection.execute("TRUNCATE ledger.fact_current, ledger.fact_scope")
    refold(log)
    resign(log)


def refold(log: LogWorld) -> None:
    """Put on record what the headers make of the facts, as a careful forger would."""
    rows = log.connection.execute("SELECT position, facts FROM ledger.header ORDER BY position")
    facts: dict[tuple[str, str], tuple[str, int, int | None]] = {}
    scopes: dict[str, int] = {}
    for position, stated in rows.fetchall():
        for key, fact, value, expires in stated:
            facts[key, fact] = (value, position, expires)
            scopes[key] = position
    with log.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger.fact_current VALUES (%s, %s, %s, %s, %s)",
            [(*key, *value) for key, value in facts.items()],
        )
        cursor.executemany("INSERT INTO ledger.fact_scope VALUES (%s, %s)", list(scopes.items()))


def swap_rows(log: LogWorld) -> None:
    one, other = events(log)[:2]
    for table, column in (("header", "position"), ("events", "notification_id")):
        for old, new in ((one, 0), (other, one), (0, other)):
            log.connection.execute(
                f"UPDATE ledger.{table} SET {column} = {new} WHERE {column} = {old}".encode()  # noqa: S608
            )


def swap_ciphertexts(log: LogWorld) -> None:
    one, other = events(log)[:2]
    log.connection.execute(
        "UPDATE ledger.events e SET state = o.state FROM ledger.events o"
        " WHERE (e.notification_id, o.notification_id) IN ((%s, %s), (%s, %s))",
        [one, other, other, one],
    )


def swap_ciphertexts_and_resign(log: LogWorld) -> None:
    swap_ciphertexts(log)
    resign(log)


def restore(log: LogWorld) -> None:
    """Put back the whole database as it was before the last checkpoint."""
    size = log.one("SELECT min(size) FROM ledger.tlog_checkpoint")
    anchor = log.anchor.read()
    log.connection.execute(
        f"DELETE FROM ledger.header WHERE position > {size};"  # noqa: S608 - a number
        f"DELETE FROM ledger.events WHERE notification_id > {size};"
        "UPDATE ledger.partner_counter c SET pseq ="
        " (SELECT max(pseq) FROM ledger.header h WHERE h.partner = c.partner);"
        "TRUNCATE ledger.fact_current, ledger.fact_scope".encode()
    )
    refold(log)
    log.connection.execute(WIPE.encode())
    log.anchor_path.unlink()
    log.sequence()
    assert anchor is not None
    log.anchor.write(anchor)


def restore_and_go_on(log: LogWorld) -> None:
    restore(log)
    anchor = log.anchor.read()
    log.anchor_path.unlink()
    log.answers("agency-z", 60)
    log.sequence()
    assert anchor is not None
    log.anchor.write(anchor)


def restore_one_row(log: LogWorld) -> None:
    log.connection.execute(
        "UPDATE ledger.fact_current SET position = position - 1 WHERE ctid ="
        " (SELECT ctid FROM ledger.fact_current ORDER BY position DESC LIMIT 1)"
    )


def renumber(log: LogWorld) -> None:
    log.connection.execute(
        "UPDATE ledger.header SET pseq = pseq + 1 WHERE position ="
        " (SELECT max(position) FROM ledger.header WHERE partner = 'police-b')"
    )


def lose_a_row(log: LogWorld) -> None:
    log.connection.execute("DELETE FROM ledger.header WHERE position = %s", [events(log)[0]])


def change_header(log: LogWorld, change: str) -> None:
    log.connection.execute(
        f"UPDATE ledger.header SET {change} WHERE position = {events(log)[0]}".encode()  # noqa: S608
    )


def exchange_subject(log: LogWorld) -> None:
    """File an event under somebody else, and name their key with it."""
    one = events(log)[0]
    for table, place, name in (
        ("header", "position", "subject"),
        ("events", "notification_id", "originator_id"),
    ):
        log.connection.execute(
            f"UPDATE ledger.{table} SET {name} = '{uid('other')}' WHERE {place} = {one}".encode()  # noqa: S608
        )


def omit_a_fact(log: LogWorld) -> None:
    """Leave out what a concern puts on record, there and in what is folded from it."""
    log.connection.execute(
        "UPDATE ledger.header SET facts = '[]' WHERE position = %s", [events(log)[0]]
    )
    log.connection.execute("TRUNCATE ledger.fact_current, ledger.fact_scope")
    refold(log)


def alter_a_fact(log: LogWorld) -> None:
    """Let a fact have an end, there and in what is folded from it."""
    last = log.one("SELECT max(position) FROM ledger.header WHERE kind = 'event' AND facts <> '[]'")
    log.connection.execute(
        "UPDATE ledger.header SET facts = jsonb_set(facts, '{0,3}', '1') WHERE position = %s",
        [last],
    )
    log.connection.execute("TRUNCATE ledger.fact_current, ledger.fact_scope")
    refold(log)


def forge(log: LogWorld) -> None:
    """Sign a checkpoint of the right root with a key of one's own."""
    size, root = log.connection.execute(
        "SELECT size, root FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone() or (0, b"")
    note = note_key(b"f" * 32).note(Checkpoint(log.key.verifier.name, size, bytes(root)).text)
    log.connection.execute("UPDATE ledger.tlog_checkpoint SET note = %s WHERE size = %s",
                           [note, size])  # fmt: skip


def two_sequencers(log: LogWorld) -> None:
    """Let one sequencer go on from a checkpoint that another has followed already."""
    first, second = log.sequencer(), log.sequencer()
    with connect(log.url) as one, connect(log.url) as other:
        first.load(one)
        second.load(other)
        assert first.step(one) == 1
        second.step(other)


def second_checkpoint(log: LogWorld) -> None:
    """Put a second checkpoint after one that has its next."""
    log.connection.execute(
        "INSERT INTO ledger.tlog_checkpoint SELECT size + 1000, prev, root, note, 0"
        " FROM ledger.tlog_checkpoint ORDER BY size LIMIT 1"
    )


def flip_before_signing(log: LogWorld) -> None:
    """Flip one bit of a tile between computing and signing, as a failing disk would."""
    log.connection.execute(
        "CREATE FUNCTION flip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " NEW.data := set_byte(NEW.data, 5, get_byte(NEW.data, 5) # 1); RETURN NEW; END $$;"
        "CREATE TRIGGER flip BEFORE INSERT ON ledger.tlog_tile"
        " FOR EACH ROW EXECUTE FUNCTION flip()"
    )
    log.sequence()


def go_on_behind_the_anchor(log: LogWorld) -> None:
    """Start on a database restored from a backup, with the anchor that was not restored."""
    restore(log)
    log.sequence()


def delete(what: str) -> Callable[[LogWorld], None]:
    """Return the deletion of some rows of the log."""

    def act(log: LogWorld) -> None:
        log.connection.execute(f"DELETE FROM ledger.{what}".encode())  # noqa: S608 - constants

    return act
