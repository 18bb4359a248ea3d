"""Writes the views of whole parts: by COPY into tables without indexes, which are built afterwards.

In: a connection, a World whose part is folded. Out: rows. Never here: a row that is there already.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from psycopg import Connection
from psycopg import sql as psql

from hub.views import tables
from hub.views.facts import agency_of, subject_of
from hub.views.rows import Changes
from hub.views.store import copy, write_classes
from hub.views.world import World

_LEFT_ALONE: Final = ("tracking", "item_class")
"""Of the one there is one row; of the other several parts bring the same."""


def strip(connection: Connection[Any], schema: str) -> None:
    """Take the indexes of empty views away."""
    for table in tables.metadata(schema).sorted_tables:
        if table.name in _LEFT_ALONE:
            continue
        for index in table.indexes:
            connection.execute(
                psql.SQL("DROP INDEX {}").format(psql.Identifier(schema, str(index.name)))
            )
        if table.primary_key.columns:
            connection.execute(
                psql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    psql.Identifier(schema, table.name), psql.Identifier(f"{table.name}_pkey")
                )
            )


def dress(connection: Connection[Any], schema: str, name: str) -> None:
    """Build one table's indexes, and see what is in it."""
    connection.execute("SET maintenance_work_mem = '256MB'")
    table = tables.metadata(schema).tables[f"{schema}.{name}"]
    if name not in _LEFT_ALONE:
        if table.primary_key.columns:
            columns = psql.SQL(", ").join(psql.Identifier(c.name) for c in table.primary_key)
            connection.execute(
                psql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(
                    psql.Identifier(schema, name), columns
                )
            )
        for statement in tables.index_ddl(table):
            connection.execute(statement)
    connection.execute(psql.SQL("ANALYZE {}").format(psql.Identifier(schema, name)))


def flush(connection: Connection[Any], schema: str, changes: Changes) -> None:
    """Write what is only ever added, and forget it: a part's notices may be many."""
    copy(connection, schema, "notice", changes.notices.values())
    copy(connection, schema, "register", changes.register)
    copy(connection, schema, "register_list", changes.listed)
    copy(connection, schema, "disclosed_item", changes.disclosed)
    changes.notices.clear()
    changes.register.clear()
    changes.listed.clear()
    changes.disclosed.clear()


def write_cases(connection: Connection[Any], schema: str, world: World, *, first: bool) -> None:
    """Write the rest of a part of subjects. The register of agencies is the first part's."""
    changes = world.changes
    flush(connection, schema, changes)
    copy(
        connection,
        schema,
        "fact",
        (
            (key, fact, *row, subject_of(key), agency_of(key))
            for (key, fact), row in changes.facts.items()
            if first or not key.startswith("a:")
        ),
    )
    copy(
        connection,
        schema,
        "item",
        (
            (i.position, i.subject, i.agency, i.jti, i.type_uri, i.occurred_at, i.recorded_at_ms,
             i.categories, i.class_id, i.setting, i.case_ref)
            for i in changes.new_items
        ),
    )  # fmt: skip
    copy(
        connection,
        schema,
        "subject_class",
        ((*key, items) for key, items in changes.class_counts.items() if items),
    )
    copy(connection, schema, "entitlement", _entitled(changes))
    copy(connection, schema, "clock", changes.clocks.values())
    copy(connection, schema, "parked", changes.parked)
    copy(connection, schema, "setting_subject", changes.setting_subjects.items())
    write_classes(connection, schema, changes)  # last: they are what two parts may wait for


def write_settings(connection: Connection[Any], schema: str, changes: Changes) -> None:
    """Write a part of settings: counts, alarms, and who heard of them."""
    heard = [notice for notice in changes.notices.values() if notice.cause == "alarm"]
    copy(connection, schema, "notice", heard)
    copy(
        connection,
        schema,
        "setting_count",
        ((*key, *row) for key, row in changes.counts.items() if row is not None),
    )
    copy(
        connection,
        schema,
        "setting_alarm",
        ((place, *alarm) for place, alarms in changes.alarms.items() for alarm in alarms),
    )


def _entitled(changes: Changes) -> Iterable[Sequence[Any]]:
    return ((*key, *row) for key, row in changes.entitlements.items() if row is not None)
