"""A backup brought back: whole and in one go, or not at all, and then what is missing is named."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from hub.audit.restored import Proof, receipts_in, restore
from hub.audit.verify_log import Trust
from hub.cli import app
from hub.intake.signing import Signer
from hub.ledger.backup import BackupError, back_up, erase_again, read_manifest
from hub.ledger.logparts import log_key
from hub.preparing import prepare
from hub.settings import Settings
from tests.intake.world import HUB
from tests.log.world import LogWorld
from tests.support.hub_process import environment
from tests.support.ledger_rows import uid
from tests.support.parts import Enrolled, Parts, concern, opened, person
from tests.support.postgres import Postgres

AT_MS = 1_790_000_000_000


@dataclass(slots=True)
class Kept:
    """A hub with a backup of it, and everything that was acknowledged, before and after."""

    parts: Parts
    log: LogWorld
    folder: Path
    receipts: list[str]
    postgres: Postgres

    def live(self) -> None:
        """Let something be said, shown and sequenced, and keep the receipts."""
        record = self.parts.post("home-e", concern(), person())
        self.receipts.append(self.parts.hub.receipts.for_event(record))
        self.parts.project()
        self.receipts.append(self.parts.timeline("council-a", record.subject).receipt)
        self.log.sequence()

    def back_up(self, at_ms: int) -> dict[str, Any]:
        with psycopg.connect(self.log.url, autocommit=True) as connection:
            return back_up(connection, self.folder, now_ms=at_ms)

    def proof(self, *, anchor: bool = True) -> Proof:
        note = self.log.anchor.read()
        assert note is not None
        older = [("anchor", note)] if anchor else []
        return Proof(
            trust=Trust(log=self.log.key.verifier, older=older),
            hub_key=self.parts.hub.signer.public,
            hub_uri=HUB,
            receipts=receipts_in(["\n".join(self.receipts)]),
        )

    @contextmanager
    def fresh(self) -> Iterator[LogWorld]:
        """Yield an empty database with every schema."""
        name = self.postgres.create()
        try:
            url = self.postgres.url(name)
            prepare(Settings(owner_url=url))
            with LogWorld.opened(url, self.log.anchor_path) as world:
                world.key = self.log.key
                yield world
        finally:
            self.postgres.drop(name)


@pytest.fixture
def kept(enrolled: Enrolled, fresh_hub: str, tmp_path: Path) -> Iterator[Kept]:
    """Yield a hub that was backed up once."""
    with (
        opened(fresh_hub, enrolled.keys_dir, receipts="commit") as parts,
        LogWorld.opened(fresh_hub, tmp_path / "anchor") as log,
    ):
        log.key = log_key(enrolled.keys_dir, HUB, parts.hub.source)
        one = Kept(parts, log, tmp_path / "backup", [], enrolled.postgres)
        one.live()
        one.back_up(AT_MS)
        yield one


def rows(world: LogWorld) -> int:
    return int(world.one("SELECT count(*) FROM ledger.header"))


def test_backup_comes_back_whole_and_the_log_goes_on(kept: Kept, enrolled: Enrolled) -> None:
    with kept.fresh() as world:
        report = restore(world.connection, kept.folder, kept.proof())
        assert (report["ok"], report["live"], report["missing"]) == (True, True, [])
        assert (report["receipts"], report["older"]) == (2, 1)
        for table in ("header", "events", "subject_key", "fact_current", "tlog_checkpoint"):
            query = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ledger.{table} t"  # noqa: S608
            assert world.one(query) == kept.log.one(query), table
        with opened(world.url, enrolled.keys_dir, receipts="commit") as parts:
            parts.project()
            parts.post("gp-c", concern(), person())
        world.sequence()
        assert world.found() == set()
        assert rows(world) == rows(kept.log) + 1


def test_backup_that_is_behind_is_not_let_live_and_what_is_missing_is_named(kept: Kept) -> None:
    position = kept.log.one("SELECT max(position) FROM ledger.header")
    kept.live()
    head = kept.log.one("SELECT max(position) FROM ledger.header")
    with kept.fresh() as world:
        report = restore(world.connection, kept.folder, kept.proof())
        assert (report["ok"], report["live"]) == (False, False)
        behind, posted, shown = report["missing"]
        assert behind == {"checkpoint": "anchor", "first": position + 1, "last": head}
        assert (posted["position"], shown["position"]) == (position + 1, position + 2)
        assert {fault["check"] for fault in report["faults"]} == {"older"}
        assert rows(world) == 0
        assert world.one("SELECT count(*) FROM ledger.subject_key") == 0


def test_next_run_adds_what_is_new_and_forgets_the_keys_of_before(kept: Kept) -> None:
    first = read_manifest(kept.folder)
    kept.live()
    second = kept.back_up(AT_MS + 1)
    assert second["segments"][: len(first["segments"])] == first["segments"]
    assert len(second["segments"]) == 2 * len(first["segments"])
    assert [folder.name for folder in (kept.folder / "state").iterdir()] == [str(AT_MS + 1)]
    assert len(kept.back_up(AT_MS + 2)["segments"]) == len(second["segments"])  # nothing new
    with kept.fresh() as world:
        assert restore(world.connection, kept.folder, kept.proof())["live"]
        assert rows(world) == rows(kept.log)


def test_run_that_was_cut_short_leaves_the_backup_as_it_was(kept: Kept) -> None:
    kept.live()
    whole = (kept.folder / "manifest.json").read_bytes()
    kept.back_up(AT_MS + 1)
    (kept.folder / "manifest.json").write_bytes(whole)  # as if the last step had not been
    with kept.fresh() as world, pytest.raises(BackupError, match=f"state/{AT_MS}.* is missing"):
        restore(world.connection, kept.folder, kept.proof(anchor=False))


def test_drill_proves_and_leaves_nothing_behind(kept: Kept) -> None:
    with kept.fresh() as world:
        report = restore(world.connection, kept.folder, kept.proof(), drill=True)
        assert (report["ok"], report["live"], rows(world)) == (True, False, 0)
        assert restore(world.connection, kept.folder, kept.proof())["live"]
        with pytest.raises(BackupError, match="an empty one"):
            restore(world.connection, kept.folder, kept.proof())


def test_every_file_of_a_backup_is_missed_and_told_apart_from_another(
    kept: Kept, tmp_path: Path
) -> None:
    manifest = read_manifest(kept.folder)
    written = [*manifest["segments"], *manifest["state"]]
    assert len(written) > 8
    with kept.fresh() as world:
        for one in written:
            spoiled = tmp_path / "spoiled"
            copytree(kept.folder, spoiled, dirs_exist_ok=True)
            file = spoiled / one["file"]
            file.write_bytes(file.read_bytes()[:-1] + b"\x00")
            with pytest.raises((BackupError, psycopg.Error)):
                restore(world.connection, spoiled, kept.proof())
            file.unlink()
            with pytest.raises(BackupError, match="is missing"):
                restore(world.connection, spoiled, kept.proof())
        assert rows(world) == 0


def test_row_altered_in_a_backup_is_found_though_the_manifest_agrees(kept: Kept) -> None:
    with kept.fresh() as world:
        restore(world.connection, kept.folder, kept.proof())
        world.connection.execute(
            "UPDATE ledger.events SET state = sha256(state) WHERE notification_id = 3"
        )
        elsewhere = kept.folder.with_name("altered")
        back_up(world.connection, elsewhere, now_ms=AT_MS)
    with kept.fresh() as world:
        report = restore(world.connection, elsewhere, kept.proof())
        assert not report["live"]
        assert ("leaf", 3) in {(fault["check"], fault["at"]) for fault in report["faults"]}


def test_folder_of_another_ledger_is_not_added_to(kept: Kept) -> None:
    with kept.fresh() as world:
        world.rows(rows(kept.log) + 5)
        with pytest.raises(BackupError, match="another ledger"):
            back_up(world.connection, kept.folder, now_ms=AT_MS + 1)


def test_receipts_that_are_not_this_hubs_or_say_otherwise_are_told(kept: Kept) -> None:
    stranger = Signer(b"s" * 32).sign({"iss": HUB}, typ="hub-receipt+jwt")
    record = kept.parts.post("home-e", concern(), person("9990000026"))
    kept.receipts += [stranger, "no receipt", kept.parts.hub.receipts.for_event(record)]
    with kept.fresh() as world:
        missing = restore(world.connection, kept.folder, kept.proof())["missing"]
    assert [one["why"] for one in missing] == [
        "not signed by this hub", "not signed by this hub", "not in the ledger",
    ]  # fmt: skip
    assert missing[2] == {
        "receipt": str(record.jti), "position": record.position, "why": "not in the ledger",
    }  # fmt: skip


def test_key_that_the_log_says_was_destroyed_is_destroyed_again(kept: Kept) -> None:
    with kept.fresh() as world:
        restore(world.connection, kept.folder, kept.proof())
        subject = world.one("SELECT subject FROM ledger.header WHERE agency = 'home-e'")
        assert erase_again(world.connection) == 0
        world.connection.execute(
            "INSERT INTO ledger.header SELECT position + 1, 'hub', %s, digest, subject, type,"
            " 'shred', occurred_at, recorded_at, 0, jsonb_build_object('key_id', %s::text),"
            " '[]', commitment, key_id FROM ledger.header ORDER BY position DESC LIMIT 1",
            [uid("erased"), subject],
        )
        assert erase_again(world.connection) == 1
        gone = "SELECT wrapped = '' AND state <> 'live' FROM ledger.subject_key WHERE key_id = %s"
        assert world.one(gone, subject)
        assert not world.one("SELECT count(*) FROM ledger.subject_index WHERE subject = %s",
                             subject)  # fmt: skip
        assert erase_again(world.connection) == 0


def test_backup_holds_no_key_of_the_hub(kept: Kept, enrolled: Enrolled) -> None:
    files = [path.read_bytes() for path in kept.folder.rglob("*") if path.is_file()]
    for key in enrolled.keys_dir.glob("*.bin"):
        assert not any(key.read_bytes() in raw for raw in files)


def test_commands_back_up_and_restore_and_say_what_is_missing(
    kept: Kept, enrolled: Enrolled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        owner_url=kept.log.url, keys_dir=enrolled.keys_dir, hub_uri=HUB,
        anchor_file=str(kept.log.anchor_path),
    )  # fmt: skip

    def run(url: str, *arguments: str) -> tuple[int, str]:
        for name, value in environment(settings.model_copy(update={"owner_url": url})).items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(app, list(arguments))
        return done.exit_code, done.stdout + done.stderr

    backup, receipts = str(tmp_path / "by-command"), tmp_path / "receipts"
    assert run(kept.log.url, "backup", backup)[0] == 0
    kept.live()
    receipts.write_text("\n".join(kept.receipts), "ascii")
    given = ("--verify", backup, "--receipts", str(receipts))
    with kept.fresh() as world:
        code, words = run(world.url, "restore", *given)
        assert code == 1
        assert "MISSING positions" in words
        assert words.count("MISSING receipt") == 2
        assert run(kept.log.url, "backup", backup, "--json")[0] == 0
        code, words = run(world.url, "restore", *given, "--json")
        assert (code, json.loads(words)["live"]) == (0, True)
        assert run(world.url, "restore", str(tmp_path / "none"))[0] == 2
        assert run(world.url, "restore", *given)[0] == 2  # it is not empty any more
