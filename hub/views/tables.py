"""The tables of the views: one schema, made and dropped whole, never migrated.

In: the name of a schema. Out: its tables, and the statements that create them.
Never here: a row, a column with anybody's name in it, a table that Alembic knows.

A change of shape or of a fold's meaning gets a new schema name (views_v2): the two are built
beside each other and swapped (`rebuild`).
"""

from typing import Any, Final, TypeAlias, cast

from psycopg import Connection
from psycopg import sql as psql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

SCHEMA: Final = "views_v1"
READER: Final = "hub_app"
BATCH_LOCK: Final = 0x48554256
"""Advisory lock, with the schema's hash: its holder may write the views (a batch, or a swap)."""
LEADER_LOCK: Final = 0x4855424C
"""Advisory lock, with the schema's hash: the projector that is at work; a second one waits."""

_Kind: TypeAlias = TypeEngine[Any] | type[TypeEngine[Any]]


def metadata(schema: str = SCHEMA) -> MetaData:
    """Return every table of the views, in `schema`."""
    meta = MetaData(schema=schema)
    _progress(meta)
    _case_file(meta)
    _entitled(meta)
    _clocks(meta)
    _settings(meta)
    _register(meta)
    return meta


def _key(name: str, kind: _Kind) -> Column[Any]:
    # No foreign keys anywhere, and no counters: rows are replaced whole by a rebuild.
    return Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: _Kind) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _progress(meta: MetaData) -> None:
    Table(
        "tracking",
        meta,
        _key("id", SmallInteger),
        _must("position", BigInteger),  # the last ledger position folded
        _must("clock", BigInteger),  # the last second whose expiries and new days are folded
        _must("rulebook", Text),  # sha256 of the rulebook every row rests on; '' before the first
    )
    # Facts as of `tracking.position`. ledger.fact_current is ahead of that, so a replay that read
    # it would decide old items by later facts, and owe other notices than were given at the time.
    Table(
        "fact",
        meta,
        _key("key", Text),
        _key("fact", Text),
        _must("value", Text),
        _must("position", BigInteger),
        Column("expires_at", BigInteger),
        Column("subject", Uuid),  # for keys s: and r:
        Column("agency", Text),  # for keys r: and a:
        Index("fact_subject", "subject", postgresql_where=text("subject IS NOT NULL")),
        Index("fact_agency", "agency", postgresql_where=text("subject IS NOT NULL")),
        Index("fact_expiry", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )
    Table(
        "parked",
        meta,
        _key("position", BigInteger),
        _must("type", Text),
        _must("error_class", Text),  # never the message: it may hold a value
    )


def _case_file(meta: MetaData) -> None:
    Table(
        "item",
        meta,
        _key("position", BigInteger),
        _must("subject", Uuid),
        _must("agency", Text),
        _must("jti", Uuid),
        _must("type", Text),
        _must("occurred_at", BigInteger),
        _must("recorded_at", BigInteger),
        _must("categories", Integer),
        _must("class_id", BigInteger),
        Column("setting", Text),
        Column("case_ref", Text),
        Index("item_page", "subject", "occurred_at", "position"),
        Index("item_posted", "agency", "jti", unique=True),
        Index("item_setting", "setting", postgresql_where=text("setting IS NOT NULL")),
    )
    Table(
        "item_class",
        meta,
        _key("class_id", BigInteger),
        _must("poster", Text),
        _must("addressed", ARRAY(Text)),
        _must("facts", JSONB),
        Index("item_class_poster", "poster"),
    )
    Table(
        "subject_class",
        meta,
        _key("subject", Uuid),
        _key("class_id", BigInteger),
        _must("items", Integer),
        Index("subject_class_class", "class_id"),
    )


def _entitled(meta: MetaData) -> None:
    Table(
        "entitlement",
        meta,
        _key("subject", Uuid),
        _key("class_id", BigInteger),
        _key("agency", Text),
        _must("mask", Integer),  # never 0: no row, no entitlement
        _must("decision_id", Text),
        _must("told", Boolean),  # may hear of items without invoking a power
        _must("position", BigInteger),  # since when it reads so
    )
    Table(
        "notice",
        meta,
        _must("agency", Text),
        _must("position", BigInteger),
        _must("cause", Text),
        Column("subject", Uuid),
        Column("item_position", BigInteger),
        Column("setting", Text),
        Column("type", Text),
        _must("jti", Uuid),
        _must("at", BigInteger),
        Column("clock", Text),
        Index("notice_feed", "agency", "position", "at"),
        Index("notice_jti", "jti", unique=True),
    )


def _clocks(meta: MetaData) -> None:
    Table(
        "clock",
        meta,
        _key("id", Text),
        _must("duty", Text),
        _must("position", BigInteger),
        _must("agency", Text),  # who must act
        Column("waits", Text),  # who asked
        _must("subject", Uuid),
        _must("request", Uuid),  # the jti of what is to be answered, reviewed or completed
        Column("about", Text),
        _must("type", Text),
        _must("due_at", BigInteger),
        Column("next_at", BigInteger),
        Column("ended", BigInteger),
        Index("clock_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("clock_running", "subject", postgresql_where=text("ended IS NULL")),
        Index("clock_due", "due_at", postgresql_where=text("ended IS NULL")),
    )


def _settings(meta: MetaData) -> None:
    Table(
        "setting_subject",
        meta,
        _key("subject", Uuid),
        _must("setting", Text),
        Index("setting_subject_setting", "setting"),
    )
    Table(
        "setting_count",
        meta,
        _key("setting", Text),
        _key("month", Date),
        _key("type", Text),
        _key("speak_up", Boolean),
        _must("count", Integer),
        _must("posters", Integer),
    )
    Table(
        "setting_alarm",
        meta,
        _key("setting", Text),
        _key("rule", Text),
        _key("raised_on", Date),
        _must("window_days", Integer),
        _must("count", Integer),
        _must("posters", Integer),
        _must("position", BigInteger),  # the last event that made it cross
    )


def _register(meta: MetaData) -> None:
    Table(
        "register",
        meta,
        _key("position", BigInteger),
        _must("partner", Text),
        _must("pseq", BigInteger),
        _must("jti", Uuid),
        Column("user_ref", Text),
        Column("subject", Uuid),
        _must("purpose", Text),
        _must("legal_demand", Text),
        _must("channel", Text),
        _must("outcome", Text),
        _must("rules", ARRAY(Text)),
        _must("day", Date),
        _must("recorded_at", BigInteger),
        Column("request_id", Uuid),
        _must("body_digest", Text),
        _must("rulebook", Text),
        _must("mask", Integer),  # every category that any item of it was shown with
        Index("register_subject", "subject", "position"),
        Index("register_user", "user_ref", "position"),
        Index("register_day", "day", "position"),
        Index("register_jti", "jti", unique=True),
    )
    # Each answer under each rule it names, and under '' for all: pages are the heads of lists.
    Table(
        "register_list",
        meta,
        *(_key(name, Text) for name in ("rule", "version", "partner", "outcome")),
        _key("position", BigInteger),
    )
    Table(
        "disclosed_item",
        meta,
        _key("disclosure_position", BigInteger),
        _key("item_position", BigInteger),
        _must("partner", Text),
        Column("subject", Uuid),
        _must("mask", Integer),
        Index("disclosed_item_item", "item_position"),
    )


def names() -> tuple[str, ...]:
    """Return the names of the tables, without their schema."""
    return tuple(sorted(table.name for table in metadata().sorted_tables))


def create(connection: Connection[Any], schema: str = SCHEMA) -> None:
    """Create the schema and its tables unless they are there, readable by the application."""
    name, reader = psql.Identifier(schema), psql.Identifier(READER)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [BATCH_LOCK, schema])
        found = connection.execute("SELECT to_regnamespace(quote_ident(%s))", [schema]).fetchone()
        if found != (None,):
            return
        connection.execute(psql.SQL("CREATE SCHEMA {}").format(name))
        for table in metadata(schema).sorted_tables:
            connection.execute(_ddl(CreateTable(table)))
            for statement in index_ddl(table):
                connection.execute(statement)
        connection.execute(psql.SQL("INSERT INTO {}.tracking VALUES (1, 0, 0, '')").format(name))
        connection.execute(psql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, reader))
        connection.execute(
            psql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(name, reader)
        )


def index_ddl(table: Table) -> list[bytes]:
    """Return the statements that create a table's indexes, besides that of its key."""
    return [_ddl(CreateIndex(index)) for index in sorted(table.indexes, key=lambda i: str(i.name))]


def drop(connection: Connection[Any], schema: str) -> None:
    """Drop the schema and every table in it."""
    connection.execute(psql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(psql.Identifier(schema)))


def _ddl(element: CreateTable | CreateIndex) -> bytes:
    # psycopg's untyped dialect call: SQLAlchemy ships no annotation for it.
    return str(element.compile(dialect=cast("Any", dialect)())).encode()
