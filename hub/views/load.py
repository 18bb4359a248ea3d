"""Fetches from the views what a batch of rows touches, into the World.

In: a connection, a schema, header rows. Out: a World in which they can be folded.
Never here: a write, or a decision.

A handful of queries a batch, whatever its size: one look-up a row would set the pace.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, LiteralString

from psycopg import Connection

from hub.views import case_file, clocks, facts, notices, running
from hub.views.patterns import Pattern, Report
from hub.views.query import query
from hub.views.rows import Entitled, FactRow, HeaderRow, Item, ItemClass
from hub.views.setting_risk import report_of
from hub.views.world import Subject, World

_ITEMS: LiteralString = (
    "SELECT i.position, i.subject::text, i.agency, i.jti::text, i.type, i.occurred_at,"
    " i.recorded_at, i.categories, i.class_id, i.setting, i.case_ref FROM {s}.item i"
)


def rows_after(connection: Connection[Any], position: int, limit: int) -> list[HeaderRow]:
    """Return the ledger's next rows. Positions have no gaps, so none can be passed over."""
    cursor = connection.execute(
        "SELECT position, agency, jti::text, subject::text, type, occurred_at, recorded_at,"
        " categories, routing, facts, partner, pseq FROM ledger.header"
        " WHERE position > %s ORDER BY position LIMIT %s",
        [position, limit],
    )
    return [HeaderRow._make(row) for row in cursor.fetchall()]


def batch(
    connection: Connection[Any], schema: str, world: World, rows: Sequence[HeaderRow], end_s: int
) -> None:
    """Load what the rows touch, and the facts that expire up to `end_s`."""
    keys = {key for row in rows for key, *_ in row.facts}
    keys |= due(connection, schema, world, end_s)
    targets = {key for row in rows for key in notices.corrected_keys(row)}
    targets |= {key for key in keys if key.startswith("i:")}
    _items(connection, schema, world, targets)
    _items_of(connection, schema, world, {s for row in rows if (s := notices.erased(row))})
    own = {case_file.item_key(row) for row in rows if case_file.is_item(row)}
    _item_facts(connection, schema, world, own | targets)
    settings = {item.setting for item in world.items.values()}
    settings |= {row.routing.get("setting") for row in rows if case_file.is_item(row)}
    _settings(connection, schema, world, {place for place in settings if place is not None})
    wanted = {row.subject for row in rows}
    wanted |= {asked for row in rows if (asked := clocks.subject_asked_about(row)) is not None}
    wanted |= running.striking(connection, schema, world, end_s)
    answers = [row.subject for row in rows if row.type_uri in clocks.ENDS]
    running.answered(connection, schema, world, answers)
    wanted |= {subject for key in keys if (subject := facts.subject_of(key)) is not None}
    wanted |= {item.subject for item in world.items.values()}
    wanted |= {subject for place in settings if place for subject in world.places[place]}
    subjects(connection, schema, world, wanted)


def due(connection: Connection[Any], schema: str, world: World, end_s: int) -> set[str]:
    """Note the facts that expire after the World's clock, up to `end_s`; return their keys."""
    cursor = connection.execute(
        query(
            "SELECT key, fact, expires_at FROM {s}.fact WHERE expires_at > %s AND expires_at <= %s",
            schema,
        ),
        [world.clock, end_s],
    )
    keys = set()
    for key, fact, expires_at in cursor.fetchall():
        keys.add(key)
        world.due_after(end_s, key, fact, expires_at)
    return keys


def anything_due(connection: Connection[Any], schema: str, world: World, end_s: int) -> bool:
    """Return whether time alone brings anything up to `end_s`: a fact's end, or a clock."""
    return bool(
        due(connection, schema, world, end_s) or running.striking(connection, schema, world, end_s)
    )


def subjects(connection: Connection[Any], schema: str, world: World, wanted: Iterable[str]) -> None:
    """Load the subjects that are not in the World yet, whole."""
    missing = sorted(set(wanted) - world.subjects.keys())
    if not missing:
        return
    for subject in missing:
        world.subjects[subject] = Subject(subject)
    held = connection.execute(
        query(
            "SELECT key, fact, value, position, expires_at FROM {s}.fact"
            " WHERE subject = ANY(%s::uuid[])",
            schema,
        ),
        [missing],
    )
    for key, fact, value, position, expires_at in held.fetchall():
        facts.load(world, key, fact, FactRow(value, position, expires_at))
    counted = connection.execute(
        query(
            "SELECT subject::text, class_id, items FROM {s}.subject_class"
            " WHERE subject = ANY(%s::uuid[])",
            schema,
        ),
        [missing],
    ).fetchall()
    _classes(connection, schema, world, {class_id for _, class_id, _ in counted})
    for subject, class_id, items in counted:
        found = world.classes[class_id]
        world.subjects[subject].classes[class_id] = items
        world.subjects[subject].named.update((found.poster, *found.addressed))
    _entitlements(connection, schema, world, missing)


def agencies(connection: Connection[Any], schema: str, world: World) -> None:
    """Load every agency's register entry."""
    cursor = connection.execute(
        query("SELECT key, fact, value FROM {s}.fact WHERE key >= 'a:' AND key < 'a;'", schema)
    )
    for key, fact, value in cursor.fetchall():
        world.register(key.removeprefix("a:"), fact, value)


def subjects_after(
    connection: Connection[Any], schema: str, after: str, limit: int, agency: str | None
) -> list[str]:
    """Return the next subjects with items; with an agency, only those it has to do with."""
    with_agency: LiteralString = (
        "SELECT subject::text FROM (SELECT sc.subject FROM {s}.subject_class sc"
        " JOIN {s}.item_class c USING (class_id) WHERE c.poster = %(a)s OR %(a)s = ANY(c.addressed)"
        " UNION SELECT f.subject FROM {s}.fact f WHERE f.agency = %(a)s AND f.subject IS NOT NULL)"
        " AS x WHERE subject > %(after)s::uuid ORDER BY subject LIMIT %(n)s"
    )
    every: LiteralString = (
        "SELECT DISTINCT subject::text AS id, subject FROM {s}.subject_class"
        " WHERE subject > %(after)s::uuid ORDER BY subject LIMIT %(n)s"
    )
    cursor = connection.execute(
        query(every if agency is None else with_agency, schema),
        {"a": agency, "after": after, "n": limit},
    )
    return [row[0] for row in cursor.fetchall()]


def _entitlements(
    connection: Connection[Any], schema: str, world: World, wanted: Sequence[str]
) -> None:
    cursor = connection.execute(
        query(
            "SELECT subject::text, class_id, agency, mask, decision_id, told, position"
            " FROM {s}.entitlement WHERE subject = ANY(%s::uuid[])",
            schema,
        ),
        [wanted],
    )
    for subject, class_id, agency, *columns in cursor.fetchall():
        entitled = world.subjects[subject].entitled.setdefault(class_id, {})
        entitled[agency] = Entitled(*columns)
    cursor = connection.execute(
        query(
            "SELECT subject::text, setting FROM {s}.setting_subject"
            " WHERE subject = ANY(%s::uuid[])",
            schema,
        ),
        [wanted],
    )
    for subject, setting in cursor.fetchall():
        world.subjects[subject].setting = setting


def _classes(
    connection: Connection[Any], schema: str, world: World, wanted: Collection[int]
) -> None:
    missing = [class_id for class_id in wanted if class_id not in world.classes]
    if not missing:
        return
    cursor = connection.execute(
        query(
            "SELECT class_id, poster, addressed, facts FROM {s}.item_class"
            " WHERE class_id = ANY(%s)",
            schema,
        ),
        [missing],
    )
    for class_id, poster, addressed, held in cursor.fetchall():
        world.classes[class_id] = ItemClass(class_id, poster, tuple(addressed), held)


def _items(connection: Connection[Any], schema: str, world: World, keys: Collection[str]) -> None:
    """Load older items that this batch says something about, and who was shown them."""
    if not keys:
        return
    parts = [key.split(":", 2) for key in sorted(keys)]
    cursor = connection.execute(
        query(
            _ITEMS + " JOIN unnest(%s::text[], %s::uuid[])"
            " AS k(agency, jti) ON i.agency = k.agency AND i.jti = k.jti",
            schema,
        ),
        [[part[1] for part in parts], [part[2] for part in parts]],
    )
    _held(connection, schema, world, [Item(*row) for row in cursor.fetchall()])


def _items_of(
    connection: Connection[Any], schema: str, world: World, subjects: Collection[str]
) -> None:
    """Load every item about subjects that this batch says are erased."""
    if not subjects:
        return
    cursor = connection.execute(
        query(_ITEMS + " WHERE i.subject = ANY(%s::uuid[])", schema), [list(subjects)]
    )
    _held(connection, schema, world, [Item(*row) for row in cursor.fetchall()])


def _held(connection: Connection[Any], schema: str, world: World, found: Sequence[Item]) -> None:
    """Put items in the World, with their classes and who was shown them."""
    for item in found:
        world.items[f"i:{item.agency}:{item.jti}"] = item
    _classes(connection, schema, world, {item.class_id for item in found})
    cursor = connection.execute(
        query(
            "SELECT item_position, partner FROM {s}.disclosed_item WHERE item_position = ANY(%s)",
            schema,
        ),
        [[item.position for item in found]],
    )
    for position, partner in cursor.fetchall():
        world.shown_to.setdefault(position, set()).add(partner)


def _item_facts(
    connection: Connection[Any], schema: str, world: World, keys: Collection[str]
) -> None:
    cursor = connection.execute(
        query(
            "SELECT key, fact, value, position, expires_at FROM {s}.fact WHERE key = ANY(%s)",
            schema,
        ),
        [list(keys)],
    )
    for key, fact, value, position, expires_at in cursor.fetchall():
        facts.load(world, key, fact, FactRow(value, position, expires_at))


def _settings(
    connection: Connection[Any], schema: str, world: World, wanted: Collection[str]
) -> None:
    missing = [place for place in wanted if place not in world.patterns]
    if not missing:
        return
    cursor = connection.execute(query(_ITEMS + " WHERE i.setting = ANY(%s)", schema), [missing])
    items = [Item(*row) for row in cursor.fetchall()]
    _classes(connection, schema, world, {item.class_id for item in items})
    reports: dict[str, list[Report]] = {place: [] for place in missing}
    for item in items:
        report = report_of(item, world.classes[item.class_id])
        if report is not None and item.setting is not None:
            reports[item.setting].append(report)
    for place in missing:
        world.patterns[place] = Pattern.of(reports[place])
        world.places[place] = set()
    cursor = connection.execute(
        query(
            "SELECT subject::text, setting FROM {s}.setting_subject WHERE setting = ANY(%s)", schema
        ),
        [missing],
    )
    for subject, place in cursor.fetchall():
        world.places[place].add(subject)
