"""Counts who looked at whom in some days, and fetches the rows that a finding rests on.

In: a connection that may read, London days. Out: Tallies; the Looks of Alarms; one's positions.
Never here: a judgement (alarms), a payload, or an officer's own reading of the register: who
watches the watchers reads that by filter. Nothing is counted outside PostgreSQL: a busy month has a
hundred thousand answers, and the alarms in it a few.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from hub.audit.alarms import CLOSES_H, LATE, OPENS_H, REFUSED, STRANGERS, Alarm, Tally

_HOURS: Final = {"opens": OPENS_H, "closes": CLOSES_H}
_NAMED: LiteralString = (
    "r.purpose <> 'audit' AND r.user_ref IS NOT NULL AND r.channel NOT IN ('poll', 'stream')"
)
_LATE: LiteralString = (
    "(r.purpose <> 'emergency' AND (extract(isodow FROM r.day) > 5 OR"
    " extract(hour FROM to_timestamp(r.recorded_at / 1000) AT TIME ZONE 'Europe/London')"
    " NOT BETWEEN %(opens)s AND %(closes)s - 1))"
)
_STRANGER: LiteralString = (
    "NOT EXISTS (SELECT FROM views_v1.item i WHERE i.subject = r.subject AND i.agency = r.partner)"
)
# Withdrawn or not: an interest that was withdrawn the day after the look is the more of a question.
_TALLIES: LiteralString = f"""
    WITH looks AS MATERIALIZED (
        SELECT r.position, r.partner, r.user_ref, r.subject, r.outcome, r.day,
               r.day - (extract(isodow FROM r.day)::int - 1) AS week, {_LATE} AS late
        FROM views_v1.register r WHERE r.day BETWEEN %(first)s AND %(last)s AND {_NAMED}
    ), declared AS (
        SELECT split_part(f.key, ':', 2)::uuid AS subject, split_part(f.key, ':', 3) AS agency,
               lower(split_part(f.fact, ':', 2)) AS user_ref
        FROM ledger.fact_current f WHERE f.fact LIKE 'officer_declared:%%'
    ), strangers AS (
        SELECT r.* FROM (
            SELECT r.week, r.subject, r.partner, r.user_ref, count(*) AS answers,
                   min(r.day) AS begins, min(r.position) AS first, max(r.position) AS last
            FROM looks r WHERE r.subject IS NOT NULL GROUP BY 1, 2, 3, 4) AS r
        WHERE {_STRANGER}
    )
    SELECT 'far_above_peers', r.week, r.partner, r.user_ref, NULL, count(*), count(*),
           min(r.day), min(r.position), max(r.position)
    FROM looks r GROUP BY r.week, r.partner, r.user_ref
    UNION ALL
    SELECT 'out_of_hours', r.week, r.partner, r.user_ref, NULL, count(*), count(*),
           min(r.day), min(r.position), max(r.position)
    FROM looks r WHERE r.late GROUP BY r.week, r.partner, r.user_ref HAVING count(*) >= %(late)s
    UNION ALL
    SELECT 'refused_again', NULL, r.partner, r.user_ref, NULL, count(*), count(*),
           r.day, min(r.position), max(r.position)
    FROM looks r WHERE r.outcome = 'refused'
    GROUP BY r.day, r.partner, r.user_ref HAVING count(*) >= %(refused)s
    UNION ALL
    SELECT 'no_part_in_the_case', r.week, NULL, NULL, r.subject::text, count(*),
           sum(r.answers)::bigint, min(r.begins), min(r.first), max(r.last)
    FROM strangers r GROUP BY r.week, r.subject HAVING count(*) >= %(strangers)s
    UNION ALL
    SELECT 'own_interest', NULL, r.partner, r.user_ref, r.subject::text, count(*), count(*),
           min(r.day), min(r.position), max(r.position)
    FROM looks r JOIN declared d ON d.subject = r.subject AND d.agency = r.partner
        AND d.user_ref = lower(r.user_ref)
    GROUP BY r.partner, r.user_ref, r.subject
"""  # noqa: S608 - of literals
_ALARMS: LiteralString = """unnest(%(n)s::int[], %(kind)s::text[], %(partner)s::text[],
    %(user)s::text[], %(subject)s::uuid[], %(first)s::bigint[], %(last)s::bigint[])
    AS a(n, kind, partner, user_ref, subject, first, last)"""
ROWS: LiteralString = f"""
    SELECT a.n, a.kind, r.* FROM {_ALARMS} CROSS JOIN LATERAL (
        SELECT r.* FROM views_v1.register r
        WHERE r.user_ref = a.user_ref AND r.partner = a.partner
          AND r.position BETWEEN a.first AND a.last AND {_NAMED}
          AND (a.subject IS NULL OR r.subject = a.subject)
          AND (a.kind <> 'refused_again' OR r.outcome = 'refused')
          AND (a.kind <> 'out_of_hours' OR {_LATE})
        ORDER BY r.position LIMIT %(most)s) AS r
    UNION ALL
    SELECT a.n, a.kind, r.* FROM {_ALARMS} CROSS JOIN LATERAL (
        SELECT r.* FROM views_v1.register r
        WHERE a.kind = 'no_part_in_the_case' AND r.subject = a.subject
          AND r.position BETWEEN a.first AND a.last AND {_NAMED} AND {_STRANGER}
        ORDER BY r.position LIMIT %(most)s) AS r
"""  # noqa: S608 - of literals
"""The register's rows that alarms rest on, each with its alarm's `n` and kind (`values_of`)."""
_SHOWN: LiteralString = f"""
    SELECT r.n, r.jti::text, r.partner, r.user_ref, r.subject::text, r.purpose, r.channel,
           r.outcome, r.recorded_at / 1000
    FROM ({ROWS}) AS r ORDER BY r.n, r.position
"""  # noqa: S608 - of literals


@dataclass(frozen=True, slots=True)
class Look:
    """One answer to one officer."""

    jti: str
    partner: str
    user: str
    subject: str | None
    purpose: str
    channel: str
    outcome: str
    recorded_at: int
    """Seconds since 1970."""


async def tallies_of(connection: AsyncConnection[Any], first: date, last: date) -> list[Tally]:
    """Return what was counted of answers to named officers in some London days."""
    wanted = {"first": first, "last": last, "late": LATE, "refused": REFUSED, **_HOURS}
    cursor = await connection.execute(_TALLIES, {**wanted, "strangers": STRANGERS})
    return [Tally(*row) for row in await cursor.fetchall()]


async def rows_of(
    connection: AsyncConnection[Any], found: Sequence[Alarm], most: int
) -> Mapping[int, list[Look]]:
    """Return the first rows that each alarm rests on, by its place in `found`, oldest first."""
    cursor = await connection.execute(_SHOWN, {**values_of(found), "most": most})
    rows: dict[int, list[Look]] = defaultdict(list)
    for place, *look in await cursor.fetchall():
        rows[place].append(Look(*look))
    return rows


def values_of(found: Sequence[Alarm]) -> dict[str, Any]:
    """Return what ROWS is to be told of alarms, without how many rows (`most`) of each."""
    columns = {name: [getattr(one.tally, name) for one in found] for name in _TOLD}
    return {"n": list(range(len(found))), **columns, **_HOURS}


_TOLD: Final = ("kind", "partner", "user", "subject", "first", "last")
