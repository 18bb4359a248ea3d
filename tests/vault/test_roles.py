"""Who may do what with what is sealed: the API nothing, the vault no more than its task."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from tests.disclosure.scene import ADVOCATE, consented
from tests.support.parts import Parts


def as_role(parts: Parts, role: str) -> Connection[Any]:
    url = parts.owner.replace("//postgres:@", f"//{role}@", 1)
    return psycopg.connect(url, autocommit=True)


@pytest.fixture
def told(parts: Parts) -> Parts:
    subject = consented(parts)
    parts.timeline(ADVOCATE, subject)
    return parts


@pytest.fixture
def vault(told: Parts) -> Iterator[Connection[Any]]:
    with as_role(told, "hub_vault") as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT wrapped FROM ledger.subject_key",
        "SELECT * FROM ledger.subject_key",
        "SELECT * FROM vault.unwrap",
        "INSERT INTO vault.unwrap (at, reason, items) VALUES (0, 'verify', 0)",
        "SELECT vault.rewrap(1, 2, '{}', '{}')",
        "SELECT vault.destroy_key(gen_random_uuid())",
    ],
)
def test_the_api_sees_no_key_not_even_wrapped(told: Parts, statement: str) -> None:
    with as_role(told, "hub_app") as api, pytest.raises(InsufficientPrivilege):
        api.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault.unwrap SET items = 0",
        "DELETE FROM vault.unwrap",
        "TRUNCATE vault.unwrap",
        "UPDATE ledger.subject_key SET wrapped = ''",
        "DELETE FROM ledger.subject_key",
        "DELETE FROM ledger.subject_index",
        "SELECT * FROM ledger.fact_current",
        "SELECT * FROM views_v1.item",
        "SELECT * FROM ops.answer",
        "DELETE FROM ledger.header",
    ],
)
def test_the_vault_can_take_nothing_back(vault: Connection[Any], statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        vault.execute(statement.encode())


def test_the_vault_destroys_only_the_key_that_the_ledger_says(
    told: Parts, vault: Connection[Any]
) -> None:
    ((subject,),) = told.rows(
        "SELECT subject FROM ledger.header WHERE agency <> 'hub' ORDER BY position LIMIT 1"
    )
    assert vault.execute("SELECT vault.destroy_key(%s)", [subject]).fetchone() == (False,)
    assert told.rows("SELECT state FROM ledger.subject_key WHERE key_id = %s", subject) == [
        ("live",)
    ]


def test_an_auditor_reads_what_was_opened_and_no_key(told: Parts) -> None:
    with as_role(told, "hub_audit") as auditor:
        opened = auditor.execute(
            "SELECT u.items = jsonb_array_length(h.routing->'items') FROM vault.unwrap u"
            " JOIN ledger.header h ON h.jti = u.dis WHERE u.reason = 'disclosure'"
        ).fetchall()
        assert opened == [(True,)]
        for table in ("ledger.subject_key", "ledger.subject_index", "ops.answer"):
            with pytest.raises(InsufficientPrivilege):
                auditor.execute(f"SELECT * FROM {table}".encode())  # noqa: S608 - our own names
