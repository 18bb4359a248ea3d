"""Which statements a migration may run: those that change `ops`, and reads that change nothing."""

import pytest

from migrations.guard import ForbiddenMigrationError, include_name, refuse_elsewhere

ALLOWED = (
    "SELECT 1",
    "SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class WHERE relkind = 'r'",
    "select pg_catalog.version()",
    "SHOW standard_conforming_strings",
    "CREATE SCHEMA IF NOT EXISTS ops",
    "CREATE TABLE ops.more (n int)",
    "\nCREATE UNLOGGED TABLE ops.once (\n\tkind TEXT NOT NULL\n)\n\n",
    "CREATE INDEX ix ON ops.once (expires_at)",
    'ALTER TABLE "ops"."once" ADD COLUMN note text',
    "DROP TABLE ops.more;",
    "UPDATE ops.alembic_version SET version_num='0002' WHERE version_num = '0001'",
    "INSERT INTO ops.once VALUES ('a;b', 'it''s ledger.events', 1)",
    "DELETE FROM ops.once",
    "COMMENT ON TABLE ops.once IS 'used up in ledger'",
)
FORBIDDEN = (
    "DROP TABLE ledger.events",
    'DROP TABLE "ledger"."events"',
    "DROP TABLE events",
    "DROP TABLE ops.once, ledger.events",
    "DROP TABLE ops.once; DROP TABLE ledger.events",
    "DROP TABLE ops.once /* it is ours */; DROP SCHEMA ledger CASCADE",
    "DROP SCHEMA ledger CASCADE -- ops.once",
    "DROP SCHEMA ops CASCADE",
    "TRUNCATE ledger.events /* ops. */",
    "DELETE FROM views_v1.item",
    "UPDATE views_v2_next.item SET agency = 'ops.x'",
    "INSERT INTO public.x VALUES ('ops.')",
    "SET search_path TO ledger",
    "SELECT set_config('search_path', 'ledger', false)",
    "SELECT ledger.append()",
    "SELECT pg_terminate_backend(1)",
    "SELECT 1; DROP TABLE ops.once",
    "DO $$ BEGIN EXECUTE 'drop table ' || 'ledger' || '.events'; END $$ -- ops.",
    "CREATE FUNCTION ops.f() RETURNS void LANGUAGE sql AS 'drop table events'",
    "CREATE TRIGGER t AFTER INSERT ON ops.once EXECUTE FUNCTION f()",
    "CREATE EXTENSION dblink SCHEMA ops",
    "ALTER TABLE ops.once SET SCHEMA ledger",
    "CREATE VIEW ops.v AS SELECT * FROM ledger.events",
    "GRANT ALL ON ledger.events TO PUBLIC",
    "ALTER ROLE hub_app SUPERUSER",
    "WITH gone AS (DELETE FROM ledger.events RETURNING 1) SELECT 1 FROM ops.once, gone",
    "COPY ledger.events FROM STDIN -- ops.",
    "LOCK TABLE ops.once",
    "CALL ops.f()",
    "VACUUM",
    "ALTER TABLE shops.once ADD COLUMN n int",
    "",
)


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_concerns_ops_alone_is_let_through(statement: str) -> None:
    refuse_elsewhere(statement)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_whatever_else_is_refused(statement: str) -> None:
    with pytest.raises(ForbiddenMigrationError, match="ops schema only"):
        refuse_elsewhere(statement)


def test_autogenerate_is_shown_ops_alone() -> None:
    shown = {name for name in ("ops", "ledger", "views_v1", "public", None)
             if include_name(name, "schema", {})}  # fmt: skip
    assert shown == {"ops"}
    assert include_name("once", "table", {"schema_name": "ops"})
