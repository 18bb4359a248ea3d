"""The tree against RFC 6962 read word for word, and against a published corpus of proofs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.ledger import merkle
from hub.ledger.merkle import (
    EMPTY_ROOT,
    ProofError,
    Tile,
    consistency,
    edge_root,
    edge_tiles,
    grow,
    inclusion,
    range_hash,
    tiles_for,
    verify_consistency,
    verify_inclusion,
)
from hub.witness.note import Head, UnprovenError, check_growth
from tests.log import naive
from tests.log.vectors import Consistency, Inclusion, consistencies, inclusions

SIZES = st.integers(1, 700)


def leaves(count: int) -> list[bytes]:
    return [naive.leaf(b"%d" % n) for n in range(count)]


def grown(count: int, step: int) -> tuple[dict[Tile, bytes], dict[int, bytes]]:
    """Return the tiles and the edge of a tree grown in steps."""
    tiles: dict[Tile, bytes] = {}
    edge: dict[int, bytes] = {}
    hashes = leaves(count)
    for at in range(0, count, step):
        growth = grow(at, edge, hashes[at : at + step])
        tiles.update(growth.touched)
        edge = dict(growth.edge)
    return tiles, edge


def test_corpus_is_whole() -> None:
    assert (len(list(inclusions())), len(list(consistencies()))) == (98, 98)


@pytest.mark.parametrize("case", list(inclusions()), ids=lambda c: c.name)
def test_inclusion_is_judged_as_the_corpus_says(case: Inclusion) -> None:
    try:
        verify_inclusion(case.index, case.size, case.leaf, case.proof, case.root)
    except ProofError:
        assert not case.sound
    else:
        assert case.sound


@pytest.mark.parametrize("case", list(consistencies()), ids=lambda c: c.name)
def test_consistency_is_judged_as_the_corpus_says(case: Consistency) -> None:
    try:
        verify_consistency(case.old, case.new, case.old_root, case.new_root, case.proof)
    except ProofError:
        assert not case.sound
    else:
        assert case.sound


@pytest.mark.parametrize(
    "case", [c for c in consistencies() if 0 < c.old < c.new], ids=lambda c: c.name
)
def test_witness_judges_consistency_as_the_corpus_says(case: Consistency) -> None:
    old = Head("log", case.old, case.old_root, "")
    new = Head("log", case.new, case.new_root, "")
    try:
        check_growth(old, new, case.proof)
    except UnprovenError:
        assert not case.sound
    else:
        assert case.sound


@settings(max_examples=60)
@given(count=SIZES, step=st.integers(1, 300))
def test_tree_has_the_root_that_the_rfc_gives_however_it_grew(count: int, step: int) -> None:
    tiles, edge = grown(count, step)
    assert edge_root(count, edge) == naive.root(leaves(count))
    assert range_hash(tiles, (0, count)) == naive.root(leaves(count))
    assert {tile: len(tiles[tile]) // 32 for tile in edge_tiles(count)} == edge_tiles(count)
    assert all(len(tiles[t]) == merkle.TILE_BYTES for t in tiles if t not in edge_tiles(count))


@settings(max_examples=60)
@given(data=st.data(), count=SIZES)
def test_every_leaf_has_the_proof_that_the_rfc_gives_and_it_verifies(
    data: st.DataObject, count: int
) -> None:
    index = data.draw(st.integers(0, count - 1))
    size = data.draw(st.integers(index + 1, count))
    tiles, _ = grown(count, 256)  # larger than the proof's tree: a tile's beginning is enough
    hashes = leaves(size)
    needed = {t: tiles[t] for t in tiles_for(inclusion(index, size))}
    proof = [range_hash(needed, one) for one in inclusion(index, size)]
    assert proof == naive.path(index, hashes)
    verify_inclusion(index, size, hashes[index], proof, naive.root(hashes))
    if size > 1:
        with pytest.raises(ProofError):
            verify_inclusion((index + 1) % size, size, hashes[index], proof, naive.root(hashes))


@settings(max_examples=60)
@given(data=st.data(), new=SIZES)
def test_every_older_tree_has_the_proof_that_the_rfc_gives_and_it_verifies(
    data: st.DataObject, new: int
) -> None:
    old = data.draw(st.integers(1, new))
    tiles, _ = grown(new, 300)
    hashes = leaves(new)
    roots = naive.root(hashes[:old]), naive.root(hashes)
    needed = {t: tiles[t] for t in tiles_for(consistency(old, new))}
    proof = [range_hash(needed, one) for one in consistency(old, new)]
    assert proof == naive.proof(old, hashes)
    verify_consistency(old, new, *roots, proof)
    if old < new:
        check_growth(Head("log", old, roots[0], ""), Head("log", new, roots[1], ""), proof)
        with pytest.raises(ProofError):
            verify_consistency(old, new, bytes(32), roots[1], proof)


def test_log_without_leaves_has_the_empty_root() -> None:
    assert edge_root(0, {}) == EMPTY_ROOT == naive.root([])


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 4), (5, 4), (-1, 3)])
def test_no_proof_is_made_between_sizes_that_are_not_in_order(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        consistency(old, new)


def test_proof_reads_few_tiles_of_a_large_log() -> None:
    size = 10_000_000
    assert max(len(tiles_for(inclusion(i, size))) for i in range(0, size, 99_991)) <= 6
    assert max(len(tiles_for(consistency(i, size))) for i in range(1, size, 99_991)) <= 6


def test_tile_that_is_too_short_gives_no_hash() -> None:
    tiles, _ = grown(5, 5)
    with pytest.raises(ProofError):
        range_hash(tiles, (0, 6))
