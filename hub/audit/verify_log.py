"""Recomputes the whole log from the ledger's rows, and says where what is stored differs.

In: a connection that may read, the log's public key, checkpoints that others kept. Out: a Report.
Never here: a repair, a fault passed over because another was found before it.

Each fault names the check that found it:
  position    the ledger's rows have no hole, and header and envelope belong together
  leaf        the log's entry is the one the row gives, computed anew from the stored envelope
  entry       the log's entry is the one its leaf hash was made of
  tile        every tile is what the leaves make of it
  checkpoint  every checkpoint is signed, and has the root of the rows up to it; so each
              continues the one before
  older       so does the checkpoint that somebody else kept (anchor, witness, partner)
  witness     a cosignature holds, and none is too old
and those of rows: pseq, fact (verify_rows); ciphertext, commitment, signature, header
(verify_opened).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from hub.audit.faults import Faults
from hub.audit.verify_opened import Checks
from hub.audit.verify_rows import RowChecks, in_order
from hub.ledger.checkpoint import NoteError, Verifier, open_checkpoint, open_note
from hub.ledger.leaf import LeafError, unpack
from hub.ledger.merkle import HASH_BYTES, WIDTH, Tile, edge_root, grow, leaf_hash

STALE_S = 3_600
_CHUNK = 2_048
_TILES = "SELECT level, n, data FROM ledger.tlog_tile ORDER BY level, n"
_BUNDLES = "SELECT n, data FROM ledger.tlog_bundle ORDER BY n"
_CHECKPOINTS = "SELECT size, prev, root, note FROM ledger.tlog_checkpoint ORDER BY size"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a verifier brings along: keys it knows, and checkpoints it was given elsewhere."""

    log: Verifier
    older: Sequence[tuple[str, str]] = ()
    """Whose it is, and the note."""
    witnesses: Sequence[Verifier] = ()
    openings: Checks | None = None
    """With it, every row whose key still exists is opened (reason: verify)."""
    now_s: int = 0


@dataclass(slots=True)
class _Tree:
    """The tree as the rows make it, and the stored log beside it."""

    faults: Faults
    size: int = 0
    edge: Mapping[int, bytes] = field(default_factory=dict)
    tiles: dict[Tile, bytes] = field(default_factory=dict)
    waiting: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        self.waiting.append(leaf)
        if len(self.waiting) == _CHUNK:
            self.settle()

    def settle(self) -> None:
        """Work the leaves that are waiting into the tree."""
        growth = grow(self.size, self.edge, self.waiting)
        self.size, self.edge = growth.size, growth.edge
        self.tiles.update(growth.touched)
        self.waiting = []

    def root(self) -> bytes:
        """Return the root as it stands."""
        self.settle()
        return edge_root(self.size, self.edge)


def verify(connection: Connection[Any], trust: Trust) -> dict[str, Any]:
    """Check everything there is, at one moment, and return the report."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        return checked(connection, trust)


def checked(connection: Connection[Any], trust: Trust) -> dict[str, Any]:
    """Check everything that the caller's transaction sees, and return the report."""
    faults = Faults()
    checkpoints = _Checkpoints(connection, trust, faults)
    rows = RowChecks(faults)
    tree = _Tree(faults)
    entries = _entries(connection, checkpoints.size, faults)
    for row in in_order(connection, faults):
        entry = rows.check(row)
        if trust.openings is not None:
            trust.openings.check(row, faults)
        if tree.size + len(tree.waiting) < checkpoints.size:
            _compare(row["place"], entry, next(entries, None), faults)
            tree.add(leaf_hash(entry))
            checkpoints.reached(tree)
    if trust.openings is not None:
        trust.openings.finish(faults)
    checkpoints.finish(tree)
    if next(entries, None) is not None:
        faults.add("entry", checkpoints.size + 1, "there are more entries than were signed")
    _compare_tiles(connection, tree, faults)
    rows.finish(connection)
    _cosignatures(connection, trust, faults)
    return {
        "ok": not faults.found,
        "rows": rows.count,
        "size": checkpoints.size,
        "unsequenced": max(rows.count - checkpoints.size, 0),
        "checkpoints": checkpoints.count,
        "older": len(trust.older),
        "opened": trust.openings.opened if trust.openings else 0,
        "erased": trust.openings.erased if trust.openings else 0,
        "held_to_less": trust.openings.held_to_less if trust.openings else 0,
        "faults_found": faults.count,
        "faults": [{"check": f.check, "at": f.at, "what": f.what} for f in faults.found],
    }


class _Checkpoints:
    """Checks each checkpoint's signature at once, and its root when the rows have reached it."""

    def __init__(self, connection: Connection[Any], trust: Trust, faults: Faults) -> None:
        self._faults = faults
        self._roots: dict[int, list[tuple[str, bytes]]] = {}
        self.size = self.count = 0
        with connection.cursor("checkpoints", row_factory=dict_row) as cursor:
            cursor.execute(_CHECKPOINTS)
            for row in cursor:
                self._stored(row, trust)
        for whose, note in trust.older:
            self._older(whose, note, trust)

    def reached(self, tree: _Tree) -> None:
        """Compare the roots that are known for the size the tree has now."""
        for check, root in self._roots.pop(tree.size + len(tree.waiting), ()):
            if tree.root() != root:
                self._faults.add(check, tree.size, "has another root than the rows up to it")

    def finish(self, tree: _Tree) -> None:
        """Tell of checkpoints that the rows never reached."""
        tree.settle()
        for size, roots in sorted(self._roots.items()):
            for check, _ in roots:
                self._faults.add(check, size, "covers more rows than there are")

    def _stored(self, row: Mapping[str, Any], trust: Trust) -> None:
        size, root = row["size"], bytes(row["root"])
        if row["prev"] != self.size:
            self._faults.add("checkpoint", size, "does not follow the one before it")
        self.size, self.count = size, self.count + 1
        try:
            signed = open_checkpoint(row["note"], trust.log)
        except NoteError as refused:
            self._faults.add("checkpoint", size, str(refused))
            return
        if (signed.size, signed.root) != (size, root):
            self._faults.add("checkpoint", size, "its note says something else")
        self._roots.setdefault(signed.size, []).append(("checkpoint", signed.root))

    def _older(self, whose: str, note: str, trust: Trust) -> None:
        try:
            kept = open_checkpoint(note, trust.log, trust.witnesses)
        except NoteError as refused:
            self._faults.add("older", 0, f"{whose}: {refused}")
            return
        if kept.size > self.size:
            self._faults.add("older", kept.size, f"{whose}: the log is behind it")
        elif kept.size:
            self._roots.setdefault(kept.size, []).append(("older", kept.root))


def _entries(connection: Connection[Any], size: int, faults: Faults) -> Iterator[bytes]:
    """Yield the stored entries in order; each bundle is held against its tile of leaf hashes."""
    with connection.cursor("bundles", row_factory=tuple_row) as cursor:
        cursor.itersize = 64
        cursor.execute(_BUNDLES)
        for place, (n, data) in enumerate(cursor):
            try:
                entries = unpack(bytes(data))
            except LeafError as broken:
                faults.add("entry", n * WIDTH, str(broken))
                return
            if n != place or len(entries) != min(WIDTH, size - n * WIDTH):
                faults.add("entry", n * WIDTH, "a bundle is missing, or of another length")
            _against_tile(connection, n, entries, faults)
            yield from entries


def _against_tile(
    connection: Connection[Any], n: int, entries: Sequence[bytes], faults: Faults
) -> None:
    row = connection.execute(
        "SELECT data FROM ledger.tlog_tile WHERE level = 0 AND n = %s", [n], binary=True
    ).fetchone()
    hashes = b"" if row is None else bytes(row[0])
    for at, entry in enumerate(entries):
        if leaf_hash(entry) != hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]:
            faults.add("entry", n * WIDTH + at + 1, "is not what its leaf hash was made of")


def _compare(position: int, entry: bytes, stored: bytes | None, faults: Faults) -> None:
    if entry != stored:
        faults.add("leaf", position, "the log's entry is not the one this row gives")


def _compare_tiles(connection: Connection[Any], tree: _Tree, faults: Faults) -> None:
    with connection.cursor("tiles", row_factory=tuple_row) as cursor:
        cursor.execute(_TILES)
        for level, n, data in cursor:
            expected = tree.tiles.pop((level, n), None)
            if bytes(data) != expected:
                faults.add("tile", n, f"level {level}: is not what the rows make of it")
    for level, n in sorted(tree.tiles):
        faults.add("tile", n, f"level {level}: is missing")


def _cosignatures(connection: Connection[Any], trust: Trust, faults: Faults) -> None:
    for key in trust.witnesses:
        rows = connection.execute(
            "SELECT s.size, s.line, c.note FROM ledger.tlog_cosignature s"
            " JOIN ledger.tlog_checkpoint c USING (size) WHERE s.witness = %s ORDER BY s.size",
            [key.name],
        ).fetchall()
        latest = 0
        for size, line, note in rows:
            text = note.partition("\n\n")[0]
            try:
                latest = max(latest, *(s.at_s for s in open_note(f"{text}\n\n{line}", [key])[1]))
            except NoteError as refused:
                faults.add("witness", size, f"{key.name}: {refused}")
        if trust.now_s - latest > STALE_S:
            faults.add("witness", 0, f"{key.name}: has not signed for an hour")
