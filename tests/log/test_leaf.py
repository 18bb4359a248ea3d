"""A leaf's bytes: the published vector, one spelling each, and nothing that could be two."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.leaf import KINDS, Leaf, LeafError, pack, read, unpack
from hub.ledger.merkle import leaf_hash
from hub.ledger.sealing import commitment

DIGESTS = st.binary(min_size=32, max_size=32)
LEAVES = st.builds(
    Leaf,
    st.sampled_from(sorted(KINDS)),
    DIGESTS,
    DIGESTS,
) | st.builds(
    Leaf,
    st.sampled_from(["disclosure", "ack"]),
    DIGESTS,
    DIGESTS,
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])", fullmatch=True),
    st.integers(1, 2**63 - 1),
)


def test_leaf_of_the_published_vector_has_its_bytes_and_hash() -> None:
    envelope = hashlib.sha256(b"test-envelope").digest()
    entry = Leaf(
        "disclosure", envelope, commitment(b"\x01" * 32, b"test-token"), "agency-b", 17
    ).entry()
    assert len(entry) == 125
    assert (
        leaf_hash(entry).hex() == "00e8d6d398fe7d95c86e1aaa1a81cafb096f2e3c2bd53cbb889198116ca95f95"
    )


@given(LEAVES)
def test_leaf_reads_back_as_it_was(leaf: Leaf) -> None:
    assert read(leaf.entry()) == leaf


@given(LEAVES, st.integers(0, 124), st.integers(0, 7))
def test_no_flipped_bit_reads_as_the_same_leaf(leaf: Leaf, at: int, bit: int) -> None:
    entry = bytearray(leaf.entry())
    entry[at % len(entry)] ^= 1 << bit
    with contextlib.suppress(LeafError):
        assert read(bytes(entry)) != leaf


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf("event\nack", bytes(32), bytes(32)),
        Leaf("gossip", bytes(32), bytes(32)),
        Leaf("event", bytes(31), bytes(32)),
        Leaf("event", bytes(32), b""),
        Leaf("disclosure", bytes(32), bytes(32), "agency b", 1),
        Leaf("disclosure", bytes(32), bytes(32), "agency-b", 0),
        Leaf("disclosure", bytes(32), bytes(32), "agency-b\n", 1),
        Leaf("disclosure", bytes(32), bytes(32), "a" * 64, 1),
    ],
    ids=["line in kind", "kind", "short digest", "no digest", "space", "zero", "line", "long"],
)
def test_row_that_could_be_read_as_another_is_no_leaf(leaf: Leaf) -> None:
    with pytest.raises(LeafError):
        leaf.entry()


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert unpack(pack(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x05abc", b"\x00\x01a\x00"])
def test_bundle_that_ends_within_an_entry_is_refused(bundle: bytes) -> None:
    with pytest.raises(LeafError):
        unpack(bundle)


@pytest.mark.parametrize("entry", [b"", b"hub-leaf/v1\n", b"\xff", b"hub-leaf/v1\nevent\nx\ny\n"])
def test_bytes_that_are_no_leaf_are_refused(entry: bytes) -> None:
    with pytest.raises(LeafError):
        read(entry)
