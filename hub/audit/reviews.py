"""What became of broken glass: when its full record is due, whether it came, what a review found.

In: jtis of answers. Out: one Review for each that an officer opened or somebody looked at again.
Never here: a verdict of its own, or what was opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection

from hub.clock import utc_text

_REVIEWS: LiteralString = """
    SELECT a.jti, (g.routing->>'completed_by')::bigint,
           EXISTS (SELECT FROM ledger.header d
                   WHERE d.type = 'https://hub.example/events/disclosure-decided/v1'
                     AND d.routing->>'request' = a.jti AND d.agency = g.partner),
           (SELECT v.position FROM ledger.header v
            WHERE v.type = 'https://hub.example/events/officer-review/v1'
              AND v.routing->>'of' = a.jti ORDER BY v.position DESC LIMIT 1),
           (SELECT v.routing->>'verdict' FROM ledger.header v
            WHERE v.type = 'https://hub.example/events/officer-review/v1'
              AND v.routing->>'of' = a.jti ORDER BY v.position DESC LIMIT 1)
    FROM unnest(%s::text[]) AS a(jti)
    LEFT JOIN ledger.header g ON g.agency = 'hub' AND g.routing ? 'break_glass'
        AND g.jti = a.jti::uuid
"""


_OPEN: LiteralString = """
    SELECT g.jti::text FROM ledger.header g
    WHERE g.agency = 'hub' AND g.routing ? 'break_glass'
      AND NOT EXISTS (SELECT FROM ledger.header v
                      WHERE v.type = 'https://hub.example/events/officer-review/v1'
                        AND v.routing->>'of' = g.jti::text)
"""


@dataclass(frozen=True, slots=True)
class Review:
    """Where an answer stands with those who look at it again."""

    due: int | None
    """When the full record is due, in seconds; None where no glass was broken."""
    completed: bool
    verdict: str | None

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as the register tells it; `overdue` is an alarm."""
        late = self.due is not None and now > self.due
        return {
            "due": None if self.due is None else utc_text(self.due),
            "completed": self.completed,
            "overdue": late and not self.completed,
            "verdict": self.verdict,
        }


async def unreviewed(connection: AsyncConnection[Any]) -> list[str]:
    """Return the answers for which an officer broke the glass and which nobody has reviewed."""
    cursor = await connection.execute(_OPEN, prepare=True)
    return [row[0] for row in await cursor.fetchall()]


async def reviews_of(connection: AsyncConnection[Any], jtis: Sequence[str]) -> dict[str, Review]:
    """Return the reviews of answers, by jti; one that needs none is left out.

    The full record is the partner's own DisclosureDecided that names the answer.
    """
    cursor = await connection.execute(_REVIEWS, [list(jtis)], prepare=True)
    return {
        jti: Review(due, completed, verdict)
        for jti, due, completed, reviewed_at, verdict in await cursor.fetchall()
        if due is not None or reviewed_at is not None
    }
