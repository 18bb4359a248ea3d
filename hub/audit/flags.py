"""Finds the answers that rested on what was wrong: an item since retracted or corrected.

In: register entries, or none for all; the law released so far. Out: Flags, by answer.
Never here: a table of flags. They are read off the ledger's own corrections, so that they are the
same whenever the views are rebuilt; a review that stands behind the correction settles one.

An answer rested on an item if it held it, or if a rule that it names reads a fact that the item
had put on record, and that nothing else had stated anew by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, LiteralString, TypeAlias

from psycopg import AsyncConnection

from contracts.integrity import Corrected, Retracted
from hub.clock import utc_text
from hub.rulebook import Rulebook, RulebookError
from hub.rulebook.releases import Releases
from hub.views.read_register import RegisterEntry

Waiting: TypeAlias = Literal["open", "flagged"]
"""Why an answer is to be looked at again: the glass was broken, or it rested on what was wrong."""
WRONG: Final = (Corrected.TYPE, Retracted.TYPE)
_OF_ITEMS: LiteralString = (
    "SELECT DISTINCT subject FROM ledger.header WHERE position = ANY(%s)"
    " UNION SELECT unnest(%s::uuid[])"
)
# A correction names an item of its own poster's, and is filed under the same subject.
_FLAGS: LiteralString = """
    WITH wrong AS (
        SELECT c.position AS at, c.type, c.agency, c.recorded_at, i.position AS item, i.subject,
               i.facts
        FROM ledger.header c
        JOIN ledger.header i ON i.agency = c.agency AND i.jti = (c.routing->>'item')::uuid
        WHERE c.type = ANY(%(types)s)
          AND (%(subjects)s::uuid[] IS NULL OR c.subject = ANY(%(subjects)s::uuid[]))
        UNION ALL
        SELECT c.position, c.type, c.agency, c.recorded_at, i.position, i.subject, i.facts
        FROM ledger.header c CROSS JOIN LATERAL jsonb_array_elements(c.routing->'items') AS x
        JOIN ledger.header i ON i.agency = x->>'agency' AND i.jti = (x->>'item')::uuid
        WHERE c.type = 'https://hub.example/events/subjects-separated/v1'
          AND (%(subjects)s::uuid[] IS NULL OR c.subject = ANY(%(subjects)s::uuid[]))
    ), rested AS (
        SELECT d.disclosure_position AS answer, w.at, w.item, NULL::text AS fact
        FROM wrong w JOIN views_v1.disclosed_item d
            ON d.item_position = w.item AND d.disclosure_position < w.at
        UNION
        SELECT r.position, w.at, w.item, f->>1
        FROM wrong w JOIN views_v1.register r
            ON r.subject = w.subject AND r.position > w.item AND r.position < w.at
        CROSS JOIN jsonb_array_elements(w.facts) AS f
        WHERE f->>0 IN ('s:' || w.subject, 'r:' || w.subject || ':' || r.partner)
          AND NOT EXISTS (
              SELECT FROM ledger.header l CROSS JOIN jsonb_array_elements(l.facts) AS g
              WHERE l.subject = w.subject AND l.position > w.item AND l.position < r.position
                AND g->>0 = f->>0 AND g->>1 = f->>1)
    )
    SELECT r.jti::text, r.rules, r.rulebook, r.recorded_at / 1000, x.item, w.at, w.type, w.agency,
           w.recorded_at / 1000,
           EXISTS (SELECT FROM ledger.header v
                   WHERE v.type = 'https://hub.example/events/officer-review/v1'
                     AND v.routing->>'of' = r.jti::text AND v.position > w.at),
           array_remove(array_agg(DISTINCT x.fact), NULL), bool_or(x.fact IS NULL)
    FROM rested x
    JOIN wrong w ON w.at = x.at AND w.item = x.item
    JOIN views_v1.register r ON r.position = x.answer
    WHERE %(jtis)s::uuid[] IS NULL OR r.jti = ANY(%(jtis)s::uuid[])
    GROUP BY r.jti, r.rules, r.rulebook, r.recorded_at,
             x.item, w.at, w.type, w.agency, w.recorded_at
    ORDER BY w.at, x.item
"""


@dataclass(frozen=True, slots=True)
class Flag:
    """An answer rested on an item that was wrong. `facts`: what the item had stated for it."""

    item: int
    shown: bool
    facts: tuple[str, ...]
    position: int
    type_uri: str
    by: str
    recorded: int
    reviewed: bool

    def plain(self) -> dict[str, Any]:
        """Return it as the register tells it."""
        return {
            "item": self.item,
            "shown": self.shown,
            "facts": list(self.facts),
            "position": self.position,
            "type": self.type_uri,
            "by": self.by,
            "recorded": utc_text(self.recorded),
            "reviewed": self.reviewed,
        }


async def flags_of(
    connection: AsyncConnection[Any], rows: Sequence[RegisterEntry], law: Releases
) -> dict[str, list[Flag]]:
    """Return what is flagged of register entries, by jti; one without a flag is left out."""
    if not rows:
        return {}
    places = [position for row in rows for position, _ in row.items]
    asked = [row.subject for row in rows if row.subject is not None]
    cursor = await connection.execute(_OF_ITEMS, [places, asked], prepare=True)
    subjects = [row[0] for row in await cursor.fetchall()]
    return await _flags(connection, subjects, [row.jti for row in rows], law)


async def flagged(connection: AsyncConnection[Any], law: Releases) -> list[str]:
    """Return the answers that rested on what was wrong, and that nobody has reviewed since."""
    found = await _flags(connection, None, None, law)
    return [jti for jti, flags in found.items() if not all(flag.reviewed for flag in flags)]


async def _flags(
    connection: AsyncConnection[Any],
    subjects: Sequence[object] | None,
    jtis: Sequence[str] | None,
    law: Releases,
) -> dict[str, list[Flag]]:
    wanted: Mapping[str, Any] = {"types": list(WRONG), "subjects": subjects, "jtis": jtis}
    cursor = await connection.execute(_FLAGS, wanted, prepare=True)
    found: dict[str, list[Flag]] = {}
    for jti, rules, rulebook, given, item, *correction, facts, shown in await cursor.fetchall():
        read = _read_by(rules, _law_of(law, rulebook, given)) if facts else frozenset()
        used = tuple(fact for fact in facts if fact.partition(":")[0] in read)
        if shown or used:
            found.setdefault(jti, []).append(Flag(item, shown, used, *correction))
    return found


def _law_of(law: Releases, rulebook: str, at_s: int) -> Rulebook | None:
    try:
        return law.named(rulebook, at_s)
    except RulebookError:
        return None


def _read_by(rules: Sequence[str], law: Rulebook | None) -> frozenset[str]:
    """Return the facts that rules read; that somebody is an adult is no news to any of them."""
    named: set[str] = set()
    for name in rules:
        try:
            if law is not None:
                named |= {clause.fact for clause in law.rule(name).clauses}
        except KeyError:
            continue
    return frozenset(named - {"subject_kind"})
