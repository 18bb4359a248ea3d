"""Signed notes: an example from elsewhere, round trips, and everything a note may not be."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from hub.ledger.checkpoint import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    NoteError,
    Verifier,
    log_origin,
    open_checkpoint,
    open_note,
    proof_text,
    read_proof,
)
from hub.ledger.cosigning import covers, read_witnesses
from hub.witness.note import LogKey, MalformedError, cosign, read_note
from hub.witness.note import vkey as witness_vkey
from tests.log.world import ORIGIN, note_key

# The example of the Go package golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"
    "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = note_key()
CHECKPOINT = Checkpoint(ORIGIN, 3, bytes(range(32)))
NOTE = KEY.note(CHECKPOINT.text)
WITNESS = SigningKey(b"w" * 32)
WITNESS_NAME = "regulator.example/w"
WITNESS_KEY = Verifier.read(witness_vkey(WITNESS, WITNESS_NAME))


def test_note_of_another_implementation_opens() -> None:
    verifier = Verifier.read(GO_VKEY)
    assert verifier.vkey == GO_VKEY
    text, (signed,) = open_note(GO_NOTE, [verifier])
    assert (text, signed.by, signed.at_s) == (GO_TEXT, verifier, 0)


def test_checkpoint_that_was_signed_opens_as_it_was() -> None:
    assert open_checkpoint(NOTE, KEY.verifier) == CHECKPOINT
    head, signatures = read_note(NOTE)
    assert (head.origin, head.size, head.root) == (ORIGIN, 3, CHECKPOINT.root)
    assert LogKey.read(KEY.verifier.vkey).signed(head.text, signatures)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_note_with_any_bit_flipped_does_not_open_as_that_checkpoint(at: int, bit: int) -> None:
    raw = bytearray(NOTE.encode())
    raw[at % len(raw)] ^= 1 << bit
    try:
        changed = raw.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteError):
        open_checkpoint(changed, KEY.verifier)


@pytest.mark.parametrize(
    "note",
    [
        "",
        NOTE.rstrip("\n"),
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n\n", "\r\n\r\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace(ORIGIN, "other.example/log"),
        KEY.note("hub.example/log\n3\nAAAA\n"),
        KEY.note(CHECKPOINT.text + "an extension\n"),
        KEY.note(CHECKPOINT.text.replace("\n3\n", "\n03\n")),
        KEY.note(CHECKPOINT.text.replace("\n3\n", "\n-3\n")),
        note_key(origin="other.example/log").note(CHECKPOINT.text),
        note_key(b"o" * 32).note(CHECKPOINT.text),
        NOTE + NOTE.rpartition("\n\n")[2].replace("\n", "") * 2 + "\n",
        NOTE + "\u2014 x AAAAAAAA\n" * 100,
        NOTE + "\u2014 x\ty AAAAAAAA\n",
        NOTE + "\u2014 x+y AAAAAAAA\n",
        NOTE + "\u2014 x AAAA\n",
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        open_checkpoint(note, KEY.verifier)


def test_unknown_signatures_are_ignored_and_known_ones_counted_once() -> None:
    line = NOTE.rpartition("\n\n")[2]
    stranger = "\u2014 stranger.example AAAAAAAA\n"
    _, signatures = open_note(NOTE + stranger + line, [KEY.verifier])
    assert [s.by for s in signatures] == [KEY.verifier]


def test_cosignature_says_who_and_when() -> None:
    cosigned = NOTE + cosign(WITNESS, WITNESS_NAME, CHECKPOINT.text, 1_790_000_000)
    _, signatures = open_note(cosigned, [KEY.verifier, WITNESS_KEY])
    assert [(s.by, s.at_s) for s in signatures] == [
        (KEY.verifier, 0),
        (WITNESS_KEY, 1_790_000_000),
    ]
    assert covers(cosigned, KEY.verifier, [WITNESS_KEY], 1) == CHECKPOINT


def test_quorum_is_not_met_by_fewer_witnesses_or_by_one_twice() -> None:
    line = cosign(WITNESS, WITNESS_NAME, CHECKPOINT.text, 5)
    for note, quorum in ((NOTE, 1), (NOTE + line + line, 2)):
        with pytest.raises(NoteError):
            covers(note, KEY.verifier, [WITNESS_KEY], quorum)
    with pytest.raises(NoteError):  # a witness cannot stand in for the log
        covers(CHECKPOINT.text + "\n" + line, KEY.verifier, [WITNESS_KEY], 1)


def test_cosignature_with_another_time_does_not_hold() -> None:
    line = cosign(WITNESS, WITNESS_NAME, CHECKPOINT.text, 5)
    raw = bytearray(base64.b64decode(line.split(" ")[2]))
    raw[11] ^= 1
    changed = f"\u2014 {WITNESS_NAME} {base64.b64encode(raw).decode()}\n"
    with pytest.raises(NoteError):
        open_note(NOTE + changed, [KEY.verifier, WITNESS_KEY])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("PeterNeumann", "Peter Neumann"),
        GO_VKEY[:-4],
        "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
    ],
)
def test_text_that_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        Verifier.read(vkey)
    with pytest.raises(MalformedError):
        LogKey.read(vkey)


def test_kinds_of_keys_are_not_confused() -> None:
    with pytest.raises(MalformedError):
        LogKey.read(WITNESS_KEY.vkey)
    with pytest.raises(NoteError):
        read_witnesses(f"http://127.0.0.1:1 {KEY.verifier.vkey}")
    assert [w.key for w in read_witnesses(f"http://w {WITNESS_KEY.vkey}, ")] == [WITNESS_KEY]
    assert (WITNESS_KEY.kind, KEY.verifier.kind) == (COSIGNATURE, ED25519)


@given(st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_proof_reads_back_as_it_was(index: int, hashes: list[bytes]) -> None:
    assert read_proof(proof_text(index, hashes, NOTE)) == (index, hashes, NOTE)


@pytest.mark.parametrize(
    "proof",
    ["", "c2sp.org/tlog-proof@v2\nindex 0\n\n", "c2sp.org/tlog-proof@v1\nindex 01\n\n",
     "c2sp.org/tlog-proof@v1\nindex 0\n!\n\n"],
)  # fmt: skip
def test_text_that_is_no_proof_is_refused(proof: str) -> None:
    with pytest.raises(NoteError):
        read_proof(proof)


def test_log_is_named_after_its_hub() -> None:
    assert log_origin("https://hub.example") == log_origin("https://hub.example/") == ORIGIN
