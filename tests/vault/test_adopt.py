"""The master keys are those of the ledger, or no vault starts; an older folder's are moved here."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from hub.clock import SystemClock
from hub.ids import SystemSource
from hub.ledger.kek import FileKeys, KekError
from hub.settings import Settings
from hub.vault.parts import opened
from tests.disclosure.scene import consented
from tests.support.hub_process import environment
from tests.support.parts import Parts
from tests.support.parts import opened as hub_opened

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = {"kek.bin", "index.bin"}


def settings_with(own: Parts, folder: Path) -> Settings:
    return own.hub.settings.model_copy(update={"vault_dir": folder})


@contextmanager
def started(settings: Settings) -> "Iterator[None]":
    with opened(settings, SystemClock(), SystemSource()):
        yield


def take(own: Parts, old: Path, new: Path) -> Result:
    told = {**environment(settings_with(own, new)), "HUB_OWNER_URL": ""}
    return CliRunner().invoke(app, ["vault", "--take-keys", str(old)], env=told)


@pytest.fixture
def older(own: Parts, tmp_path: Path) -> Path:
    """Return a folder that holds the ledger's master keys, as hubs without a vault kept them."""
    folder = tmp_path / "older"
    folder.mkdir(mode=0o700)
    for file in own.hub.settings.vault_dir.glob("*.bin"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize("missing", ["all", "kek.bin", "index.bin"])
def test_no_key_is_drawn_beside_a_ledger_that_has_subjects(
    own: Parts, older: Path, missing: str
) -> None:
    for name in ALL if missing == "all" else {missing}:
        (older / name).unlink()
    left = {file.name for file in older.iterdir()}
    with pytest.raises(KekError, match="not in HUB_VAULT_DIR"), started(settings_with(own, older)):
        pass
    assert {file.name for file in older.iterdir()} == left


def test_another_ledgers_keys_are_refused_and_one_altered_row_is_not_enough_for_that(
    own: Parts, tmp_path: Path
) -> None:
    FileKeys.open(tmp_path / "others", SystemSource())
    others = settings_with(own, tmp_path / "others")
    with pytest.raises(KekError, match="open nothing of this ledger"), started(others):
        pass
    own.rows(
        "UPDATE ledger.subject_key SET wrapped = '' WHERE key_id ="
        " (SELECT key_id FROM ledger.subject_key LIMIT 1) RETURNING 1"
    )
    with started(own.hub.settings):
        pass


def test_keys_are_moved_and_the_hub_goes_on_with_them(
    own: Parts, older: Path, tmp_path: Path
) -> None:
    subject = consented(own)
    before = own.timeline("gp-c", subject).body
    new = tmp_path / "moved" / "vault"
    done = take(own, older, new)
    assert (done.exit_code, list(older.iterdir())) == (0, [])
    assert {file.name: file.stat().st_mode & 0o777 for file in new.iterdir()} == dict.fromkeys(
        ALL, 0o600
    )
    for file in own.hub.settings.keys_dir.glob("*.bin"):
        (new.parent / file.name).write_bytes(file.read_bytes())
    with hub_opened(own.owner, new.parent) as again:
        assert again.timeline("gp-c", subject).body == before
    assert take(own, older, new).exit_code == 1


def test_a_move_that_was_cut_off_is_finished(own: Parts, older: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "kek.bin").write_bytes((older / "kek.bin").read_bytes())
    assert take(own, older, new).exit_code == 0
    assert ({f.name for f in new.iterdir()}, list(older.iterdir())) == (ALL, [])
    # Cut off between the two removals: the copies are there, and one old file.
    (older / "kek.bin").write_bytes((new / "kek.bin").read_bytes())
    assert take(own, older, new).exit_code == 0
    assert list(older.iterdir()) == []


@pytest.mark.parametrize("why", ["another key", "another ledger", "half a key", "same folder"])
def test_nothing_is_destroyed_where_the_move_is_refused(
    own: Parts, older: Path, tmp_path: Path, why: str
) -> None:
    new = older if why == "same folder" else tmp_path / "new"
    if why == "another key":
        FileKeys.open(new, SystemSource())
    elif why == "another ledger":
        (older / "kek.bin").write_bytes(b"x" * 32)
    elif why == "half a key":
        (older / "kek.bin").write_bytes(b"x" * 16)
    held = {file.name: file.read_bytes() for file in older.iterdir()}
    done = take(own, older, new)
    assert done.exit_code == 1
    assert done.output.startswith("hub vault: ")
    assert {file.name: file.read_bytes() for file in older.iterdir()} == held
