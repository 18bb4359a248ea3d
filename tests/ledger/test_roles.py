"""The application's role reads the ledger and the views, and writes through one function only."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from tests.support.parts import Parts, concern

LEDGER = (
    "events", "header", "fact_current", "fact_scope", "subject_key", "subject_index",
    "partner_counter",
)  # fmt: skip
VIEWS = ("item", "entitlement", "register", "notice", "tracking", "fact")
WRITES = (
    "INSERT INTO {t} SELECT * FROM {t}",
    "UPDATE {t} SET {c} = {c}",
    "DELETE FROM {t}",
    "TRUNCATE {t}",
    "DROP TABLE {t}",
    "ALTER TABLE {t} ADD COLUMN x int",
    "CREATE INDEX ON {t} ({c})",
    "BEGIN; LOCK TABLE {t} IN EXCLUSIVE MODE; COMMIT",
    "CREATE TRIGGER x BEFORE INSERT ON {t} EXECUTE FUNCTION ledger.append()",
)
TABLES = [f"ledger.{t}" for t in LEDGER] + [f"views_v1.{t}" for t in VIEWS]


@pytest.fixture
def app(parts: Parts) -> Iterator[Connection[Any]]:
    parts.post("gp-c", concern())
    parts.project()
    with psycopg.connect(parts.hub.settings.database_url, autocommit=True) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("hub_app",)
        yield connection


def column(connection: Connection[Any], table: str) -> str:
    row = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_it_may_read_all_of_them(app: Connection[Any]) -> None:
    for table in TABLES:
        app.execute(f"SELECT count(*) FROM {table}".encode())  # noqa: S608 - our own names


@pytest.mark.parametrize("statement", WRITES, ids=lambda s: " ".join(s.split()[:2]))
def test_it_may_write_none_of_them(app: Connection[Any], statement: str) -> None:
    for table in TABLES:
        with pytest.raises(InsufficientPrivilege):
            app.execute(statement.format(t=table, c=column(app, table)).encode())
        app.execute("ROLLBACK")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP SCHEMA ledger CASCADE",
        "DROP SCHEMA views_v1 CASCADE",
        "CREATE TABLE ledger.mine (n int)",
        "CREATE TABLE views_v1.mine (n int)",
        "CREATE SCHEMA mine",
        "DROP FUNCTION ledger.append",
        "CREATE ROLE mine",
        "SET ROLE postgres",
        "SET session_replication_role = replica",
        "ALTER FUNCTION ledger.append SECURITY INVOKER",
        "COPY ledger.events TO PROGRAM 'true'",
    ],
)
def test_it_may_change_nothing_around_them(app: Connection[Any], statement: str) -> None:
    with pytest.raises((InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)):
        app.execute(statement.encode())


def test_it_cannot_pass_on_what_it_may_not_do_itself(app: Connection[Any]) -> None:
    acl = "SELECT relacl::text FROM pg_class WHERE oid = 'ledger.events'::regclass"
    before = app.execute(acl).fetchone()
    app.execute("GRANT ALL ON ledger.events TO PUBLIC")  # PostgreSQL only warns
    assert app.execute(acl).fetchone() == before


def test_it_appends_through_the_function(parts: Parts) -> None:
    head = parts.head()
    parts.post("gp-c", concern())
    assert parts.head() == head + 1
    assert "hub_app@" in parts.hub.settings.database_url


def test_its_own_search_path_leads_the_function_nowhere_else(
    parts: Parts, app: Connection[Any]
) -> None:
    app.execute("CREATE TEMPORARY TABLE fact_scope (key text, position bigint)")
    row = app.execute(
        "SELECT proconfig, prosecdef FROM pg_proc WHERE oid = 'ledger.append'::regproc"
    ).fetchone()
    assert row == (["search_path=pg_catalog, ledger, pg_temp"], True)
    assert parts.rows(
        "SELECT count(*) FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
        " AND prosecdef AND proname <> 'append'"
    ) == [(0,)]


def test_nobody_else_may_execute_it(parts: Parts) -> None:
    granted = parts.rows(
        "SELECT grantee FROM information_schema.routine_privileges"
        " WHERE routine_schema = 'ledger' AND routine_name = 'append' ORDER BY 1"
    )
    assert granted == [("hub_app",), ("postgres",)]
