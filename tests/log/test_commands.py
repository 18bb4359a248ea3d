"""The commands: what they print, and the exit codes that others build on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from hub.clock import SystemClock
from hub.ids import SystemSource
from hub.ledger.checkpoint import Verifier
from hub.ledger.logparts import log_key
from hub.settings import Settings
from tests.intake.world import HUB
from tests.log.world import LogWorld
from tests.support.parts import Enrolled
from tests.support.vaults import vault_of


@pytest.fixture
def command(
    enrolled: Enrolled, fresh_hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LogWorld]:
    """Yield the log of a hub that the environment points at, sequenced."""
    monkeypatch.setenv("HUB_DATABASE_URL", fresh_hub)
    monkeypatch.setenv("HUB_KEYS_DIR", str(enrolled.keys_dir))
    monkeypatch.setenv("HUB_HUB_URI", HUB)
    monkeypatch.setenv("HUB_ANCHOR_FILE", str(tmp_path / "anchor"))
    monkeypatch.setenv("HUB_VAULT_SOCKET", str(tmp_path / "vault.sock"))
    with LogWorld.opened(fresh_hub, tmp_path / "anchor") as log:
        log.key = log_key(enrolled.keys_dir, HUB, SystemSource())
        log.sequence()
    settings = Settings(
        vault_dir=enrolled.keys_dir / "vault",
        vault_database_url=fresh_hub.replace("//postgres:@", "//hub_vault@", 1),
        vault_socket=str(tmp_path / "vault.sock"),
    )
    with vault_of(settings, SystemClock(), SystemSource()):
        yield log


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_verify_finds_nothing_and_says_how_much_it_looked_at(command: LogWorld) -> None:
    done = run("verify", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ok"], report["faults"]) == (0, True, [])
    # One row more than the log had: that everything is opened was put on record first.
    assert report["rows"] - 1 == report["opened"] - 1 == report["size"] > 0
    assert report["unsequenced"] == 1
    assert report["older"] == 1  # the anchor
    assert "rows" in run("verify").stdout
    assert command.key.verifier.name == "hub.example/log"


def test_verify_names_the_check_and_the_place_and_exits_with_one(
    command: LogWorld, fresh_hub: str
) -> None:
    with LogWorld.opened(fresh_hub, command.anchor_path) as log:
        log.connection.execute(
            "UPDATE ledger.events SET state = set_byte(state, 60, get_byte(state, 60) # 1)"
            " WHERE notification_id = 2"
        )
    done = run("verify")
    assert done.exit_code == 1
    assert "FAULT ciphertext            2  an envelope does not open\n" in done.stdout
    # A hub cannot go by such a ledger, so nothing can be put on record either: the check goes on.
    assert "FAULT opened                0  this very check could not be put" in done.stdout


def test_verify_without_keys_needs_only_the_logs_public_key(
    command: LogWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_KEYS_DIR", str(tmp_path / "nothing"))
    assert run("verify").exit_code == 2
    assert run("verify", "--vkey", command.key.verifier.vkey).exit_code == 2
    done = run("verify", "--vkey", command.key.verifier.vkey, "--keyless", "--json")
    assert (done.exit_code, json.loads(done.stdout)["opened"]) == (0, 0)
    assert not (tmp_path / "nothing").exists()


def test_verify_holds_the_log_against_what_others_kept(command: LogWorld, tmp_path: Path) -> None:
    other = tmp_path / "kept.note"
    other.write_text(command.key.note("hub.example/log\n1\n" + "A" * 43 + "=\n"), "utf-8")
    assert run("verify", "--older", str(other)).exit_code == 1
    assert run("verify", "--older", str(tmp_path / "absent")).exit_code == 2


def test_keys_are_shown_as_verifiers_read_them(command: LogWorld, tmp_path: Path) -> None:
    shown = run("sequence", "--show-key").stdout.strip()
    assert Verifier.read(shown) == command.key.verifier
    arguments = ["witness", "w.example", "--log", shown, "--state", str(tmp_path / "w")]
    first, again = run(*arguments, "--show-key"), run(*arguments, "--show-key")
    assert first.stdout == again.stdout
    assert Verifier.read(first.stdout.strip()).name == "w.example"


def test_witness_of_no_log_is_used_wrongly(tmp_path: Path) -> None:
    done = run("witness", "w.example", "--log", "x", "--state", str(tmp_path), "--show-key")
    assert done.exit_code == 2
