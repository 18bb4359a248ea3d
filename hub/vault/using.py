"""Uses committed disclosures up, each once: those of several threads in one transaction.

In: what an answer tells of which items, from any thread. Out: whether it may leave.
Never here: a key, a plaintext, an answer.

While one thread's statement is under way, others gather behind it, and the next takes them all: a
commit waits for the disk, and costs much the same for one line as for ten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection, OperationalError
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

MOST: Final = 100
_MADE: Final = "https://hub.example/events/disclosure-made/v1"
# One statement: each record is committed, has these bytes' digest, names each of these items with
# each of these categories, and no line of the log has used it.
_USED: LiteralString = (
    "INSERT INTO vault.unwrap (at, reason, dis, partner, positions, items, body_digest)"
    " SELECT u.at, 'disclosure', h.jti, h.partner, u.positions::bigint[], u.items, u.digest"
    " FROM unnest(%(at)s::bigint[], %(dis)s::uuid[], %(positions)s::text[], %(items)s::int[],"
    "  %(digest)s::text[], %(lines)s::jsonb[])"
    "  AS u(at, dis, positions, items, digest, lines)"
    " CROSS JOIN LATERAL (SELECT jti, partner FROM ledger.header"
    "  WHERE agency = 'hub' AND jti = u.dis AND kind = 'disclosure' AND type = %(type)s"
    "  AND routing->>'body_digest' = u.digest AND routing->'items' @> u.lines OFFSET 0) AS h"
    " ON CONFLICT (dis) WHERE reason = 'disclosure' DO NOTHING RETURNING dis"
)
_OURS: LiteralString = (
    "SELECT 1 FROM vault.unwrap WHERE reason = 'disclosure' AND dis = %s AND body_digest = %s"
    " AND at = %s"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of an answer, as its record must name it."""

    position: int
    categories: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Use:
    """One answer that is to leave, and what became of it."""

    at: int
    dis: UUID
    digest: str
    lines: Sequence[Line]
    may: bool | None = None
    failed: Exception | None = field(default=None, repr=False)

    def named(self) -> list[Mapping[str, Any]]:
        """Return its lines as the record has them."""
        return [{"position": o.position, "categories": list(o.categories)} for o in self.lines]


class Uses:
    """The one way to use a disclosure. Safe to call from several threads."""

    def __init__(self, pool: "ConnectionPool[Connection[Any]]") -> None:
        self._pool = pool
        self._gathering = Lock()
        self._turn = Lock()
        self._waiting: list[Use] = []

    def use(self, one: Use) -> bool:
        """Use a committed disclosure, once; return whether that may be. It is durable then.

        Raises:
            psycopg.Error: the store did not answer; nothing may leave.
        """
        with self._gathering:
            self._waiting.append(one)
        with self._turn:
            while one.may is None and one.failed is None:
                self._together(self._taken())
        if one.failed is not None:
            raise one.failed
        return one.may is True

    def _taken(self) -> list[Use]:
        """Take what has gathered; of two that would use the same disclosure, one at a time."""
        with self._gathering:
            first: dict[UUID, Use] = {}
            for one in self._waiting:
                if len(first) < MOST:
                    first.setdefault(one.dis, one)
            batch = list(first.values())
            self._waiting = [one for one in self._waiting if first.get(one.dis) is not one]
        return batch

    def _together(self, batch: list[Use]) -> None:
        try:
            used = self._used(batch)
        except OperationalError:
            # The connection went, perhaps after the commit.
            for one in batch:
                self._alone(one)
        except Exception as failure:  # noqa: BLE001 - whoever waits must hear of it
            for one in batch:
                one.failed = failure
        else:
            for one in batch:
                one.may = one.dis in used

    def _alone(self, one: Use) -> None:
        """Use one anew, or find its line: it is ours if it is of this answer and this moment."""
        try:
            one.may = bool(self._used([one])) or self._ours(one)
        except Exception as failure:  # noqa: BLE001 - whoever waits must hear of it
            one.failed = failure

    def _used(self, batch: Sequence[Use]) -> set[UUID]:
        said = {
            "at": [one.at for one in batch],
            "dis": [one.dis for one in batch],
            "positions": [_array(one.lines) for one in batch],
            "items": [len(one.lines) for one in batch],
            "digest": [one.digest for one in batch],
            "lines": [Jsonb(one.named()) for one in batch],
            "type": _MADE,
        }
        with self._pool.connection() as connection:
            return {row[0] for row in connection.execute(_USED, said, prepare=True).fetchall()}

    def _ours(self, one: Use) -> bool:
        with self._pool.connection() as connection:
            found = connection.execute(_OURS, [one.dis, one.digest, one.at]).fetchone()
        return found is not None


def _array(lines: Sequence[Line]) -> str:
    """Return positions as PostgreSQL spells an array: arrays of arrays must be of one length."""
    return "{" + ",".join(str(o.position) for o in lines) + "}"
