"""Alembic and a hub's database: `ops` is brought up to date, and nothing else can be touched."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from migrations.guard import ForbiddenMigrationError, include_name
from migrations.run import migrate
from migrations.tables import METADATA

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
OWN = sorted(VERSIONS.glob("[0-9]*.py"))
NEXT = f"{len(OWN) + 1:04}"
SCRIPT = f'''"""A migration that goes too far."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{len(OWN):04}"


def upgrade() -> None:
    """Try."""
    {{body}}
'''
ATTEMPTS = (
    'op.drop_table("events", schema="ledger")',
    'op.drop_table("item", schema="views_v1")',
    'op.drop_table("theirs", schema="public")',
    'op.drop_table("theirs")',
    'op.add_column("events", sa.Column("x", sa.Integer), schema="ledger")',
    'op.create_table("mine", sa.Column("x", sa.Integer), schema="ledger")',
    'op.create_table("mine", sa.Column("x", sa.Integer))',
    'op.execute("DELETE FROM ledger.events")',
    'op.execute("TRUNCATE views_v1.item")',
    'op.execute("DROP SCHEMA ledger CASCADE -- ops.once")',
    'op.execute("SET search_path TO ledger"); op.drop_table("events")',
    'op.get_bind().exec_driver_sql("DELETE FROM ledger.events")',
    'op.get_bind().exec_driver_sql("DELETE FROM ops.once; DELETE FROM ledger.events")',
    'op.bulk_insert(sa.table("header", sa.column("position"), schema="ledger"), [{"position": 1}])',
)


def scripts(folder: Path, body: str) -> Path:
    for own in OWN:
        (folder / own.name).write_text(own.read_text("utf-8"))
    (folder / f"{NEXT}_too_far.py").write_text(SCRIPT.format(body=body))
    return folder


def everything(url: str) -> list[tuple[object, ...]]:
    """Return every table, column and row count of a database."""
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT table_schema, table_name, column_name, data_type, is_nullable"
            " FROM information_schema.columns WHERE table_schema NOT IN"
            " ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3"
        ).fetchall()
        tables = {(schema, table) for schema, table, *_ in columns}
        counts = [
            (schema, table, connection.execute(
                f'SELECT count(*) FROM "{schema}"."{table}"'.encode()  # noqa: S608 - our own names
            ).fetchone())
            for schema, table in sorted(tables)
        ]  # fmt: skip
        version = connection.execute("SELECT version_num FROM ops.alembic_version").fetchall()
    return [*columns, *counts, *version]


@pytest.fixture
def database(fresh_hub: str) -> str:
    """A hub's database, with a table of somebody else's in it."""
    with psycopg.connect(fresh_hub, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.theirs (n int)")
        connection.execute("INSERT INTO public.theirs VALUES (1)")
    return fresh_hub


@pytest.mark.parametrize("body", ATTEMPTS)
def test_a_migration_that_reaches_outside_ops_is_refused_and_changes_nothing(
    database: str, tmp_path: Path, body: str
) -> None:
    before = everything(database)
    assert ("ledger", "events", (17,)) in before
    with pytest.raises(ForbiddenMigrationError):
        migrate(database, scripts(tmp_path, body))
    assert everything(database) == before


def test_a_half_done_migration_leaves_nothing(database: str, tmp_path: Path) -> None:
    before = everything(database)
    first = 'op.create_table("mine", sa.Column("x", sa.Integer), schema="ops")'
    with pytest.raises(ForbiddenMigrationError):
        migrate(database, scripts(tmp_path, f"{first}; {ATTEMPTS[0]}"))
    assert everything(database) == before


def test_a_migration_of_ops_goes_through(database: str, tmp_path: Path) -> None:
    migrate(
        database,
        scripts(tmp_path, 'op.add_column("once", sa.Column("note", sa.Text), schema="ops")'),
    )
    after = everything(database)
    assert ("ops", "once", "note", "text", "YES") in after
    assert (NEXT,) in after


def test_migrating_twice_changes_nothing(database: str) -> None:
    before = everything(database)
    migrate(database)
    migrate(database)
    assert everything(database) == before


def test_after_a_refusal_the_right_migrations_still_run(database: str, tmp_path: Path) -> None:
    with pytest.raises(ForbiddenMigrationError):
        migrate(database, scripts(tmp_path, ATTEMPTS[0]))
    migrate(database)


def test_from_nothing_ops_comes_to_be_and_the_application_may_use_it(database_url: str) -> None:
    migrate(database_url)
    app = database_url.replace("//postgres:@", "//hub_app@", 1)
    with psycopg.connect(app, autocommit=True) as connection:
        connection.execute("INSERT INTO ops.once VALUES ('a', 'b', 1)")
        connection.execute("DELETE FROM ops.once")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM ops.notice_ack")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE ops.once")


def test_autogenerate_finds_nothing_to_do_and_sees_nobody_elses_tables(database: str) -> None:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_schemas": True,
                    "include_name": include_name,
                    "version_table_schema": "ops",
                },
            )
            assert compare_metadata(context, METADATA) == []
    finally:
        engine.dispose()


@pytest.mark.parametrize("own", OWN, ids=lambda path: path.stem)
def test_there_is_no_way_back(own: Path) -> None:
    spec = spec_from_file_location("own", own)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(NotImplementedError):
        module.downgrade()
