"""The Merkle tree of RFC 6962, kept as tiles of 256 hashes: growing it, proving with it, checking.

In: leaf hashes, tiles, proofs. Out: tiles, roots, proofs, or a ProofError. Never here: I/O, what a
leaf means, a signature.

A tile (level, n) holds up to 256 neighbouring hashes; one hash of level 1 stands for a full tile
of level 0. Every range of leaves a proof needs is a few whole subtrees, and each of those lies in
one tile, so any proof reads at most a few tiles however large the log is.

Source: RFC 6962 section 2.1; RFC 9162 section 2.1; C2SP tlog-tiles.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

HASH_BYTES = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES
EMPTY_ROOT = hashlib.sha256(b"").digest()

Tile: TypeAlias = tuple[int, int]
"""Level and number of a tile."""
Range: TypeAlias = tuple[int, int]
"""First leaf, and the one after the last."""


class ProofError(Exception):
    """A proof does not show what it is said to show."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What some new leaves make of a tree: each tile they touch, whole, and its new right edge."""

    size: int
    touched: Mapping[Tile, bytes]
    edge: Mapping[int, bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: bytes) -> bytes:
    """Return the root over neighbouring hashes, of which there are 1, 2, 4 ... 256."""
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    sha256 = hashlib.sha256
    while len(row) > 1:
        row = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=True)
        ]
    return row[0]


def grow(size: int, edge: Mapping[int, bytes], leaves: Sequence[bytes]) -> Growth:
    """Add leaf hashes to a tree of `size` leaves whose unfinished tile of each level is `edge`."""
    touched: dict[Tile, bytes] = {}
    new_edge = dict(edge)
    level, fresh = 0, b"".join(leaves)
    while fresh:
        n = size >> HEIGHT * (level + 1)
        data = new_edge.pop(level, b"") + fresh
        finished: list[bytes] = []
        while len(data) >= TILE_BYTES:
            touched[level, n] = data[:TILE_BYTES]
            finished.append(subtree_root(data[:TILE_BYTES]))
            data = data[TILE_BYTES:]
            n += 1
        if data:
            touched[level, n] = new_edge[level] = data
        level, fresh = level + 1, b"".join(finished)
    return Growth(size + len(leaves), touched, new_edge)


def edge_tiles(size: int) -> dict[Tile, int]:
    """Return the unfinished tiles of a tree of `size` leaves, and how many hashes each holds."""
    found: dict[Tile, int] = {}
    level = 0
    while (count := size >> HEIGHT * level) > 0:
        if count % WIDTH:
            found[level, count >> HEIGHT] = count % WIDTH
        level += 1
    return found


def edge_root(size: int, edge: Mapping[int, bytes]) -> bytes:
    """Return the root of a tree from the unfinished tile of each level."""
    tiles = {tile: edge[tile[0]] for tile in edge_tiles(size)}
    return range_hash(tiles, (0, size)) if size else EMPTY_ROOT


def range_hash(tiles: Mapping[Tile, bytes], leaves: Range) -> bytes:
    """Return the hash over a range of leaves, from tiles that hold it.

    Raises:
        ProofError: a tile that is needed is missing, or too short.
    """
    *left, root = [_node(tiles, height, index) for height, index in _subtrees(leaves)]
    for one in reversed(left):
        root = node_hash(one, root)
    return root


def tiles_for(ranges: Iterable[Range]) -> set[Tile]:
    """Return the tiles from which `range_hash` can hash all of some ranges."""
    return {_place(height, index)[0] for one in ranges for height, index in _subtrees(one)}


def inclusion(index: int, size: int) -> list[Range]:
    """Return what an inclusion proof hashes, in its order: from the leaf's sibling up.

    Raises:
        ProofError: there is no such leaf.
    Source: RFC 6962 section 2.1.1.
    """
    if not 0 <= index < size:
        raise ProofError("there is no such leaf in a tree of this size")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency(old: int, new: int) -> list[Range]:
    """Return what a consistency proof hashes, in its order.

    Raises:
        ProofError: not 0 < old <= new.
    Source: RFC 6962 section 2.1.2.
    """
    if not 0 < old <= new:
        raise ProofError("sizes are not in order")
    found: list[Range] = []
    start, end = 0, new
    while old != end:
        middle = start + _half(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    if start:  # else the old tree is a whole subtree, whose root the verifier knows
        found.append((start, end))
    return found[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash stands at `index` in the tree with `root`.

    Raises:
        ProofError: the proof does not show it.
    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError("there is no such leaf in a tree of this size")
    if any(len(one) != HASH_BYTES for one in (leaf, root, *proof)):
        raise ProofError("a hash has the wrong length")
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    if last != 0 or found != root:
        raise ProofError("the proof does not lead to the root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree with `new_root` begins with the tree with `old_root`.

    Raises:
        ProofError: the proof does not show it. An empty old tree is refused: it shows nothing.
    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 < old <= new:
        raise ProofError("sizes are not in order")
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("two trees of one size differ")
        return
    if not proof or any(len(one) != HASH_BYTES for one in (old_root, new_root, *proof)):
        raise ProofError("the proof is empty, or a hash has the wrong length")
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if _climb(path, at, last) != (old_root, new_root):
        raise ProofError("the proof does not join the two roots")


def _climb(path: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes]:
    """Return the old and the new root that a consistency path leads to."""
    older = newer = path[0]
    for one in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            older, newer = node_hash(one, older), node_hash(one, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = node_hash(newer, one)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof is too short")
    return older, newer


def _half(count: int) -> int:
    """Return the largest power of two below `count`: where a subtree is split."""
    return 1 << ((count - 1).bit_length() - 1)


def _subtrees(leaves: Range) -> list[tuple[int, int]]:
    """Split a range as the tree splits it: whole subtrees, each as height and index."""
    start, end = leaves
    found: list[tuple[int, int]] = []
    while start < end:
        height = (end - start).bit_length() - 1
        found.append((height, start >> height))
        start += 1 << height
    return found


def _place(height: int, index: int) -> tuple[Tile, slice]:
    """Return the tile that holds a subtree, and where in it."""
    level, above = divmod(height, HEIGHT)
    first = index << above
    inside = first % WIDTH * HASH_BYTES
    return (level, first >> HEIGHT), slice(inside, inside + (HASH_BYTES << above))


def _node(tiles: Mapping[Tile, bytes], height: int, index: int) -> bytes:
    tile, inside = _place(height, index)
    hashes = tiles.get(tile, b"")[inside]
    if len(hashes) != inside.stop - inside.start:
        raise ProofError("a tile is missing or too short")
    return subtree_root(hashes)
