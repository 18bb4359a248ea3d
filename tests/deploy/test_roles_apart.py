"""A hub whose schemas have owners of their own: every process has the rights it needs."""

from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from typer.testing import CliRunner

from hub.cli import app
from hub.ledger.frontdoor import Unspent
from hub.ledger.record import Spend
from hub.views.rebuild import rebuild
from hub.views.runner import Projector, connect
from tests.deploy.apart import as_role, set_up
from tests.intake.world import NOW
from tests.support.parts import concern, enrol_cast, items_of, opened


def test_an_event_is_stored_projected_and_read_with_each_process_in_its_role(
    roles_apart: str, tmp_path: Path
) -> None:
    views = as_role(roles_apart, "hub_projector")
    with opened(roles_apart, tmp_path, receipts="commit") as parts:
        parts.run(enrol_cast(parts.hub))
        proof = Unspent(Spend("dpop", "a proof", NOW + 60))
        token = parts.sign("gp-c", concern())
        stored = parts.run(parts.hub.door.post(token, "gp-c", proof))
        with connect(views) as connection:
            Projector(now_ms=parts.hub.clock.now_ms).catch_up(connection)
        answer = parts.timeline("council-a", stored.subject)
        assert [item["position"] for item in items_of(answer)] == [stored.position]
        assert rebuild(views, now_ms=parts.hub.clock.now_ms).identical


def test_setting_up_once_more_changes_nothing_and_is_not_refused(roles_apart: str) -> None:
    set_up(roles_apart)


@pytest.mark.parametrize(
    "role", ["hub_app", "hub_projector", "hub_sequencer", "hub_vault", "hub_backup"]
)
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM ledger.header", "CREATE TABLE public.mine ()", "SET ROLE hub_owner"],
)
def test_no_process_may_change_the_ledger_or_become_its_owner(
    roles_apart: str, role: str, statement: str
) -> None:
    with psycopg.connect(as_role(roles_apart, role), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")  # a habit, and no bar
        with pytest.raises(InsufficientPrivilege):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM ops.answer", "DELETE FROM ops.once", "UPDATE ops.once SET expires_at = 0"],
)
def test_the_owner_of_the_ledger_may_spend_a_proof_and_no_more(
    roles_apart: str, statement: str
) -> None:
    with (
        psycopg.connect(as_role(roles_apart, "hub_owner"), autocommit=True) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_an_installation_that_is_refused_says_so_without_an_address(roles_apart: str) -> None:
    nobody = as_role(roles_apart, "hub_audit")
    done = CliRunner().invoke(app, ["install", "--ledger", nobody])
    assert done.exit_code == 1
    assert done.stderr == "hub install: the database refused: InsufficientPrivilege (42501)\n"
