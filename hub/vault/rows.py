"""What the vault reads from the ledger, and the log of what it opened.

In: positions, the role hub_vault. Out: sealed rows; lines of vault.unwrap, committed.
Never here: a key, a plaintext.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from contracts.integrity import VaultOpened
from hub.clock import Clock
from hub.ledger.record import VaultRefusedError
from hub.vault.using import Line, Use, Uses

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

# The leaf decides, not the key, which is destroyed a moment later: what is read in between would
# leave behind the word that it is gone, and stand in no certificate.
_SEALED: LiteralString = (
    "SELECT h.position, h.agency, h.jti, h.kind, h.type, h.categories, h.recorded_at, e.state,"
    " k.key_id, k.wrapped, k.kek_version, CASE WHEN EXISTS (SELECT FROM ledger.header x"
    "  WHERE x.kind = 'shred' AND x.routing->>'key_id' = h.subject::text)"
    "  THEN 'destroyed' ELSE k.state END AS key_state"
    " FROM ledger.header h JOIN ledger.events e ON e.notification_id = h.position"
    " LEFT JOIN ledger.subject_key k ON k.key_id = h.key_id WHERE h.position = ANY(%s)"
)
_KEYS: LiteralString = (
    "SELECT key_id, wrapped, kek_version, state FROM ledger.subject_key WHERE key_id = ANY(%s)"
)
_WHOLE: LiteralString = (
    "SELECT h.*, e.state, k.wrapped, k.kek_version, k.state AS key_state"
    " FROM ledger.header h JOIN ledger.events e ON e.notification_id = h.position"
    " LEFT JOIN ledger.subject_key k ON k.key_id = h.key_id WHERE h.position = ANY(%s)"
    " ORDER BY h.position"
)
_OPENED: LiteralString = (
    "INSERT INTO vault.unwrap (at, reason, dis, partner, positions, items, body_digest)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
# One statement: the hub's own event that says so is committed, and no line of the log has used it.
_SAID: LiteralString = (
    "INSERT INTO vault.unwrap (at, reason, dis, positions, items)"
    " SELECT %(at)s, %(reason)s, h.jti, %(positions)s, %(items)s"
    " FROM ledger.header h WHERE h.agency = 'hub' AND h.jti = %(dis)s AND h.type = %(type)s"
    " AND h.routing->>'reason' = %(reason)s"
    " AND h.routing->>'places' IS NOT DISTINCT FROM %(places)s"
    " ON CONFLICT (dis) WHERE reason IN ('verify', 'audit', 'rekey') DO NOTHING RETURNING 1"
)
# What was opened before there were such events is let be: nothing said then that they must be.
_UNSAID: LiteralString = (
    "SELECT u.reason, count(*) FROM vault.unwrap u"
    " LEFT JOIN ledger.header h ON h.agency = 'hub' AND h.jti = u.dis"
    " WHERE u.reason IN ('disclosure', 'again') AND h.kind IS DISTINCT FROM 'disclosure'"
    " OR u.reason IN ('verify', 'audit', 'rekey')"
    " AND (h.type IS DISTINCT FROM %(type)s OR h.routing->>'reason' <> u.reason)"
    " AND u.at >= (SELECT min(recorded_at) FROM ledger.header WHERE type = %(type)s)"
    " GROUP BY 1 ORDER BY 1"
)
_RECORDED: LiteralString = (
    "SELECT partner, routing->>'body_digest' FROM ledger.header"
    " WHERE agency = 'hub' AND jti = %s AND kind = 'disclosure'"
)


class Rows:
    """The vault's own way to the database."""

    def __init__(self, pool: "ConnectionPool[Connection[Any]]", clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._uses = Uses(pool)

    def sealed(self, positions: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Return the sealed rows at some positions."""
        with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as c:
            c.execute(_SEALED, [list(positions)], prepare=True, binary=True)
            return {row["position"]: row for row in c.fetchall()}

    def whole(self, positions: Sequence[int]) -> list[dict[str, Any]]:
        """Return rows with all that the ledger holds of them, in order."""
        with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as c:
            c.execute(_WHOLE, [list(positions)])
            return c.fetchall()

    def head(self) -> int:
        """Return the ledger's last position."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT max(position) FROM ledger.header").fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    def keys(self, ids: Iterable[UUID]) -> dict[UUID, tuple[bytes, int, str]]:
        """Return subjects' keys: wrapped, under which master key, and their state."""
        with self._pool.connection() as connection:
            found = connection.execute(_KEYS, [list(ids)], prepare=True).fetchall()
        return {row[0]: (bytes(row[1]), row[2], row[3]) for row in found}

    def opened(
        self,
        reason: str,
        *,
        items: int,
        positions: Sequence[int] = (),
        dis: UUID | None = None,
        partner: str | None = None,
        digest: str | None = None,
    ) -> None:
        """Put on record that something is opened. It is durable when this returns."""
        line = [self._clock.now_ms(), reason, dis, partner, list(positions), items, digest]
        with self._pool.connection() as connection:
            connection.execute(_OPENED, line)

    def say(
        self,
        reason: str,
        dis: UUID,
        *,
        items: int,
        positions: Sequence[int] = (),
        places: str | None = None,
    ) -> None:
        """Put an opening on record that rests on the hub's event `dis`, which it uses up.

        Raises:
            VaultRefusedError: no committed, unused event of the hub says this.
        """
        said = {
            "at": self._clock.now_ms(),
            "reason": reason,
            "dis": dis,
            "positions": list(positions),
            "items": items,
            "places": places,
            "type": VaultOpened.TYPE,
        }
        if not self._found(_SAID, said):
            raise VaultRefusedError("no committed, unused event of the hub says that it is opened")

    def unsaid(self) -> list[tuple[str, int]]:
        """Return why and how often something was opened that the ledger does not say."""
        with self._pool.connection() as connection:
            rows = connection.execute(_UNSAID, {"type": VaultOpened.TYPE}).fetchall()
        return [(reason, count) for reason, count in rows]

    def wrapped(self, versions: Sequence[int]) -> int:
        """Return how many live keys lie under some master keys."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT count(*) FROM ledger.subject_key"
                " WHERE kek_version = ANY(%s) AND state = 'live'",
                [list(versions)],
            ).fetchone()
        return 0 if row is None else int(row[0])

    def wrapped_some(self, limit: int) -> list[tuple[bytes, bytes, int]]:
        """Return some live keys as they are wrapped: id, wrapped, under which master key."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT key_id, wrapped, kek_version FROM ledger.subject_key"
                " WHERE state = 'live' LIMIT %s",
                [limit],
            ).fetchall()
        return [(row[0].bytes, bytes(row[1]), row[2]) for row in rows]

    def use(self, dis: UUID, digest: str, lines: Sequence[Line]) -> bool:
        """Use a committed disclosure for these items, once; return whether that may be."""
        return self._uses.use(Use(self._clock.now_ms(), dis, digest, lines))

    def _found(self, statement: LiteralString, said: Mapping[str, Any]) -> bool:
        with self._pool.connection() as connection:
            return connection.execute(statement, said, prepare=True).fetchone() is not None

    def recorded(self, dis: UUID) -> tuple[str, str] | None:
        """Return to whom an answer was recorded, and its digest."""
        with self._pool.connection() as connection:
            return connection.execute(_RECORDED, [dis], prepare=True).fetchone()

    def rewrap(self, old: int, new: int, keys: dict[UUID, bytes]) -> int:
        """Store keys that were wrapped anew; return how many were still as they had been read."""
        values = [old, new, list(keys), list(keys.values())]
        with self._pool.connection() as connection:
            row = connection.execute("SELECT vault.rewrap(%s, %s, %s, %s)", values).fetchone()
        return 0 if row is None else int(row[0])

    def under(self, version: int, limit: int) -> dict[UUID, bytes]:
        """Return some live keys that are wrapped under a master key."""
        with self._pool.connection() as connection:
            found = connection.execute(
                "SELECT key_id, wrapped FROM ledger.subject_key"
                " WHERE kek_version = %s AND state = 'live' LIMIT %s",
                [version, limit],
            ).fetchall()
        return {row[0]: bytes(row[1]) for row in found}

    def destroy(self, subject: UUID) -> bool:
        """Destroy a subject's key, if the ledger says that it is to be; return whether it was."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT vault.destroy_key(%s)", [subject]).fetchone()
        return bool(row and row[0])
