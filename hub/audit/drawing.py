"""Finds which answers of some days can come to be drawn, and what marks them.

In: a connection that may read, days, a seed and a size; the law released so far. Out: Candidates.
Never here: a choice (sampling). It is given every answer that broken glass opened, and of each set
of marks as many as a draw of that size and seed could take; which those are, the digest says.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from contracts.oversight import DrawnFor
from hub.audit.alarms import alarms
from hub.audit.flags import flagged
from hub.audit.looks import ROWS, tallies_of, values_of
from hub.audit.sampling import MANY, Candidate
from hub.rulebook.releases import Releases

CONSENT: Final = ("consent-given", "L-special-consent")
"""Rules by which something is shared because the person agreed."""
_OWN: Final = "own-record"
_MARKS: Final[tuple[DrawnFor, ...]] = (
    "break_glass", "own_interest", "rests_on_retracted", "unusual_access", "without_consent",
    "many_categories",
)  # fmt: skip
"""What each bit of an answer's marks stands for, the lowest first."""
_DIGEST: LiteralString = (
    "substring(sha256(convert_to('{use}' || %(seeded)s || r.jti, 'UTF8')) FOR 6)"
)
_CHANCE: LiteralString = _DIGEST.replace("{use}", "chance")
_WEIGHT: LiteralString = _DIGEST.replace("{use}", "weight")
# Without consent: something was shown of what others hold, and not because the person agreed.
_CANDIDATES: LiteralString = f"""
    WITH odd AS (
        SELECT r.position, bool_or(r.kind = 'own_interest') AS own,
               bool_or(r.kind <> 'own_interest') AS odd
        FROM ({ROWS}) AS r GROUP BY r.position
    ), bases AS (
        SELECT r.rules, EXISTS (
                   SELECT FROM unnest(r.rules) AS x WHERE split_part(x, '@', 1) <> %(own)s)
               AND NOT EXISTS (SELECT FROM unnest(r.rules) AS x
                   WHERE split_part(x, '@', 1) = ANY(%(consent)s::text[])) AS unasked
        FROM (SELECT DISTINCT r.rules FROM views_v1.register r
              WHERE r.day BETWEEN %(since)s AND %(until)s) AS r
    ), among AS MATERIALIZED (
        SELECT r.jti, {_CHANCE} AS chance, {_WEIGHT} AS weight, g.jti IS NOT NULL AS glass,
               (g.jti IS NOT NULL)::int + 2 * coalesce(o.own, false)::int
               + 4 * (r.jti = ANY(%(wrong)s::uuid[]))::int + 8 * coalesce(o.odd, false)::int
               + 16 * (r.outcome = 'released' AND r.mask <> 0 AND b.unasked)::int
               + 32 * (length(replace(r.mask::bit(32)::text, '0', '')) >= %(many)s)::int AS marks
        FROM views_v1.register r
        JOIN bases b ON b.rules = r.rules
        LEFT JOIN odd o ON o.position = r.position
        LEFT JOIN ledger.header g ON g.agency = 'hub' AND g.routing ? 'break_glass'
            AND g.jti = r.jti
        WHERE r.day BETWEEN %(since)s AND %(until)s AND r.position <= %(upto)s
          AND r.purpose <> 'audit' AND r.channel NOT IN ('poll', 'stream')
          AND NOT EXISTS (SELECT FROM ledger.header v
                          WHERE v.type = 'https://hub.example/events/officer-review/v1'
                            AND v.routing->>'of' = r.jti::text AND v.position <= %(upto)s)
    ), heavy AS (
        SELECT r.jti, r.marks,
               row_number() OVER (PARTITION BY r.marks ORDER BY r.weight DESC, r.jti) AS place
        FROM among r
    )
    SELECT r.jti::text, r.marks FROM among r WHERE r.glass
    UNION SELECT r.jti::text, r.marks FROM heavy r WHERE r.place <= 2 * %(size)s
    UNION (SELECT r.jti::text, r.marks FROM among r WHERE NOT r.glass
           ORDER BY r.chance, r.jti LIMIT %(size)s)
"""  # noqa: S608 - of literals


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """What is drawn from and how: answers of London days, both included.

    `upto` is the last position of the register that counts: later entries change nothing.
    """

    first: date
    last: date
    upto: int
    seed: str
    size: int


async def candidates(
    connection: AsyncConnection[Any], among: Among, law: Releases
) -> list[Candidate]:
    """Return the answers that nobody has reviewed and that this draw could take, with their marks.

    To draw from them is to draw from all.
    """
    odd = alarms(await tallies_of(connection, among.first, among.last))
    wrong = await flagged(connection, law)
    told: dict[str, Any] = {**values_of(odd), "most": None, "wrong": wrong, "own": _OWN}
    told |= {"since": among.first, "until": among.last, "upto": among.upto}
    told |= {"seeded": f"\x1f{among.seed}\x1f", "size": among.size, "many": MANY}
    told["consent"] = list(CONSENT)
    rows = await (await connection.execute(_CANDIDATES, told)).fetchall()
    return [Candidate(dis, _marked(marks)) for dis, marks in rows]


def _marked(bits: int) -> frozenset[DrawnFor]:
    return frozenset(mark for n, mark in enumerate(_MARKS) if bits >> n & 1)
