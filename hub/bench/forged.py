"""What a process that forges a ledger is told, and what it makes of one chunk.

In: nothing. Out: the shapes Job, Agency, Person, Rows. Never here: a key used, a connection.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from hub.bench import copying
from hub.bench.forms import Form
from hub.bench.mould import Mould

PEOPLE: Final = 3
"""A chunk may have one person for so many events: half as many come, and numbers must not meet."""
Values: TypeAlias = tuple[bytes, ...]
_Row: TypeAlias = tuple[Form, Values]


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
    kept: bool
    """Whether the ledger outlives the bench: then the agencies' keys are to stay secret."""

    def sizes(self, number: int) -> tuple[int, int]:
        """Return how many events, and how many disclosures before its own, a chunk has."""
        return min(self.chunk, self.events - number * self.chunk), int(
            number * self.chunk * self.reads
        )


@dataclass(slots=True)
class Person:
    """Somebody of one chunk: its subject's id, how it is named, and what is on record of it."""

    key: UUID
    named: bytes
    raw: bytes = field(init=False)
    text: bytes = field(init=False)
    version: int = 0
    items: list[int] = field(default_factory=list)
    facts: dict[tuple[str, str], _Row] = field(default_factory=dict)
    scopes: dict[str, _Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Spell the id once."""
        self.raw, self.text = self.key.bytes, str(self.key).encode()


class Place(NamedTuple):
    """Where one row stands, and when: the hub's milliseconds, the second it is said to be of."""

    subject: UUID
    raw: bytes
    jti: UUID
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

    def state(self, made: Mould, whose: Person, values: Values) -> None:
        """Fold facts as ledger.append does: the later one stands."""
        for slot, row in made.lasting:
            whose.facts[slot] = row, values
        for key, row in made.scopes:
            whose.scopes[key] = row, values
        for row in made.once:
            self.tables["fact_current"].append(row.of(values))
        for row in made.once_scopes:
            self.tables["fact_scope"].append(row.of(values))

    def close(self, people: Iterable[Person]) -> None:
        """Make rows of the facts that stand."""
        for one in people:
            self.tables["fact_current"] += [row.of(values) for row, values in one.facts.values()]
            self.tables["fact_scope"] += [row.of(values) for row, values in one.scopes.values()]
