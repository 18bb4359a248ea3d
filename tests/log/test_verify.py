"""`hub verify` over a told story: nothing is found, and each tampering by its own checks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg.errors import UniqueViolation

from hub.audit.verify_said import Said
from hub.ledger.logrows import NotSignedError
from hub.ledger.sequencer import BehindAnchorError, MovedError
from tests.log.tampering import (
    FIRST,
    alter_a_fact,
    alter_entry,
    alter_envelope,
    alter_tile,
    change_header,
    delete,
    events,
    exchange_subject,
    flip_before_signing,
    forge,
    go_on_behind_the_anchor,
    lose_a_row,
    omit_a_fact,
    remove_and_resign,
    renumber,
    restore,
    restore_and_go_on,
    restore_one_row,
    second_checkpoint,
    swap_ciphertexts,
    swap_ciphertexts_and_resign,
    swap_in_log,
    swap_rows,
    two_sequencers,
)
from tests.log.world import LogWorld, Story, note_key


@dataclass(frozen=True, slots=True)
class Tampering:
    """What is done, and exactly which checks tell of it: of verify, or of who refuses to do it."""

    name: str
    act: Callable[[LogWorld], None]
    found: frozenset[str]


def by(*checks: str) -> frozenset[str]:
    return frozenset(checks)


REFUSALS = (BehindAnchorError, MovedError, NotSignedError, UniqueViolation)
TABLE = [
    Tampering("altered entry", lambda w: alter_entry(w, hashes=False), by("leaf", "entry")),
    Tampering("altered tile", alter_tile, by("tile", "entry")),
    Tampering("altered entry and tile", lambda w: alter_entry(w, hashes=True), by("leaf", "tile")),
    Tampering("altered envelope", alter_envelope, by("leaf", "tile", "checkpoint", "older",
                                                     "ciphertext")),
    Tampering("entry removed and all re-signed", remove_and_resign, by("older")),
    Tampering("entries swapped", lambda w: swap_in_log(w, hashes=False), by("leaf", "entry")),
    Tampering("entries and hashes swapped", lambda w: swap_in_log(w, hashes=True),
              by("leaf", "tile")),
    Tampering("rows swapped", swap_rows, by("leaf", "tile", "checkpoint", "older")),
    Tampering("backup restored", restore, by("older")),
    Tampering("backup restored, and gone on", restore_and_go_on, by("older", "ciphertext")),
    Tampering("one row restored", restore_one_row, by("fact")),
    Tampering("ciphertexts swapped", swap_ciphertexts, by("leaf", "tile", "checkpoint", "older",
                                                          "ciphertext")),
    Tampering("ciphertexts swapped and all re-signed", swap_ciphertexts_and_resign,
              by("older", "ciphertext")),
    Tampering("answer renumbered", renumber, by("leaf", "tile", "checkpoint", "older", "pseq")),
    Tampering("row lost", lose_a_row, by("position", "leaf", "tile", "checkpoint", "older")),
    Tampering("another day in the header", lambda w: change_header(w, "occurred_at = 1"),
              by("header")),
    Tampering("shown to more categories", lambda w: change_header(w, "categories = 0"),
              by("header")),
    Tampering("addressed elsewhere",
              lambda w: change_header(w, "routing = '{\"about\": \"setting\"}'"), by("header")),
    Tampering("route added", lambda w: change_header(
                  w, "routing = routing || '{\"setting\": \"1-101\"}'"), by("header")),
    Tampering("route left out", lambda w: change_header(w, "routing = '{}'"), by("header")),
    Tampering("fact left out, and what is folded altered to match", omit_a_fact, by("header")),
    Tampering("fact's end altered, and what is folded to match", alter_a_fact, by("header")),
    Tampering("recorded earlier", lambda w: change_header(w, "recorded_at = recorded_at - 9000000"),
              by("header", "position")),
    Tampering("subject exchanged", exchange_subject, by("header")),
    Tampering("checkpoint under another key", forge, by("checkpoint")),
    Tampering("checkpoint lost",
              delete(FIRST), by("checkpoint")),
    Tampering("tile lost",
              delete("tlog_tile"),
              by("tile", "entry")),
    Tampering("entries lost",
              delete("tlog_bundle"),
              by("leaf")),
    Tampering("two sequencers", two_sequencers, by("MovedError")),
    Tampering("second checkpoint after one", second_checkpoint, by("UniqueViolation")),
    Tampering("bit flipped before signing", flip_before_signing, by("NotSignedError")),
    Tampering("sequenced from a backup", go_on_behind_the_anchor,
              by("BehindAnchorError", "older")),
    Tampering("nothing", lambda _: None, by()),
]  # fmt: skip


@pytest.mark.parametrize("case", TABLE, ids=lambda c: c.name)
def test_tampering_is_found_by_exactly_these_checks(
    story: Story, tmp_path: Path, case: Tampering
) -> None:
    with story.copy(tmp_path) as log:
        refused = set()
        try:
            case.act(log)
        except REFUSALS as error:
            refused = {type(error).__name__}
        kept = log.anchor.read()
        assert kept is not None
        with story.openings(log) as openings:
            found = log.found(older=[("anchor", kept)], openings=openings)
    assert found | refused == case.found


def test_rewrite_under_the_real_key_shows_only_to_who_holds_an_older_checkpoint(
    story: Story, tmp_path: Path
) -> None:
    with story.copy(tmp_path) as log:
        partners = log.one("SELECT note FROM ledger.tlog_checkpoint ORDER BY size DESC LIMIT 1")
        remove_and_resign(log)
        with story.openings(log) as openings:
            assert log.found(openings=openings) == set()
        assert log.found(older=[("a partner", partners)]) == {"older"}


def test_story_is_opened_whole_and_its_tail_is_counted(story: Story, tmp_path: Path) -> None:
    with story.copy(tmp_path) as log:
        with story.openings(log) as openings:
            report = log.verify(openings=openings)
        rows = log.one("SELECT count(*) FROM ledger.header")
    assert report["ok"]
    assert (report["rows"], report["opened"], report["erased"]) == (rows, rows, 0)
    assert (report["checkpoints"], report["unsequenced"]) == (3, 1)


def test_rows_of_an_erased_subject_are_verified_unopened(story: Story, tmp_path: Path) -> None:
    with story.copy(tmp_path) as log:
        first = events(log)[0]
        log.connection.execute(
            "UPDATE ledger.subject_key SET state = 'gone', wrapped = '' WHERE key_id ="
            " (SELECT key_id FROM ledger.header WHERE position = %s)",
            [first],
        )
        with story.openings(log) as openings:
            report = log.verify(openings=openings)
    assert report["ok"]
    assert report["erased"] == 10


def test_header_under_a_release_that_cannot_be_read_may_say_less_and_is_counted(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with story.copy(tmp_path) as log:
        with story.openings(log) as openings:
            assert log.verify(openings=openings)["held_to_less"] == 0
        omit_a_fact(log)
        monkeypatch.setattr(Said, "learn", lambda *_: None)
        with story.openings(log) as openings:
            report = log.verify(openings=openings)
    assert report["faults"] == []
    assert report["held_to_less"] > 0


def test_checkpoint_that_is_of_another_log_is_no_older_one(story: Story, tmp_path: Path) -> None:
    with story.copy(tmp_path) as log:
        stranger = note_key(b"s" * 32).note("hub.example/log\n1\n" + "A" * 43 + "=\n")
        assert log.found(older=[("a stranger", stranger)]) == {"older"}


def test_no_more_than_a_thousand_faults_are_listed(log: LogWorld) -> None:
    log.rows(1_200)
    log.sequence()
    log.connection.execute("UPDATE ledger.events SET state = sha256(state)")
    report = log.verify()
    assert len(report["faults"]) == 1_000
    assert report["faults_found"] > 1_200
