"""The command line: what each command says of itself, what it refuses, and how it ends."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import typer
from click import Command, Group
from typer.testing import CliRunner, Result

from adapters.kit import AgencyKey
from adapters.kit.__main__ import main as kit
from hub.cli import app
from hub.settings import Settings
from tests.support.hub_process import RunningHub, environment

ROOT = Path(__file__).parents[2]
NOWHERE = {
    "HUB_DATABASE_URL": "postgresql://hub_app:hunter2@127.0.0.1:1/none?connect_timeout=1",
    "HUB_OWNER_URL": "",
}
GOOD = ("--name", "Avon police", "--kind", "police")


def hub_command(*arguments: str, settings: Settings | None = None, **variables: str) -> Result:
    """Run a command in this process: starting another costs seconds."""
    told: Mapping[str, str] = {} if settings is None else environment(settings)
    return CliRunner().invoke(app, arguments, env={**told, **variables})


def commands(group: Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(cast("Group", command), (*path, name))
        else:
            yield (*path, name), command


ALL: dict[str, Any] = {
    " ".join(path): command
    for path, command in commands(cast("Group", typer.main.get_command(app)))
}


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_does_with_an_example(name: str) -> None:
    words = " ".join((ALL[name].help or "").split())
    assert f"Example: hub {name}" in words


def test_help_comes_without_a_database_and_without_settings() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "hub", "key", "register", "--help"],
        env={}, capture_output=True, text=True, timeout=120, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "Example: hub key register" in shown.stdout


def test_an_unknown_command_is_misuse() -> None:
    assert hub_command("abracadabra").exit_code == 2


def test_an_agency_is_added_and_listed(hub: RunningHub) -> None:
    added = hub_command("agency", "add", "avon-police", *GOOD, "--json", settings=hub.settings)
    assert added.exit_code == 0, added.stderr
    assert json.loads(added.stdout)["agency"] == "avon-police"
    listed = hub_command("agency", "list", "--json", settings=hub.settings)
    assert {"id": "avon-police", "kind": "police", "name": "Avon police"} in (
        json.loads(listed.stdout)["agencies"]
    )


def test_a_key_is_registered_listed_and_revoked(hub: RunningHub, tmp_path: Path) -> None:
    agency = hub.enrol("gp")
    key = AgencyKey.generate("ES256")
    file = tmp_path / "key.jwk"
    file.write_text(json.dumps(key.public_jwk()))
    for arguments in (
        ("key", "register", agency, str(file)),
        ("key", "revoke", agency, key.kid, "--reason", "compromised", "--compromised-since", "9"),
    ):
        done = hub_command(*arguments, settings=hub.settings)
        assert done.exit_code == 0, done.stderr
    listed = hub_command("key", "list", agency, "--json", settings=hub.settings)
    (entry,) = (k for k in json.loads(listed.stdout)["keys"] if k["kid"] == key.kid)
    assert entry["alg"] == "ES256"
    assert entry["revoked_at"]
    assert entry["compromised_since"] == 9
    again = hub_command("key", "register", agency, str(file), settings=hub.settings)
    assert again.exit_code == 2
    assert one_line(again) == "hub: the key is refused: the key was registered before"


def test_a_key_is_registered_as_the_kit_prints_it(
    hub: RunningHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kit(["key", "new", str(tmp_path / "agency.pem")]) == 0
    printed = tmp_path / "printed.json"
    printed.write_text(capsys.readouterr().out)
    done = hub_command("key", "register", hub.enrol("gp"), str(printed), settings=hub.settings)
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "Avon Police", *GOOD), "hub: not well formed: agency"),
        (("add", "avon", "--name", "Avon", "--kind", "circus"), "hub: not well formed: kind"),
        (("add", "avon", *GOOD, "--scopes", "root"), "hub: not well formed: scopes/0"),
        (("add", "avon", "--name", "", "--kind", "police"), "hub: not well formed: name"),
    ],
)
def test_an_agency_that_is_not_well_formed_is_refused_in_one_line(
    hub: RunningHub, arguments: tuple[str, ...], words: str
) -> None:
    refused = hub_command("agency", *arguments, settings=hub.settings)
    assert refused.exit_code == 2
    assert one_line(refused) == words


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"kty":"oct","k":"a"}', None])
def test_a_file_that_is_no_public_key_is_refused_in_one_line(
    hub: RunningHub, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "key.jwk"
    if content is not None:
        file.write_text(content)
    refused = hub_command("key", "register", "oak-gp", str(file), settings=hub.settings)
    assert refused.exit_code == 2
    assert one_line(refused).startswith("hub: ")


@pytest.mark.parametrize("owner", ["", NOWHERE["HUB_DATABASE_URL"]])
def test_without_a_database_a_command_says_so_in_one_line(tmp_path: Path, owner: str) -> None:
    told = {**NOWHERE, "HUB_OWNER_URL": owner, "HUB_KEYS_DIR": str(tmp_path / "keys")}
    away = hub_command("agency", "list", settings=None, **told)
    assert away.exit_code == 2
    assert one_line(away).startswith("hub: the database does not answer")
    assert "hunter2" not in away.stderr


@pytest.mark.heavy
def test_the_rulebook_is_checked(hub: RunningHub) -> None:
    checked = hub_command("rulebook", "check", "--json", settings=hub.settings)
    assert checked.exit_code == 0, checked.stdout
    assert json.loads(checked.stdout)["wrong"] == []


def test_a_rebuild_that_only_compares_finds_the_views_identical(hub: RunningHub) -> None:
    hub.settle()
    compared = hub_command("rebuild", "--compare-only", "--json", settings=hub.settings)
    assert compared.exit_code == 0, compared.stderr
    report = json.loads(compared.stdout)
    assert report["identical"]
    assert not report["swapped"]


def one_line(done: Result) -> str:
    """Return what a command said on stderr, which must be one line, with nothing on stdout."""
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    return line


def test_a_key_is_held_for_an_agency_without_a_system_listed_so_and_released(
    hub: RunningHub,
) -> None:
    agency = hub.enrol("gp")
    held = hub_command(
        "key", "hold", agency, "--asked-by", "admin-1", "--json", settings=hub.settings
    )
    assert held.exit_code == 0, held.stderr
    kid = json.loads(held.stdout)["kid"]
    listed = hub_command("key", "list", agency, "--json", settings=hub.settings)
    holders = {k["kid"]: k["held_by"] for k in json.loads(listed.stdout)["keys"]}
    assert holders == {hub.keys[agency].kid: "agency", kid: "hub"}
    done = hub_command("key", "release", agency, "--json", settings=hub.settings)
    assert json.loads(done.stdout) == {"agency": agency, "ended": 1}
    nobody = hub_command("key", "hold", "nobody", "--asked-by", "admin-1", settings=hub.settings)
    assert (nobody.exit_code, one_line(nobody)) == (2, "hub: no such agency is registered")
