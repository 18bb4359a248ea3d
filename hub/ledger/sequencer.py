"""The sequencer: gives every row of the ledger its leaf, and signs the tree. One at a time.

In: rows by position, the log's key, the anchor. Out: tiles, entries and a checkpoint, together.
Never here: a row opened, a row passed over, a checkpoint signed from memory alone.

Leaf i is the row at position i + 1: positions have no gaps and commit in order, so the log needs
no queue and no numbering of its own (decision 0016). The order of steps, and why:

1. One process leads, by a lock that its session holds: it is gone the moment the process is.
2. In one transaction: lock; the last checkpoint must be the one in memory, or nothing is done;
   add tiles and entries; read everything again from its rows; only then sign and store. A crash
   anywhere leaves all of it or nothing.
3. After the commit, the anchor file. A crash before it leaves an older anchor, which is no harm.

Whatever fails, memory is dropped and read again: a commit that reported an error may have happened.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
from psycopg import Connection

from hub.ledger import logrows, merkle
from hub.ledger.anchor import Anchor
from hub.ledger.checkpoint import Checkpoint, NoteError, NoteKey, open_checkpoint
from hub.ledger.leaf import unpack
from hub.ledger.logrows import NotSignedError, last_checkpoint, read_bundles, read_entries
from hub.ledger.merkle import edge_tiles, grow, leaf_hash
from hub.ledger.tiles import read_tiles

EVERY_S = 0.2
TRY_S = 0.5
BATCH = 2_000
LEADER_LOCK = 0x48554210
BATCH_LOCK = 0x48554211
# A leader that is stopped, cut off or hung loses its session, and with it the lock, in 3 s.
SESSION = (
    "-c idle_session_timeout=3000 -c idle_in_transaction_session_timeout=3000"
    " -c statement_timeout=15000 -c lock_timeout=5000 -c client_connection_check_interval=1000"
    " -c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
)


class LogFaultError(Exception):
    """The stored log contradicts itself, its checkpoint or the anchor: nobody may build on it."""


class BehindAnchorError(LogFaultError):
    """The database is older than, or differs from, what was already published."""


class MovedError(Exception):
    """Somebody else has sequenced since memory was read."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The log as it stood at the last checkpoint: what the next batch is added to."""

    size: int
    note: str
    edge: Mapping[int, bytes]
    entries: tuple[bytes, ...]
    """Those of the unfinished bundle."""


class Sequencer:
    """One process's hand on the log. Not safe to share between threads."""

    def __init__(
        self,
        key: NoteKey,
        anchor: Anchor,
        *,
        now_ms: Callable[[], int],
        batch: int = BATCH,
        every_s: float = EVERY_S,
        on_failed: Callable[[str], None] | None = None,
        on_moved: Callable[[int], None] | None = None,
    ) -> None:
        self._key = key
        self._anchor = anchor
        self._now_ms = now_ms
        self._batch = batch
        self._every_s = every_s
        self._on_failed = on_failed or (lambda _: None)
        self._on_moved = on_moved or (lambda _: None)
        self._head: _Head | None = None

    def run(self, url: str, stop: Event) -> None:
        """Sequence until `stop` is set; wait while another process leads; outlive the database.

        Raises:
            LogFaultError: the stored log cannot be built on. A person must look.
        """
        while not stop.is_set():
            try:
                with connect(url) as connection:
                    self._lead(connection, stop)
            except LogFaultError:
                raise
            except Exception as failed:  # noqa: BLE001 - read again, whatever it was
                self._on_failed(type(failed).__name__)
                stop.wait(TRY_S)
            finally:
                self._head = None

    def load(self, connection: Connection[Any]) -> int:
        """Read where the log stands, check it, and return its size.

        Raises:
            LogFaultError: it contradicts itself, its checkpoint or the anchor.
        """
        self._head = None
        # The anchor first: what is committed meanwhile makes the database newer, never older.
        anchor = self._anchor.read()
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = last_checkpoint(connection)
            if row is None:
                head = self._empty(connection)
            else:
                head = self._stored(connection, row.size, row.root, row.note)
            self._check_anchor(connection, head, anchor)
        if head.note and anchor != head.note:
            self._anchor.write(head.note)
        self._head = head
        return head.size

    def step(self, connection: Connection[Any]) -> int:
        """Sequence one batch and return how many rows it held. Call `load` first, once.

        Raises:
            MovedError: somebody else has sequenced.
            NotSignedError: what is stored is not what was to be signed. Nothing was changed.
        """
        head = self._head
        if head is None:
            raise MovedError("nothing was read yet")
        self._head = None  # until this step has succeeded, memory is not to be trusted
        if not logrows.any_after(connection, head.size):
            self._head = head
            return 0
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
            row = last_checkpoint(connection)
            if (row.note if row else "") != head.note:
                raise MovedError("the last checkpoint is not the one in memory")
            after = self._add(connection, head)
        self._anchor.write(after.note)
        self._head = after
        self._on_moved(after.size)
        return after.size - head.size

    def _lead(self, connection: Connection[Any], stop: Event) -> None:
        while not logrows.try_lock(connection, LEADER_LOCK):
            if stop.wait(TRY_S):
                return
        self.load(connection)
        while not stop.is_set():
            began_ms = self._now_ms()
            if self.step(connection) < self._batch:
                # From one checkpoint to the next, not from the end of one to the start of another.
                took_s = (self._now_ms() - began_ms) / 1000
                stop.wait(min(self._every_s, max(0.0, self._every_s - took_s)))

    def _empty(self, connection: Connection[Any]) -> _Head:
        if logrows.any_tile(connection):
            raise LogFaultError("there are tiles but no checkpoint")
        return _Head(0, "", {}, ())

    def _stored(self, connection: Connection[Any], size: int, root: bytes, note: str) -> _Head:
        try:
            signed = open_checkpoint(note, self._key.verifier)
        except NoteError as refused:
            raise LogFaultError(f"the last checkpoint: {refused}") from refused
        widths = edge_tiles(size)
        tiles = read_tiles(connection, widths)
        edge = {tile[0]: data for tile, data in tiles.items()}
        whole = all(
            len(tiles.get(tile, b"")) == width * merkle.HASH_BYTES for tile, width in widths.items()
        )
        if not whole or not (size, root) == (signed.size, signed.root) == (
            size,
            merkle.edge_root(size, edge),
        ):
            raise LogFaultError("the stored tiles do not lead to the signed root")
        entries = self._unfinished(connection, size)
        if b"".join(leaf_hash(one) for one in entries) != edge.get(0, b""):
            raise LogFaultError("the stored entries do not lead to the signed root")
        return _Head(size, note, edge, entries)

    def _unfinished(self, connection: Connection[Any], size: int) -> tuple[bytes, ...]:
        n, width = divmod(size, merkle.WIDTH)
        if not width:
            return ()
        return tuple(unpack(read_bundles(connection, [n]).get(n, b"")))

    def _check_anchor(self, connection: Connection[Any], head: _Head, note: str | None) -> None:
        if note is None:
            return
        try:
            before = open_checkpoint(note, self._key.verifier)
        except NoteError as refused:
            raise BehindAnchorError(f"the anchor: {refused}") from refused
        if before.size > head.size:
            raise BehindAnchorError("the database is behind the anchor")
        if before.root != self._root_at(connection, before.size):
            raise BehindAnchorError("the database is another log than the anchor's")

    def _root_at(self, connection: Connection[Any], size: int) -> bytes:
        whole = (0, size)
        try:
            return merkle.range_hash(read_tiles(connection, merkle.tiles_for([whole])), whole)
        except merkle.ProofError as missing:
            raise LogFaultError("a tile is missing") from missing

    def _add(self, connection: Connection[Any], head: _Head) -> _Head:
        """Store what a batch makes of the log, read it again, sign what was read."""
        entries = read_entries(connection, head.size, self._batch)
        leaves = [leaf_hash(one) for one in entries]
        growth = grow(head.size, head.edge, leaves)
        bundles = logrows.bundles(head.size, head.entries, entries)
        logrows.store(connection, growth.touched, bundles)
        root = logrows.reread(connection, head.size, growth)
        if root != merkle.edge_root(growth.size, growth.edge):
            raise NotSignedError("what was stored has another root than what was computed")
        old = Checkpoint.read(head.note.partition("\n\n")[0] + "\n") if head.note else None
        if old is not None and old.root != merkle.edge_root(head.size, head.edge):
            raise NotSignedError("memory no longer leads to the last root")
        note = self._key.note(Checkpoint(self._key.verifier.name, growth.size, root).text)
        open_checkpoint(note, self._key.verifier)  # a signature is checked before it is published
        logrows.store_checkpoint(
            connection, growth.size, head.size, root, note, signed_at=self._now_ms()
        )
        width = growth.size % merkle.WIDTH
        tail = (*head.entries, *entries)
        return _Head(growth.size, note, growth.edge, tail[-width:] if width else ())


def connect(url: str) -> Connection[Any]:
    """Return a session that a dead or hung process cannot keep."""
    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=3,
        options=SESSION,
        application_name=f"hub-log/{os.getpid()}",  # so that an operator can tell who leads
    )
