"""The log as a partner checks it: notes, inclusion, growth, and each way of cheating."""

import hashlib
from collections.abc import Callable

import pytest

from adapters.kit.errors import LogError
from adapters.kit.log import (
    Checkpoint,
    Frontier,
    LogKey,
    check_growth,
    check_inclusion,
    leaf_hash,
    open_checkpoint,
    read_proof,
)
from hub.ledger import merkle
from hub.ledger.checkpoint import Checkpoint as Signed
from hub.ledger.checkpoint import proof_text
from tests.log.world import ORIGIN, note_key

KEY = note_key()
LOG = LogKey.read(KEY.verifier.vkey)
LEAVES = [leaf_hash(str(n).encode()) for n in range(700)]
SIZES = (0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 699, 700)


def head(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    tree = Frontier()
    for one in leaves[:size]:
        tree.add(one)
    return Checkpoint(size, tree.root(), "")


def tiles(leaves: list[bytes] = LEAVES) -> Callable[[int, int, int], bytes]:
    """Return what serves the tiles of a log, as the hub's own code builds them."""
    stored = merkle.grow(0, {}, leaves).touched
    return lambda level, n, width: stored[level, n][: 32 * width]


@pytest.mark.parametrize("old", SIZES)
def test_a_log_that_only_grew_is_seen_to(old: int) -> None:
    for new in (n for n in SIZES if n >= old):
        check_growth(head(old), head(new), tiles(LEAVES[:new]) if new else tiles([LEAVES[0]]))


def test_the_roots_are_those_of_the_hub() -> None:
    for size in SIZES[1:]:
        growth = merkle.grow(0, {}, LEAVES[:size])
        assert head(size).root == merkle.edge_root(size, growth.edge)


def test_a_log_that_shrank_or_changed_is_told() -> None:
    other = [leaf_hash(b"another"), *LEAVES[1:]]
    with pytest.raises(LogError, match="smaller"):
        check_growth(head(9), head(8), tiles())
    with pytest.raises(LogError, match="another one"):
        check_growth(head(300), head(700, other), tiles(other))
    with pytest.raises(LogError, match="another one"):
        check_growth(head(300), head(700, other), tiles())
    with pytest.raises(LogError, match="as long"):
        check_growth(head(300), head(700), lambda *_: b"")


@pytest.mark.parametrize("size", [1, 2, 5, 256, 700])
def test_inclusion_is_checked_at_every_index(size: int) -> None:
    growth = merkle.grow(0, {}, LEAVES[:size])
    for index in {0, 1, size // 2, size - 1} & set(range(size)):
        proof = [merkle.range_hash(growth.touched, one) for one in merkle.inclusion(index, size)]
        check_inclusion(index, LEAVES[index], proof, head(size))
        wrong: list[tuple[int, bytes, list[bytes]]] = [
            (index, leaf_hash(b"another"), proof),
            (size, LEAVES[index], proof),
            (index, LEAVES[index], [*proof, LEAVES[0]]),
        ]
        wrong += [(index, LEAVES[index], proof[:-1])] if proof else []
        for case in wrong:
            with pytest.raises(LogError):
                check_inclusion(*case, head(size))


def test_a_checkpoint_is_the_logs_own_or_none() -> None:
    signed = Signed(ORIGIN, 7, hashlib.sha256().digest())
    note = KEY.note(signed.text)
    assert open_checkpoint(note, LOG) == Checkpoint(7, signed.root, note)
    cosigned = note + "\u2014 witness.example AAAAAAAAAAAA\n"
    assert open_checkpoint(cosigned, LOG).size == 7
    other = note_key(b"o" * 32)
    for refused in (
        other.note(signed.text),
        note.replace("\n7\n", "\n8\n"),
        KEY.note(signed.text.replace(ORIGIN, "other.example/log")),
        KEY.note("no checkpoint\n"),
        note[:-8],
        "",
    ):
        with pytest.raises(LogError):
            open_checkpoint(refused, LOG)


@pytest.mark.parametrize("vkey", ["", "a+b+c", f"{ORIGIN}+00000000+{'A' * 44}", "x" * 90])
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(LogError):
        LogKey.read(vkey)


def test_a_proof_is_read_as_the_hub_writes_it() -> None:
    text = proof_text(3, LEAVES[:2], "note\n")
    assert read_proof(text) == (3, LEAVES[:2], "note\n")
    for refused in ("", "c2sp.org/tlog-proof@v1\n\n", text.replace("v1", "v2", 1), "x\nindex 1\n"):
        with pytest.raises(LogError):
            read_proof(refused)


def test_a_subtree_is_only_taken_where_it_fits() -> None:
    tree = Frontier()
    tree.add(LEAVES[0])
    with pytest.raises(LogError, match="does not fit"):
        tree.add(LEAVES[1], 1)
