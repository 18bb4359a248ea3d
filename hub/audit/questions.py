"""Questions to an agency about an answer it was given, and what it answered.

In: a connection that may read. Out: questions with their clocks. Never here: the subject. Whoever
is asked why they looked must not learn from the question that there was something to see.
"""

from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from hub.clock import utc_text

DAYS: Final = (2, 5, 10)
"""How long an agency may be given to answer."""
_ASKED: LiteralString = """
    SELECT q.jti::text, q.recorded_at / 1000, q.routing, a.recorded_at / 1000, a.routing,
           d.recorded_at / 1000, d.routing, d.type LIKE '%%/disclosure-made/%%'
    FROM ledger.header q
    JOIN ledger.header d ON d.agency = 'hub' AND d.jti = (q.routing->>'dis')::uuid
    LEFT JOIN LATERAL (
        SELECT x.recorded_at, x.routing FROM ledger.header x
        WHERE x.type = 'https://hub.example/events/disclosure-explained/v1'
          AND x.routing->>'query' = q.jti::text ORDER BY x.position LIMIT 1) a ON true
    WHERE q.type = 'https://hub.example/events/disclosure-queried/v1'
      AND (%(to)s::text IS NULL OR q.routing->>'to' = %(to)s)
      AND (%(dis)s::text IS NULL OR q.routing->>'dis' = %(dis)s)
      AND (%(jti)s::uuid IS NULL OR q.jti = %(jti)s::uuid)
    ORDER BY (a.recorded_at IS NOT NULL), (q.routing->>'due')::bigint, q.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, what it is about, and its answer where there is one. Instants in seconds."""

    jti: str
    asked_at: int
    said: dict[str, Any]
    answered_at: int | None
    answer: dict[str, Any] | None
    looked_at: int
    look: dict[str, Any]
    released: bool

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as officers of either side read it."""
        due = int(self.said["due"])
        return {
            "question": self.jti,
            "code": self.said["question"],
            "dis": self.said["dis"],
            "to": self.said["to"],
            "asked": utc_text(self.asked_at),
            "asked_by": self.said["officer"],
            "due": utc_text(due),
            "left_s": due - now,
            "state": _state(self, due, now),
            "answered": None if self.answered_at is None else utc_text(self.answered_at),
            "explanation": None if self.answer is None else self.answer["explanation"],
            "answered_by": None if self.answer is None else self.answer["officer"],
            "case": None if self.answer is None else self.answer.get("case"),
            "look": {
                "recorded": utc_text(self.looked_at),
                "user": self.look.get("user"),
                "channel": self.look["channel"],
                "purpose": self.look["purpose"],
                "reason": self.look.get("reason"),
                "released": self.released,
            },
        }


async def asked(
    connection: AsyncConnection[Any],
    *,
    to: str | None = None,
    dis: str | None = None,
    jti: str | None = None,
) -> list[Asked]:
    """Return questions, those that wait for an answer first, the most urgent first of all."""
    cursor = await connection.execute(_ASKED, {"to": to, "dis": dis, "jti": jti})
    return [
        Asked(
            jti=row[0],
            asked_at=row[1],
            said=row[2],
            answered_at=row[3],
            answer=row[4],
            looked_at=row[5],
            look=row[6],
            released=row[7],
        )
        for row in await cursor.fetchall()
    ]


def _state(one: Asked, due: int, now: int) -> str:
    if one.answered_at is None:
        return "overdue" if now > due else "open"
    return "answered_late" if one.answered_at > due else "answered"
