"""A backup of a hub whose keys and schemas are kept apart, made and brought back as composed."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from tests.deploy.apart import as_role, set_up
from tests.intake.world import HUB
from tests.log.world import LogWorld
from tests.support.parts import concern, enrol_cast, opened
from tests.support.postgres import Postgres


def hub_command(told: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=dict(told))


def test_it_comes_back_by_the_logs_public_key_into_schemas_that_keep_their_owners(
    roles_apart: str, postgres: Postgres, tmp_path: Path
) -> None:
    keys, backup = tmp_path / "keys", str(tmp_path / "backup")
    told = {
        "HUB_DATABASE_URL": as_role(roles_apart, "hub_backup"),
        "HUB_OWNER_URL": "",
        "HUB_HUB_URI": HUB,
        "HUB_KEYS_DIR": str(keys),
        "HUB_ANCHOR_FILE": str(tmp_path / "anchor"),
    }
    with (
        opened(roles_apart, keys, receipts="commit") as parts,
        LogWorld.opened(roles_apart, tmp_path / "anchor") as log,
    ):
        parts.run(enrol_cast(parts.hub))
        parts.post("gp-c", concern())
        log.sequence()
        made = hub_command(told, "backup", backup)
        assert made.exit_code == 0, made.stderr
        vkey = log.key.verifier.vkey
    name = postgres.create()
    fresh = postgres.url(name)
    try:
        set_up(fresh)
        back = {**told, "HUB_OWNER_URL": fresh}
        assert hub_command(back, "restore", backup).exit_code == 2  # no key to prove it with
        done = hub_command(back, "restore", backup, "--vkey", vkey)
        assert done.exit_code == 0, done.output
        set_up(fresh)  # each owner can still update what is its own
    finally:
        postgres.drop(name)


@pytest.mark.parametrize("role", ["hub_app", "hub_projector"])
def test_a_role_that_may_not_read_all_is_told_so_in_one_line(
    roles_apart: str, tmp_path: Path, role: str
) -> None:
    told = {"HUB_DATABASE_URL": as_role(roles_apart, role), "HUB_OWNER_URL": ""}
    refused = hub_command(told, "backup", str(tmp_path / "backup"))
    assert refused.exit_code == 2
    assert refused.stderr == "hub backup: its role may not read all that has to be kept\n"


def test_what_compares_with_the_log_draws_no_key_of_its_own(tmp_path: Path) -> None:
    refused = hub_command({"HUB_KEYS_DIR": str(tmp_path)}, "reconcile")
    assert refused.exit_code == 2
    assert list(tmp_path.iterdir()) == []
