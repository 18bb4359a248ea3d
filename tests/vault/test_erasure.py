"""Erasure: what stands against it, what it leaves, and that no byte of the person is left."""

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner, Result

from contracts.disclosure import RecipientAcknowledged
from contracts.enquiry import EnquiryOpened
from hub.audit.openings import said
from hub.cli import app
from hub.ledger.kek import KekError
from hub.ledger.record import SubjectErasedError
from hub.settings import Settings
from hub.vault.client import Checking, Operating
from hub.vault.serve import operators
from tests.disclosure.scene import ADVOCATE, consented, hold, recorded, searched
from tests.log.world import LogWorld
from tests.support.hub_process import environment
from tests.support.ledger_rows import uid
from tests.support.on_disk import PG, dumped, everything_on_disk, leaked
from tests.support.parts import NHS_NUMBERS, Parts, concern, items_of, known, opened, person
from tests.vault.operating import rekey

CANARIES = {
    "number": NHS_NUMBERS[0],
    "harm": "a burn below the left shoulder blade",
    "narrative": "Quillfeather was heard weeping in the linen room",
    "wish": "wants the parrot to come along",
}
A, B = "officer-1", "officer-2"
Run = Callable[..., Result]


@pytest.fixture
def shred(own: Parts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return the command, over the test's own hub."""
    for name, value in environment(own.hub.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HUB_APPROVERS", f"{A},{B}")
    monkeypatch.setenv("HUB_OWNER_URL", "")

    def run(subject: UUID, *, reason: str = "court_order", by: tuple[str, ...] = (A, B)) -> Result:
        approved = [word for officer in by for word in ("--approved-by", officer)]
        paper = ["--certificate", str(tmp_path / "certificate.jws")]
        words = ["shred", str(subject), "--reason", reason, *approved, *paper]
        return CliRunner().invoke(app, words)

    return run


def told(parts: Parts) -> UUID:
    """Tell of somebody, with canaries in every field, and let it be read and kept."""
    fields = {
        "harm": CANARIES["harm"], "narrative": CANARIES["narrative"], "wishes": CANARIES["wish"],
    }  # fmt: skip
    subject = consented(parts, **fields)
    answer = parts.timeline("gp-c", subject)
    assert CANARIES["harm"].encode() in answer.body
    assert parts.request(ADVOCATE, subject, request_id=UUID(uid("kept"))).outcome == "released"
    parts.timeline(ADVOCATE, subject)
    return subject


def test_nothing_of_an_erased_person_is_left_on_any_disk_and_the_log_still_verifies(
    own: Parts, shred: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    subject = told(own)
    ack_of(own, subject)
    before = dumped(own.owner, tmp_path / "before.sql")
    shown = own.timeline("home-e", subject).body
    done = shred(subject)
    assert done.exit_code == 0, done.output
    read = own.timeline(ADVOCATE, subject)
    assert (read.outcome, read.reason) == ("refused", "erased")
    assert json.loads(read.body)["status"] == 410
    recorded(own, read)
    assert own.timeline("home-e", subject).body == shown
    assert json.loads(searched(own, "gp-c", NHS_NUMBERS[0]).body) == {"subjects": []}
    assert own.rows("SELECT 1 FROM ops.answer WHERE key_id = %s", subject) == []
    own.project()
    with operating(own) as operator:
        rekey(own, operator, destroy_old=True)
    own.rows("VACUUM ledger.subject_key")
    scanned = [*everything_on_disk(own.owner), before, dumped(own.owner, tmp_path / "after.sql")]
    (tmp_path / "log").write_text("".join(capfd.readouterr()) + done.output, "utf-8")
    assert leaked([*scanned, tmp_path / "log"], CANARIES) == set()
    (tmp_path / "leak").write_text(CANARIES["wish"], "utf-8")
    assert leaked([tmp_path / "leak"], CANARIES) == {"wish"}
    assert verified(own, tmp_path)


def test_a_backup_from_before_opens_nothing_once_the_master_key_is_destroyed(
    own: Parts, shred: Run, tmp_path: Path
) -> None:
    subject = told(own)
    before = dumped(own.owner, tmp_path / "before.sql")
    assert shred(subject).exit_code == 0
    with operating(own) as operator:
        rekey(own, operator, destroy_old=True)
    url, name = other_database(own)
    try:
        load = [str(PG / "psql"), "-q", "-d", url, "-f", str(before)]
        subprocess.run(load, check=True, capture_output=True)
        with psycopg.connect(url) as connection:
            state = connection.execute(
                "SELECT state FROM ledger.subject_key WHERE key_id = %s", [subject]
            ).fetchone()
        assert state == ("live",)
        with pytest.raises(KekError, match="open nothing"), opened(url, own.hub.settings.keys_dir):
            pass  # no vault starts on it
    finally:
        own.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_whoever_is_posted_about_anew_is_somebody_new(own: Parts, shred: Run) -> None:
    subject = told(own)
    assert shred(subject).exit_code == 0
    with pytest.raises(SubjectErasedError):
        own.post("gp-c", concern(), known(subject))
    again = own.post("gp-c", concern(), person()).subject
    assert again != subject
    own.project()
    assert items_of(own.timeline("gp-c", again))


def test_the_certificate_says_who_had_it_and_what_they_said_and_stands_in_the_log(
    own: Parts, shred: Run, tmp_path: Path
) -> None:
    subject = told(own)
    ack_of(own, subject)
    assert shred(subject).exit_code == 0
    signed = (tmp_path / "certificate.jws").read_bytes()
    words = (tmp_path / "certificate.jws.txt").read_text("utf-8")
    ((routing,),) = own.rows("SELECT routing FROM ledger.header WHERE kind = 'shred'")
    assert routing["certificate"] == hashlib.sha256(signed).hexdigest()
    assert (routing["approved_by"], routing["reason"]) == ([A, B], "court_order")
    assert words.count("- gp-c, answer") == 1
    assert words.count("; acknowledged ") == 1
    assert words.count("NOT acknowledged") == words.count(f"- {ADVOCATE}, answer") == 2


def test_it_may_be_run_again_and_finishes_what_was_cut_off(own: Parts, shred: Run) -> None:
    subject = told(own)
    assert shred(subject).exit_code == 0
    own.rows("UPDATE ledger.subject_key SET state = 'live' WHERE key_id = %s", subject)
    again = shred(subject)
    assert (again.exit_code, "before" in again.output) == (0, True)
    assert own.rows("SELECT state FROM ledger.subject_key WHERE key_id = %s", subject) == [
        ("destroyed",)
    ]
    assert len(own.rows("SELECT 1 FROM ledger.header WHERE kind = 'shred'")) == 1


@pytest.mark.parametrize(
    "by", [(A,), (A, A), (A, "somebody"), ()], ids=["one", "twice", "a stranger", "nobody"]
)
def test_two_different_officers_of_the_hub_must_approve(
    own: Parts, shred: Run, by: tuple[str, ...]
) -> None:
    subject = told(own)
    assert shred(subject, by=by).exit_code == 2
    assert own.rows("SELECT 1 FROM ledger.header WHERE kind = 'shred'") == []


def test_holds_an_open_enquiry_and_retention_stand_against_it(
    own: Parts, shred: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = told(own)
    kept = shred(subject, reason="erasure_request")
    assert (kept.exit_code, "kept until" in kept.output) == (1, True)
    opening = {"about": "adult", "lead": "council-a"}
    own.post("council-a", EnquiryOpened.model_validate(opening), known(subject))
    hold(own, subject, "home-e")
    (tmp_path / "holds").write_text("* the Example Inquiry\n", "utf-8")
    monkeypatch.setenv("HUB_HOLDS_FILE", str(tmp_path / "holds"))
    refused = shred(subject)
    assert refused.exit_code == 1
    for words in ("the Example Inquiry", "an enquiry is open", "the police hold"):
        assert words in refused.output
    monkeypatch.setenv("HUB_HOLDS_FILE", str(tmp_path / "absent"))
    assert shred(subject).exit_code == 1
    assert own.rows("SELECT 1 FROM ledger.header WHERE kind = 'shred'") == []
    assert items_of(own.timeline("gp-c", subject))


def test_the_records_manager_sets_how_long_a_record_is_kept(
    own: Parts, shred: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = told(own)
    monkeypatch.setenv("HUB_RETENTION_YEARS", "adult=100,child=120")
    kept = shred(subject, reason="erasure_request")
    until = re.search(r"kept until (\d{4})", kept.output)
    assert kept.exit_code == 1
    assert until is not None
    assert int(until[1]) > 2100


@pytest.mark.parametrize("said", ["", "adult", "adult=0", "adult=8;child=25", "adult=8,pet=1"])
def test_no_retention_period_is_taken_that_is_not_well_said(said: str) -> None:
    with pytest.raises(ValueError, match="retention_years"):
        Settings(retention_years=said)


def test_somebody_unknown_is_not_erased(own: Parts, shred: Run) -> None:
    assert shred(UUID(uid("nobody"))).exit_code == 1
    assert own.rows("SELECT 1 FROM ledger.header WHERE kind = 'shred'") == []


def ack_of(parts: Parts, subject: UUID) -> None:
    """Let the GP acknowledge the first answer it was given."""
    ((dis, pseq, bd),) = parts.rows(
        "SELECT jti, pseq, routing->>'body_digest' FROM ledger.header"
        " WHERE partner = 'gp-c' ORDER BY position LIMIT 1"
    )
    ack = RecipientAcknowledged(about="adult", dis=str(dis), pseq=pseq, bd=bd)
    parts.post("gp-c", ack, known(subject))


def operating(parts: Parts) -> closing[Operating]:
    return closing(Operating(operators(parts.hub.settings.vault)))


def other_database(parts: Parts) -> tuple[str, str]:
    """Create an empty database on the same server."""
    name = f"restored_{uid(parts.owner)[:8]}"
    parts.rows(f'CREATE DATABASE "{name}"')
    here = parts.rows("SELECT current_database()")[0][0]
    return parts.owner.replace(f"/{here}", f"/{name}", 1), name


def verified(parts: Parts, folder: Path) -> bool:
    """Sequence everything, and have everything verified, opened where it can be."""
    from hub.assembly import jwk_of  # noqa: PLC0415 - for this check alone

    with LogWorld.opened(parts.owner, folder / "anchor") as log:
        log.sequence()
        checks = Checking(
            operators(parts.hub.settings.vault),
            jwk_of(parts.hub.signer).model_dump(mode="json"),
            parts.run(said(parts.hub.door, "verify", items=parts.head())),
        )
        report: dict[str, Any] = log.verify(openings=checks)
    assert report["faults"] == []
    assert report["erased"] > 0
    return bool(report["ok"])
