"""What a process that forges a ledger is told, and what it makes of one chunk.

In: nothing. Out: the shapes Job, Agency, Rows. Never here: a key used, a connection.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from hub.bench import copying
from hub.bench.mould import FactText

PEOPLE: Final = 3
"""A chunk may have one person for so many events: half as many come, and numbers must not meet."""


class Agency(NamedTuple):
    """An agency of the area: its key, and the subject its own events are filed under."""

    slug: str
    kind: str
    seed: str
    kid: str
    subject: str
    wrapped: str
    kek_version: int
    versions: int


@dataclass(frozen=True, slots=True)
class Job:
    """Which chunks to write, into which database, from when on."""

    settings: dict[str, Any]
    agencies: list[Agency]
    chunks: list[int]
    chunk: int
    events: int
    reads: float
    first: int
    start_ms: int
    step_us: int

    def sizes(self, number: int) -> tuple[int, int]:
        """Return how many events, and how many disclosures before its own, a chunk has."""
        return min(self.chunk, self.events - number * self.chunk), int(
            number * self.chunk * self.reads
        )


class Place(NamedTuple):
    """Where one row stands, and when: the hub's milliseconds, the poster's second."""

    jti: UUID
    subject: UUID
    version: int
    position: int
    recorded_ms: int
    toe: int


@dataclass(slots=True)
class Rows:
    """What one chunk puts into each table."""

    tables: dict[str, list[bytes]] = field(
        default_factory=lambda: {name: [] for name in copying.TABLES}
    )
    facts: dict[tuple[str, str], tuple[str, int, int | None]] = field(default_factory=dict)
    scopes: dict[str, int] = field(default_factory=dict)

    def state(self, facts: Iterable[FactText], position: int) -> None:
        """Fold facts as ledger.append does: the later one stands."""
        for key, fact, value, expires in facts:
            self.facts[key, fact] = (value, position, expires)
            self.scopes[key] = position

    def close(self) -> None:
        """Make rows of the facts."""
        put = self.tables["fact_current"]
        for (key, fact), (value, position, expires) in self.facts.items():
            cells = (copying.text(cell.encode()) for cell in (key, fact, value))
            put.append(
                copying.count(5) + b"".join(cells) + copying.int8(position) + copying.int8(expires)
            )
        self.tables["fact_scope"].extend(
            copying.count(2) + copying.text(key.encode()) + copying.int8(position)
            for key, position in self.scopes.items()
        )
