"""Shows that an entry of the register is in the log, step by step, so that anybody can follow.

In: an entry's place in the ledger. Out: its leaf, the hashes beside its way up, the root they lead
to and the signed checkpoint that states that root. Never here: a hash taken on trust: each of the
way is computed here from the leaf, as a verifier would.

Source: RFC 9162 section 2.1.3.2; c2sp.org/tlog-proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from hub.ledger.checkpoint import Checkpoint, read_proof
from hub.ledger.leaf import Leaf
from hub.ledger.merkle import leaf_hash, node_hash
from hub.ledger.read import Pool
from hub.ledger.tiles import LogReader

_LEAF: Final[LiteralString] = (
    "SELECT h.kind, (SELECT sha256(e.state) FROM ledger.events e"
    " WHERE e.notification_id = h.position), h.commitment, h.partner, h.pseq"
    " FROM ledger.header h WHERE h.position = %s"
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step up: the hash beside, on which side it stands, and what both make."""

    beside: str
    left: bool
    makes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A leaf's way up to a root. Hashes in hex."""

    index: int
    entry: str
    """The leaf, as the log has it: no name of anybody, digests and the partner's number."""
    leaf: str
    rungs: tuple[Rung, ...]
    size: int
    root: str
    """What the checkpoint states."""
    text: str
    """The whole, to be kept and checked offline."""

    @property
    def holds(self) -> bool:
        """Whether the way leads to the root that the checkpoint states."""
        return (self.rungs[-1].makes if self.rungs else self.leaf) == self.root


async def proof_of(pool: Pool, log: LogReader, position: int) -> Proof | None:
    """Return the proof of an entry, or None where no checkpoint covers it yet.

    Raises:
        NoteError: what is published is no proof.
        LeafError: the stored row is no leaf.
    """
    text = await log.proof(position - 1)
    if text is None:
        return None
    async with pool.connection() as connection:
        cursor = await connection.execute(_LEAF, [position], binary=True)
        row = await cursor.fetchone()
    if row is None or row[1] is None:
        return None
    kind, envelope, commitment, partner, pseq = row
    entry = Leaf(kind, bytes(envelope), bytes(commitment), partner, pseq).entry()
    index, hashes, note = read_proof(text)
    checkpoint = Checkpoint.read(note.rpartition("\n\n")[0] + "\n")
    leaf = leaf_hash(entry)
    return Proof(
        index=index,
        entry=entry.decode(),
        leaf=leaf.hex(),
        rungs=rungs(index, checkpoint.size, leaf, hashes),
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        text=text,
    )


def rungs(index: int, size: int, leaf: bytes, beside: Sequence[bytes]) -> tuple[Rung, ...]:
    """Return the way up from a leaf, each step computed. Source: RFC 9162 section 2.1.3.2."""
    at, last, found = index, size - 1, leaf
    steps = []
    for one in beside:
        left = bool(at & 1) or at == last
        found = node_hash(one, found) if left else node_hash(found, one)
        steps.append(Rung(one.hex(), left, found.hex()))
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return tuple(steps)
