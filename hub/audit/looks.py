"""Reads what samples and alarms are made of: who was answered in some days, and what marks it.

In: a connection that may read, London days. Out: looks, marks, declared interests.
Never here: a judgement (alarms, sampling), a payload, or an officer's own reading of the register:
who watches the watchers reads that by filter.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from contracts.oversight import DrawnFor
from hub.audit.alarms import Known, Look, alarms
from hub.audit.sampling import MANY, Candidate

CONSENT: Final = ("consent-given", "L-special-consent")
"""Rules by which something is shared because the person agreed."""
_OWN: Final = "own-record"
_LOOKS: LiteralString = """
    SELECT r.jti::text, r.partner, r.user_ref, r.subject::text, r.purpose, r.channel, r.outcome,
           r.recorded_at / 1000
    FROM views_v1.register r
    WHERE r.day BETWEEN %s AND %s AND r.purpose <> 'audit' AND r.user_ref IS NOT NULL
      AND r.channel NOT IN ('poll', 'stream')
    ORDER BY r.position
"""
_POSTED: LiteralString = (
    "SELECT DISTINCT i.agency, i.subject::text FROM views_v1.item i WHERE i.subject = ANY(%s)"
)
# Withdrawn or not: an interest that was withdrawn the day after the look is the more of a question.
_DECLARED: LiteralString = (
    "SELECT split_part(f.key, ':', 3), lower(split_part(f.fact, ':', 2)),"
    " split_part(f.key, ':', 2) FROM ledger.fact_current f"
    " WHERE f.key = ANY(%s) AND f.fact LIKE 'officer_declared:%%'"
)
_CANDIDATES: LiteralString = """
    SELECT r.jti::text, r.outcome, r.rules,
           EXISTS (SELECT FROM ledger.header g WHERE g.agency = 'hub'
                   AND g.routing ? 'break_glass' AND g.jti = r.jti),
           coalesce((SELECT bit_or(d.mask) FROM views_v1.disclosed_item d
                     WHERE d.disclosure_position = r.position), 0),
           EXISTS (SELECT FROM views_v1.disclosed_item d
                   JOIN views_v1.item i ON i.position = d.item_position
                   JOIN views_v1.item_class c ON c.class_id = i.class_id
                   WHERE d.disclosure_position = r.position
                     AND c.facts->>'item_status' = 'retracted')
    FROM views_v1.register r
    WHERE r.day BETWEEN %s AND %s AND r.position <= %s AND r.purpose <> 'audit'
      AND r.channel NOT IN ('poll', 'stream')
      AND NOT EXISTS (SELECT FROM ledger.header v
                      WHERE v.type = 'https://hub.example/events/officer-review/v1'
                        AND v.routing->>'of' = r.jti::text AND v.position <= %s)
"""


async def looks_of(
    connection: AsyncConnection[Any], first: date, last: date
) -> tuple[list[Look], Known]:
    """Return every answer to a named officer in some London days, and what else is on record."""
    cursor = await connection.execute(_LOOKS, [first, last])
    looks = [
        Look(
            jti=jti, partner=partner, user=user, subject=subject, purpose=purpose,
            channel=channel, outcome=outcome, recorded_at=at,
        )
        for jti, partner, user, subject, purpose, channel, outcome, at in await cursor.fetchall()
    ]  # fmt: skip
    subjects = sorted({one.subject for one in looks if one.subject is not None})
    posted = await (await connection.execute(_POSTED, [subjects])).fetchall()
    keys = sorted({f"r:{one.subject}:{one.partner}" for one in looks if one.subject is not None})
    declared = await (await connection.execute(_DECLARED, [keys])).fetchall()
    return looks, Known(frozenset(map(tuple, posted)), frozenset(map(tuple, declared)))


async def candidates(
    connection: AsyncConnection[Any], first: date, last: date, upto: int
) -> list[Candidate]:
    """Return every answer of some London days that nobody has reviewed, with its marks.

    Args:
        connection: one that may read.
        first: a London day.
        last: the last one.
        upto: the last position of the register that counts: later entries change nothing.
    """
    looks, known = await looks_of(connection, first, last)
    odd = _unusual(looks, known)
    rows = await (await connection.execute(_CANDIDATES, [first, last, upto, upto])).fetchall()
    found = []
    for jti, outcome, rules, glass, mask, retracted in rows:
        marks = set(odd.get(jti, ()))
        marks |= {"break_glass"} if glass else set()
        marks |= {"rests_on_retracted"} if retracted else set()
        marks |= {"many_categories"} if int(mask).bit_count() >= MANY else set()
        marks |= {"without_consent"} if outcome == "released" and _unasked(rules, mask) else set()
        found.append(Candidate(jti, frozenset(marks)))
    return found


def _unusual(looks: list[Look], known: Known) -> dict[str, set[DrawnFor]]:
    found: dict[str, set[DrawnFor]] = defaultdict(set)
    for alarm in alarms(looks, known):
        mark: DrawnFor = "own_interest" if alarm.kind == "own_interest" else "unusual_access"
        for row in alarm.rows:
            found[row.jti].add(mark)
    return found


def _unasked(rules: Iterable[str], mask: int) -> bool:
    """Return whether something was shown of what others hold, and not because they agreed."""
    ids = {rule.partition("@")[0] for rule in rules} - {_OWN}
    return bool(mask) and bool(ids) and ids.isdisjoint(CONSENT)
