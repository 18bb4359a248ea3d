"""Samples on record, and the queue they make: what was drawn and nobody has looked at yet.

In: a connection that may read. Out: samples and their answers, as plain values.
Never here: whom an answer was about, or a draw (sampling).
"""

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection

from hub.audit.listing import told
from hub.clock import utc_text
from hub.rulebook.releases import Releases
from hub.views.read_register import RegisterFilter, register_rows

KEPT: Final = 12
"""So many of the last samples are worked off; older ones stay on record."""
_SAMPLES: LiteralString = (
    "SELECT s.jti::text, s.recorded_at / 1000, s.routing FROM ledger.header s"
    " WHERE s.type = 'https://hub.example/events/sample-drawn/v1'"
    " ORDER BY s.position DESC LIMIT %s"
)
_SAMPLE: LiteralString = (
    "SELECT s.routing FROM ledger.header s WHERE s.agency = 'hub' AND s.jti = %s"
    " AND s.type = 'https://hub.example/events/sample-drawn/v1'"
)
_REVIEWED: LiteralString = (
    "SELECT DISTINCT v.routing->>'of' FROM ledger.header v"
    " WHERE v.type = 'https://hub.example/events/officer-review/v1'"
    " AND v.routing->>'of' = ANY(%s)"
)
_ASKED: LiteralString = (
    "SELECT DISTINCT q.routing->>'dis' FROM ledger.header q"
    " WHERE q.type = 'https://hub.example/events/disclosure-queried/v1'"
    " AND q.routing->>'dis' = ANY(%s)"
)


async def queue(connection: AsyncConnection[Any], now: int, law: Releases) -> dict[str, Any]:
    """Return the last samples with how far each has come, and the answers that wait, in order."""
    rows = await (await connection.execute(_SAMPLES, [KEPT])).fetchall()
    drawn = {one["dis"]: one["why"] for _, _, said in reversed(rows) for one in said["drawn"]}
    ids = list(drawn)
    reviewed = {row[0] for row in await (await connection.execute(_REVIEWED, [ids])).fetchall()}
    asked = {row[0] for row in await (await connection.execute(_ASKED, [ids])).fetchall()}
    waiting = [dis for dis in _in_turn(rows) if dis not in reviewed]
    wanted = RegisterFilter(jtis=waiting)
    found = await register_rows(connection, wanted, order="newest", limit=max(1, len(waiting)))
    entries = {entry["jti"]: entry for entry in await told(connection, found, now, law)}
    return {
        "samples": [_sample(jti, at, said, reviewed) for jti, at, said in rows],
        "waiting": [
            {"why": drawn[dis], "asked": dis in asked, "entry": entries[dis]}
            for dis in waiting
            if dis in entries
        ],
    }


async def sample_of(connection: AsyncConnection[Any], sample: UUID) -> dict[str, Any] | None:
    """Return what a sample's event says, or None where there is none of that id."""
    row = await (await connection.execute(_SAMPLE, [sample])).fetchone()
    return None if row is None else dict(row[0])


def _in_turn(rows: list[Any]) -> list[str]:
    """Return what was drawn, each once: broken glass of every sample first, then sample by sample.

    Within a sample the event has them in the order in which they matter.
    """
    every = [(one["dis"], one["why"]) for _, _, said in rows for one in said["drawn"]]
    glass = [dis for dis, why in every if "break_glass" in why]
    return list(dict.fromkeys([*glass, *(dis for dis, _ in every)]))


def _sample(jti: str, at: int, said: dict[str, Any], reviewed: set[str]) -> dict[str, Any]:
    drawn = [one["dis"] for one in said["drawn"]]
    return {
        "sample": jti,
        "drawn_at": utc_text(at),
        "officer": said["officer"],
        "seed": said["seed"],
        "first_day": said["first_day"],
        "last_day": said["last_day"],
        "size": said["size"],
        "method": said["method"],
        "drawn": len(drawn),
        "reviewed": sum(dis in reviewed for dis in drawn),
    }
