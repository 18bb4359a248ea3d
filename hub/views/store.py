"""Writes a batch's changes to the views, in the caller's transaction.

In: a connection in a transaction, a schema, a World. Out: nothing; the World's changes are empty.
Never here: a commit, a decision, or a statement for each row.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, LiteralString

from psycopg import Connection

from hub.views.facts import agency_of, subject_of
from hub.views.query import query
from hub.views.rows import Changes
from hub.views.world import World

_SPECIAL: Final = re.compile(r'["\\]')
"""What would end a quoted element of an array, or say that something else follows."""
_ESCAPED: Final = r"\\\g<0>"


def write(connection: Connection[Any], schema: str, world: World) -> None:
    """Write all changes, and the position and second up to which the views are right."""
    changes = world.changes
    _facts(connection, schema, changes)
    _items(connection, schema, changes)
    _entitlements(connection, schema, changes)
    _settings(connection, schema, changes)
    copy(connection, schema, "notice", changes.notices.values())
    _clocks(connection, schema, changes)
    copy(connection, schema, "register", changes.register)
    copy(connection, schema, "register_list", changes.listed)
    copy(connection, schema, "disclosed_item", changes.disclosed)
    copy(connection, schema, "parked", changes.parked)
    connection.execute(
        query("UPDATE {s}.tracking SET position = %s, clock = %s, rulebook = %s", schema),
        [world.position, world.clock, world.judge.rulebook.sha256],
    )
    world.changes = Changes()


_COPIES: dict[str, LiteralString] = {
    "item": "COPY {s}.item (position, subject, agency, jti, type, occurred_at, recorded_at,"
    " categories, class_id, setting, case_ref) FROM STDIN",
    "notice": "COPY {s}.notice (agency, position, cause, subject, item_position, setting, type,"
    " jti, at, clock) FROM STDIN",
    "register": "COPY {s}.register (position, partner, pseq, jti, user_ref, subject, purpose,"
    " legal_demand, channel, outcome, rules, day, recorded_at, request_id, body_digest, rulebook,"
    " mask) FROM STDIN",
    "register_list": "COPY {s}.register_list (rule, version, partner, outcome, position)"
    " FROM STDIN",
    "disclosed_item": "COPY {s}.disclosed_item (disclosure_position, item_position, partner,"
    " subject, mask) FROM STDIN",
    "parked": "COPY {s}.parked (position, type, error_class) FROM STDIN",
    "clock": "COPY {s}.clock (id, duty, position, agency, waits, subject, request, about, type,"
    " due_at, next_at, ended) FROM STDIN",
    "fact": "COPY {s}.fact (key, fact, value, position, expires_at, subject, agency) FROM STDIN",
    "subject_class": "COPY {s}.subject_class (subject, class_id, items) FROM STDIN",
    "entitlement": "COPY {s}.entitlement (subject, class_id, agency, mask, decision_id, told,"
    " position) FROM STDIN",
    "setting_subject": "COPY {s}.setting_subject (subject, setting) FROM STDIN",
    "setting_count": "COPY {s}.setting_count (setting, month, type, speak_up, count, posters)"
    " FROM STDIN",
    "setting_alarm": "COPY {s}.setting_alarm (setting, rule, raised_on, window_days, count,"
    " posters, position) FROM STDIN",
}


def copy(
    connection: Connection[Any], schema: str, table: str, rows: Iterable[Sequence[Any]]
) -> None:
    """Add rows to a table."""
    rows = list(rows)
    if not rows:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(query(_COPIES[table], schema)) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[str]:
    """Return rows by column, each as the text of an array."""
    columns = tuple(zip(*rows, strict=True)) or ((),) * width
    return [array(column) for column in columns]


def array(values: Sequence[Any]) -> str:
    """Return the text of an array of texts, whole numbers, truths or days, with None for NULL.

    A driver looks at each element by itself, which was a quarter of what a batch costs to write.
    Source: PostgreSQL's documentation, "Array Input and Output Syntax".
    """
    kinds = set(map(type, values))
    if kinds == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {str} and not _SPECIAL.search("".join(values)):
        return '{"' + '","'.join(values) + '"}'
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    return "NULL" if value is None else f'"{_SPECIAL.sub(_ESCAPED, str(value))}"'


def _facts(connection: Connection[Any], schema: str, changes: Changes) -> None:
    if not changes.facts:
        return
    rows = (
        (key, fact, *row, subject_of(key), agency_of(key))
        for (key, fact), row in changes.facts.items()
    )
    connection.execute(
        query(
            "INSERT INTO {s}.fact SELECT * FROM unnest(%s::text[], %s::text[], %s::text[],"
            " %s::bigint[], %s::bigint[], %s::uuid[], %s::text[])"
            " ON CONFLICT (key, fact) DO UPDATE SET value = excluded.value,"
            " position = excluded.position, expires_at = excluded.expires_at",
            schema,
        ),
        _columns(rows, 7),
    )


def write_classes(connection: Connection[Any], schema: str, changes: Changes) -> None:
    """Write classes of items that may be there already, in one order whoever writes them."""
    if not changes.classes:
        return
    rows = (
        (found.id, found.poster, json.dumps(found.addressed), json.dumps(dict(found.facts)))
        for _, found in sorted(changes.classes.items())
    )
    connection.execute(
        query(
            "INSERT INTO {s}.item_class SELECT id, poster,"
            " ARRAY(SELECT jsonb_array_elements_text(addressed)), facts"
            " FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[])"
            " AS n(id, poster, addressed, facts) ON CONFLICT DO NOTHING",
            schema,
        ),
        _columns(rows, 4),
    )


def _items(connection: Connection[Any], schema: str, changes: Changes) -> None:
    write_classes(connection, schema, changes)
    new = [
        (i.position, i.subject, i.agency, i.jti, i.type_uri, i.occurred_at, i.recorded_at_ms,
         i.categories, i.class_id, i.setting, i.case_ref)
        for i in changes.new_items
    ]  # fmt: skip
    copy(connection, schema, "item", new)
    if changes.moved_items:
        connection.execute(
            query(
                "UPDATE {s}.item i SET class_id = n.class_id"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS n(position, class_id)"
                " WHERE i.position = n.position",
                schema,
            ),
            _columns(changes.moved_items.items(), 2),
        )


def _clocks(connection: Connection[Any], schema: str, changes: Changes) -> None:
    _replace(
        connection,
        schema,
        gone=[],
        there=list(changes.clocks.values()),
        delete="",
        upsert="INSERT INTO {s}.clock SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[],"
        " %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bigint[],"
        " %s::bigint[], %s::bigint[]) ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at,"
        " ended = excluded.ended",
    )


def _entitlements(connection: Connection[Any], schema: str, changes: Changes) -> None:
    _replace(
        connection,
        schema,
        gone=[key for key, items in changes.class_counts.items() if not items],
        there=[(*key, items) for key, items in changes.class_counts.items() if items],
        delete="DELETE FROM {s}.subject_class t USING unnest(%s::uuid[], %s::bigint[])"
        " AS o(subject, class_id) WHERE t.subject = o.subject AND t.class_id = o.class_id",
        upsert="INSERT INTO {s}.subject_class SELECT * FROM unnest(%s::uuid[], %s::bigint[],"
        " %s::integer[]) ON CONFLICT (subject, class_id) DO UPDATE SET items = excluded.items",
    )
    _replace(
        connection,
        schema,
        gone=[key for key, row in changes.entitlements.items() if row is None],
        there=[(*key, *row) for key, row in changes.entitlements.items() if row is not None],
        delete="DELETE FROM {s}.entitlement t USING unnest(%s::uuid[], %s::bigint[], %s::text[])"
        " AS o(subject, class_id, agency) WHERE t.subject = o.subject"
        " AND t.class_id = o.class_id AND t.agency = o.agency",
        upsert="INSERT INTO {s}.entitlement SELECT * FROM unnest(%s::uuid[], %s::bigint[],"
        " %s::text[], %s::integer[], %s::text[], %s::boolean[], %s::bigint[])"
        " ON CONFLICT (subject, class_id, agency) DO UPDATE SET mask = excluded.mask,"
        " decision_id = excluded.decision_id, told = excluded.told, position = excluded.position",
    )


def _settings(connection: Connection[Any], schema: str, changes: Changes) -> None:
    _replace(
        connection,
        schema,
        gone=[],
        there=list(changes.setting_subjects.items()),
        delete="",
        upsert="INSERT INTO {s}.setting_subject SELECT * FROM unnest(%s::uuid[], %s::text[])"
        " ON CONFLICT (subject) DO UPDATE SET setting = excluded.setting",
    )
    _replace(
        connection,
        schema,
        gone=[key for key, row in changes.counts.items() if row is None],
        there=[(*key, *row) for key, row in changes.counts.items() if row is not None],
        delete="DELETE FROM {s}.setting_count t USING unnest(%s::text[], %s::date[], %s::text[],"
        " %s::boolean[]) AS o(setting, month, type, speak_up) WHERE t.setting = o.setting"
        " AND t.month = o.month AND t.type = o.type AND t.speak_up = o.speak_up",
        upsert="INSERT INTO {s}.setting_count SELECT * FROM unnest(%s::text[], %s::date[],"
        " %s::text[], %s::boolean[], %s::integer[], %s::integer[])"
        " ON CONFLICT (setting, month, type, speak_up) DO UPDATE SET count = excluded.count,"
        " posters = excluded.posters",
    )
    _replace(
        connection,
        schema,
        gone=[(place,) for place in changes.alarms],
        there=[(place, *alarm) for place, rows in changes.alarms.items() for alarm in rows],
        delete="DELETE FROM {s}.setting_alarm WHERE setting = ANY(%s)",
        upsert="INSERT INTO {s}.setting_alarm SELECT * FROM unnest(%s::text[], %s::text[],"
        " %s::date[], %s::integer[], %s::integer[], %s::integer[], %s::bigint[])",
    )


def _replace(
    connection: Connection[Any],
    schema: str,
    *,
    gone: Sequence[Sequence[Any]],
    there: Sequence[Sequence[Any]],
    delete: LiteralString,
    upsert: LiteralString,
) -> None:
    """Delete the rows that are gone and write those that are there: two statements at most."""
    if gone:
        connection.execute(query(delete, schema), _columns(gone, len(gone[0])))
    if there:
        connection.execute(query(upsert, schema), _columns(there, len(there[0])))
