"""Breaches of personal data on record: each with its clock, its steps, and what may come next.

In: a connection that may read; for a step, what was done before. Out: breaches; the faults of a
step. Never here: whether to report. An officer decides that, and says so in a step.

Source: UK GDPR art 33 (72 hours, late with reasons; the record), art 34 (telling the people).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection

from contracts.oversight import BreachStep
from hub.clock import utc_text

REPORT_S: Final = 72 * 3600
SETTLED: Final = frozenset({"reported", "not_reportable"})
TOLD: Final = frozenset({"people_told", "people_need_not_be_told"})
_BREACHES: LiteralString = """
    SELECT b.jti::text, b.recorded_at / 1000, b.routing,
           ARRAY(SELECT json_build_object('at', s.recorded_at / 1000, 'said', s.routing)
                 FROM ledger.header s
                 WHERE s.type = 'https://hub.example/events/breach-stepped/v1'
                   AND s.routing->>'breach' = b.jti::text ORDER BY s.position)
    FROM ledger.header b
    WHERE b.type = 'https://hub.example/events/breach-opened/v1'
      AND (%(jti)s::uuid IS NULL OR b.jti = %(jti)s::uuid)
    ORDER BY b.position DESC
"""
# What agencies reported and no officer has taken up yet: the hub knows since it was recorded.
_UNTAKEN: LiteralString = """
    SELECT r.jti::text, r.agency, r.recorded_at / 1000
    FROM ledger.header r
    WHERE r.type = 'https://hub.example/events/breach-reported/v1'
      AND NOT EXISTS (SELECT FROM ledger.header b
                      WHERE b.type = 'https://hub.example/events/breach-opened/v1'
                        AND b.routing->>'follows' = r.jti::text
                        AND b.routing->>'agency' = r.agency)
    ORDER BY r.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A breach as the ledger has it."""

    jti: str
    opened_at: int
    said: dict[str, Any]
    steps: Sequence[dict[str, Any]]

    @property
    def done(self) -> frozenset[str]:
        """The steps that were taken."""
        return frozenset(step["said"]["step"] for step in self.steps)

    @property
    def known(self) -> dict[str, Any]:
        """What is known of it by now: as it was opened, and what was learned since."""
        found = dict(self.said)
        for step in self.steps:
            learned = {name: step["said"].get(name) for name in ("people", "categories", "risk")}
            found |= {name: value for name, value in learned.items() if value not in (None, [])}
        return found

    @property
    def due(self) -> int:
        """When the 72 hours end, in seconds."""
        return int(self.said["aware_at"]) + REPORT_S

    def plain(self, now: int) -> dict[str, Any]:
        """Return it as officers read it."""
        named = ("agency", "kind", "happened_on", "people", "risk", "follows", "case")
        return {
            "breach": self.jti,
            **{name: self.known.get(name) for name in named},
            "opened_by": self.said["officer"],
            "opened": utc_text(self.opened_at),
            "aware": utc_text(int(self.said["aware_at"])),
            "due": utc_text(self.due),
            "left_s": self.due - now,
            "state": self._state(now),
            "categories": list(self.known.get("categories") or ()),
            "dis": list(self.said.get("dis") or ()),
            "steps": [_step(step) for step in self.steps],
            "next": [step for step in _STEPS if fault(self, step, now, late=True) is None],
        }

    def _state(self, now: int) -> str:
        if "closed" in self.done:
            return "closed"
        if self.done & SETTLED:
            return "reported" if "reported" in self.done else "not_reportable"
        return "overdue" if now > self.due else "running"


_STEPS: Final[tuple[BreachStep, ...]] = (
    "learned",
    "contained", "reported", "not_reportable", "people_told", "people_need_not_be_told", "closed"
)  # fmt: skip


def fault(breach: Breach, step: BreachStep, now: int, *, late: bool) -> str | None:
    """Return why a step may not be taken now; None where it may.

    Args:
        breach: as it stands.
        step: what an officer says was done.
        now: in seconds.
        late: whether the officer says why it is late.
    """
    faults = {
        "nothing can be added: it is closed": "closed" in breach.done,
        "that is on record already": step in breach.done and step != "learned",
        "it was reported: what to do about it is with the Commissioner": step == "not_reportable"
        and "reported" in breach.done,
        "a risk to people is to be reported": step == "not_reportable"
        and breach.known["risk"] != "unlikely",
        "say why it is reported after 72 hours": step == "reported"
        and now > breach.due
        and not late,
        "say first whether it was reported": step == "closed" and not breach.done & SETTLED,
        "say first whether the people were told: the risk to them is high": step == "closed"
        and breach.known["risk"] == "high"
        and not breach.done & TOLD,
    }
    return next((why for why, stands in faults.items() if stands), None)


async def breaches(connection: AsyncConnection[Any], jti: str | None = None) -> list[Breach]:
    """Return breaches on record, the newest first."""
    cursor = await connection.execute(_BREACHES, {"jti": jti})
    return [
        Breach(jti=row[0], opened_at=row[1], said=row[2], steps=row[3])
        for row in await cursor.fetchall()
    ]


async def untaken(connection: AsyncConnection[Any], now: int) -> list[dict[str, Any]]:
    """Return what agencies reported that no officer has taken up, the oldest first."""
    rows = await (await connection.execute(_UNTAKEN)).fetchall()
    return [
        {
            "report": jti,
            "agency": agency,
            "recorded": utc_text(at),
            "due": utc_text(at + REPORT_S),
            "left_s": at + REPORT_S - now,
        }
        for jti, agency, at in rows
    ]


def _step(step: dict[str, Any]) -> dict[str, Any]:
    said = step["said"]
    return {
        "step": said["step"],
        "officer": said["officer"],
        "at": utc_text(step["at"]),
        "reference": said.get("reference"),
        "late_because": said.get("late_because"),
        "people": said.get("people"),
        "risk": said.get("risk"),
        "categories": list(said.get("categories") or ()),
    }
