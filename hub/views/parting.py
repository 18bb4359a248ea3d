"""Parts the ledger by whom it is about, so that each part can be folded whole and by itself.

In: a connection, how far. Out: a table that says which part reads which row, and the rows of one.
Never here: a fold.

A subject's rows make one part with others whose ids end alike, in the ledger's order. A part also
reads what reaches its subjects from elsewhere: the register of agencies and the law (every part
does), facts and corrections about one of its items, erasures of one of its subjects, answers that
showed an item corrected or erased later, and those that set a clock. Patterns of settings cross all
subjects, so they have parts of their own, by setting.

A fact about an item stands in the item's part; one about an item that never came, in the part its
key falls in. So each row of the views comes from exactly one part.
"""

from collections.abc import Iterator
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Connection

from contracts.integrity import RedactedByKeyShred, SubjectsSeparated
from contracts.lawmaking import RulebookReleased
from hub.views.notices import CORRECTIONS
from hub.views.parts import Parts
from hub.views.query import query
from hub.views.rows import HeaderRow

_FETCH: Final = 2_000


class Delivered(NamedTuple):
    """A row as a part gets it, with the keys of other rows' items whose facts it must fold."""

    row: HeaderRow
    keys: frozenset[str]


# Two functions, so that the statements below read as what they mean. `Parts` says the same.
_OF_SUBJECT: Final[LiteralString] = """
    CREATE FUNCTION {s}.of_subject(uuid, integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$
        SELECT (get_byte(uuid_send($1), 14) << 8 | get_byte(uuid_send($1), 15)) % $2 $$
"""
_OF_TEXT: Final[LiteralString] = """
    CREATE FUNCTION {s}.of_text(text, integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$
        SELECT ('x' || left(md5($1), 4))::bit(16)::integer % $2 $$
"""
# What a row says of others than its own subject and itself: seldom anything.
_ODD: Final[LiteralString] = """
    CREATE UNLOGGED TABLE {s}.odd AS
    SELECT h.position, f.key, t.subject, t.setting FROM ledger.header h
    CROSS JOIN LATERAL (SELECT x->>0 AS key FROM jsonb_array_elements(h.facts) AS x) AS f
    LEFT JOIN LATERAL (
        SELECT i.subject, i.routing->>'setting' AS setting FROM ledger.header i
        WHERE i.agency = split_part(f.key, ':', 2) AND i.position <= %(upto)s
            AND i.jti = CASE WHEN left(f.key, 2) = 'i:' THEN split_part(f.key, ':', 3)::uuid END
    ) AS t ON true
    WHERE h.position <= %(upto)s AND left(f.key, 2) IN ('i:', 'a:')
        AND f.key <> 'i:' || h.agency || ':' || h.jti
"""
_CORRECTED: Final[LiteralString] = """
    CREATE UNLOGGED TABLE {s}.corrected AS
    SELECT h.position, i.position AS item, i.subject FROM ledger.header h JOIN ledger.header i
        ON i.agency = coalesce(h.routing->>'item_by', h.agency)
        AND i.jti = (h.routing->>'item')::uuid
    WHERE h.position <= %(upto)s AND i.position <= %(upto)s AND h.type = ANY(%(corrections)s)
    UNION ALL
    SELECT h.position, i.position, i.subject FROM ledger.header h
    CROSS JOIN LATERAL jsonb_array_elements(h.routing->'items') AS x
    JOIN ledger.header i ON i.agency = x->>'agency' AND i.jti = (x->>'item')::uuid
    WHERE h.position <= %(upto)s AND i.position <= %(upto)s AND h.type = %(separated)s
    UNION ALL
    SELECT h.position, i.position, i.subject FROM ledger.header h
    JOIN ledger.header i ON i.subject = (h.routing->>'key_id')::uuid
    WHERE h.position <= %(upto)s AND i.position < h.position AND h.type = %(erased)s
"""
_TABLE: Final[LiteralString] = (
    "CREATE UNLOGGED TABLE {s}.part (part integer NOT NULL, position bigint NOT NULL, key text)"
)
_INDEX: Final[LiteralString] = "CREATE INDEX part_rows ON {s}.part (part, position)"
_HOME: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT {s}.of_subject(subject, %(cases)s), position FROM ledger.header
        WHERE position <= %(upto)s
"""
_EVERYWHERE: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT n, o.position FROM (
        SELECT position FROM {s}.odd WHERE key LIKE 'a:%%'
        UNION SELECT position FROM ledger.header
            WHERE agency = 'hub' AND type = %(release)s AND position <= %(upto)s
    ) AS o CROSS JOIN generate_series(0, %(all)s - 1) AS n
"""
_ITEM_FACTS: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT coalesce({s}.of_subject(subject, %(cases)s),
        {s}.of_text(key, %(cases)s)), position, key FROM {s}.odd WHERE key LIKE 'i:%%'
"""
_CORRECTIONS: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT DISTINCT {s}.of_subject(subject, %(cases)s), position
    FROM {s}.corrected
"""
_SHOWN: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT {s}.of_subject(c.subject, %(cases)s), h.position
    FROM ledger.header h CROSS JOIN LATERAL jsonb_array_elements(h.routing->'items') AS x
    JOIN {s}.corrected c ON c.item = (x->>'position')::bigint
    WHERE h.kind = 'disclosure' AND h.position <= %(upto)s AND EXISTS (SELECT FROM {s}.corrected)
"""
# An answer that somebody is to act on sets clocks that run about whom it was asked of.
_WAITED_FOR: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT {s}.of_subject((routing->>'subject')::uuid, %(cases)s), position
    FROM ledger.header WHERE kind = 'disclosure' AND position <= %(upto)s AND routing ? 'subject'
        AND (routing ? 'completed_by' OR routing ? 'decide_by')
"""
_IN_SETTINGS: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT
        %(cases)s + {s}.of_text(routing->>'setting', %(settings)s), position
    FROM ledger.header WHERE routing ? 'setting' AND position <= %(upto)s
"""
_SETTING_FACTS: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT %(cases)s + {s}.of_text(setting, %(settings)s), position, key
    FROM {s}.odd WHERE setting IS NOT NULL
"""
_OF_PLACES: Final[LiteralString] = """
    INSERT INTO {s}.part SELECT %(cases)s + {s}.of_text(p.setting, %(settings)s), h.position
    FROM ledger.header h JOIN (
        SELECT DISTINCT subject, routing->>'setting' AS setting FROM ledger.header
        WHERE routing->>'about' = 'setting' AND routing ? 'setting' AND position <= %(upto)s
    ) AS p USING (subject) WHERE h.position <= %(upto)s
"""
_DELIVER: Final = (
    _ODD, _CORRECTED, _TABLE, _HOME, _EVERYWHERE, _ITEM_FACTS, _CORRECTIONS, _SHOWN,
    _WAITED_FOR, _IN_SETTINGS, _SETTING_FACTS, _OF_PLACES,
)  # fmt: skip
_ROWS: Final[LiteralString] = """
    SELECT h.position, h.agency, h.jti::text, h.subject::text, h.type, h.occurred_at, h.recorded_at,
        h.categories, h.routing, h.facts, h.partner, h.pseq, p.keys
    FROM (SELECT position, array_agg(key) FILTER (WHERE key IS NOT NULL) AS keys
        FROM {s}.part WHERE part = %s GROUP BY position) AS p
    JOIN ledger.header h USING (position) ORDER BY position
"""


def deliver(connection: Connection[Any], schema: str, upto: int, parts: Parts) -> None:
    """Write down which part reads which rows, up to a position."""
    values = {
        "upto": upto,
        "cases": parts.cases,
        "settings": parts.settings,
        "all": parts.all,
        "corrections": sorted(CORRECTIONS),
        "separated": SubjectsSeparated.TYPE,
        "erased": RedactedByKeyShred.TYPE,
        "release": RulebookReleased.TYPE,
    }
    with connection.transaction():
        connection.execute("SET LOCAL work_mem = '128MB'")
        for statement in (_OF_SUBJECT, _OF_TEXT):
            connection.execute(query(statement, schema))
        for statement in _DELIVER:
            connection.execute(query(statement, schema), values)
        connection.execute(query(_INDEX, schema))
    connection.execute(query("ANALYZE {s}.part", schema))


def sizes(connection: Connection[Any], schema: str) -> dict[int, int]:
    """Return how many rows each part reads."""
    cursor = connection.execute(query("SELECT part, count(*) FROM {s}.part GROUP BY part", schema))
    return dict(cursor.fetchall())


def rows_of(connection: Connection[Any], schema: str, part: int) -> Iterator[Delivered]:
    """Yield a part's rows in the ledger's order. Needs a transaction."""
    with connection.cursor(name="part") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(query(_ROWS, schema), [part])
        for *row, keys in cursor:
            yield Delivered(HeaderRow._make(row), frozenset(keys or ()))


def forget(connection: Connection[Any], schema: str) -> None:
    """Drop what only the parting needed."""
    connection.execute(query("DROP TABLE {s}.part, {s}.odd, {s}.corrected", schema))
    connection.execute(query("DROP FUNCTION {s}.of_subject, {s}.of_text", schema))
