"""The hub's log as an outsider checks it: signed checkpoints, inclusion, and that it only grows.

In: notes, proofs and hashes from anywhere, the log's public key. Out: what holds, or a LogError.
Never here: the network, a hash taken on trust, the hub's own code.

Source: C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof; RFC 6962 section 2.1.
"""

import hashlib
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.kit.errors import LogError
from adapters.kit.keys import verifies

PROOF: Final = "c2sp.org/tlog-proof@v1"
DASH: Final = "\u2014 "
HASH_BYTES: Final = 32
TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
_ED25519: Final = 1


@dataclass(frozen=True, slots=True)
class LogKey:
    """A log's name and public key."""

    name: str
    id: bytes
    key: Ed25519PublicKey = field(repr=False)

    @classmethod
    def read(cls, vkey: str) -> "LogKey":
        """Return the key that `<name>+<id>+<key>` spells, as `hub sequence --show-key` prints it.

        Raises:
            LogError: it spells none.
        """
        name, _, rest = vkey.strip().partition("+")
        given, _, text = rest.partition("+")
        raw = _decoded(text)
        found = hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4]
        if len(raw) != 1 + HASH_BYTES or raw[0] != _ED25519 or given != found.hex():
            raise LogError("not a log's key")
        return cls(name, found, Ed25519PublicKey.from_public_bytes(raw[1:]))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large the log was, and its root, as its key signed it."""

    size: int
    root: bytes
    note: str


def open_checkpoint(note: str, key: LogKey) -> Checkpoint:
    """Return the checkpoint of a note that the log signed; other signatures are ignored.

    Raises:
        LogError: malformed, or not signed by this log.
    """
    text, _, signatures = note.rpartition("\n\n")
    lines = f"{text}\n".split("\n")
    for line in signatures.split("\n"):
        name, _, signature = line.removeprefix(DASH).partition(" ")
        raw = _decoded(signature) if name == key.name else b""
        if raw[:4] == key.id and verifies(key.key, raw[4:], f"{text}\n".encode()):
            break
    else:
        raise LogError("not signed by the log")
    if len(lines) != 4 or lines[0] != key.name or not lines[1].isdecimal():  # noqa: PLR2004
        raise LogError("not a checkpoint of the log")
    root = _decoded(lines[2])
    if len(root) != HASH_BYTES:
        raise LogError("not a checkpoint of the log")
    return Checkpoint(int(lines[1]), root, note)


def read_proof(proof: str) -> tuple[int, list[bytes], str]:
    """Return the index, the hashes and the checkpoint's note of a proof.

    Raises:
        LogError: it is not a proof of this format.
    """
    head, _, note = proof.partition("\n\n")
    first, *lines = head.split("\n")
    index = lines[0].removeprefix("index ") if lines else ""
    if first != PROOF or not index.isdecimal():
        raise LogError("not a proof")
    return int(index), [_decoded(line) for line in lines[1:]], note


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def check_inclusion(index: int, leaf: bytes, proof: Sequence[bytes], head: Checkpoint) -> None:
    """Check that a leaf is in the log.

    Raises:
        LogError: the proof does not lead to the checkpoint's root.
    """
    at, last, found = index, head.size - 1, leaf
    left = list(proof)
    while last > 0:
        if at % 2 or at < last:
            if not left:
                raise LogError("the proof is too short")
            beside = left.pop(0)
            found = _node(beside, found) if at % 2 else _node(found, beside)
        at, last = at // 2, last // 2
    if left or not 0 <= index < head.size or found != head.root:
        raise LogError("the proof does not lead to the checkpoint")


class Frontier:
    """A growing tree, kept as the hashes of its whole subtrees from the left. `size`: its leaves.

    Two sizes of one log are consistent where the larger is what the smaller grew to.
    """

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[tuple[int, bytes]] = []
        """(height, hash), the largest first."""

    def add(self, subtree: bytes, height: int = 0) -> None:
        """Append the root of 2^height leaves, which must come at a place that they fit.

        Raises:
            LogError: they do not.
        """
        if self.size % (1 << height):
            raise LogError("a subtree does not fit there")
        self.size += 1 << height
        while self._whole and self._whole[-1][0] == height:
            subtree = _node(self._whole.pop()[1], subtree)
            height += 1
        self._whole.append((height, subtree))

    def root(self) -> bytes:
        """Return the root of the tree as it is."""
        if not self._whole:
            return hashlib.sha256().digest()
        found = self._whole[-1][1]
        for _, subtree in reversed(self._whole[:-1]):
            found = _node(subtree, found)
        return found


Tile = Callable[[int, int, int], bytes]
"""Fetches a tile: level, number, and how many hashes it has at the log's size."""


def check_growth(old: Checkpoint, new: Checkpoint, tile: Tile) -> None:
    """Check that a log only grew between two checkpoints, from tiles that nobody need trust.

    Raises:
        LogError: the tiles do not lead from the one to the other.
    """
    if old.size > new.size:
        raise LogError("the log is smaller than it was")
    tree = Frontier()
    for end, head in ((old.size, old), (new.size, new)):
        while tree.size < end:
            height = _fitting(tree.size, end)
            tree.add(_subtree(tree.size >> height, height, new.size, tile), height)
        if tree.root() != head.root:
            raise LogError("the log is another one than it was")


def _fitting(start: int, end: int) -> int:
    """Return the height of the largest whole subtree that begins at `start` and ends by `end`."""
    height = (end - start).bit_length() - 1
    return min(height, (start & -start).bit_length() - 1) if start else height


def _subtree(index: int, height: int, size: int, tile: Tile) -> bytes:
    """Return the root of the `index`th whole subtree of a height, out of the tile it lies in."""
    level, above = divmod(height, TILE_HEIGHT)
    n, at = divmod(index << above, TILE_WIDTH)
    width = min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - n * TILE_WIDTH)
    data = tile(level, n, width)
    row = [data[HASH_BYTES * i :][:HASH_BYTES] for i in range(at, at + (1 << above))]
    if len(data) != width * HASH_BYTES:
        raise LogError("a tile is not as long as it must be")
    return _folded(row)


def _folded(row: Iterable[bytes]) -> bytes:
    tree = Frontier()
    for one in row:
        tree.add(one)
    return tree.root()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        raise LogError("not base64") from None
