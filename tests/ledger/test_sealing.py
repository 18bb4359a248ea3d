"""Envelopes: their exact bytes, and that none opens as another event or under another key."""

import base64
import hashlib
from uuid import UUID

import psycopg
import pytest

from hub.ids import SeededSource, SystemSource
from hub.ledger.kek import FileKeys
from hub.ledger.sealing import MAGIC, Sealer, SealError, commitment
from tests.ledger.made import Writer, made, nhs

KEY_ID = UUID("3f8e1c52-6f0b-4d0a-9a77-0d7f6f1f5f11")
JTI = UUID("0190a7f2-5f2e-7c3a-8b1d-6f0e5a4c3b2a")
ENVELOPE = (
    "484531013f8e1c526f0b4d0a9a770d7f6f1f5f119271a00bb2fcdbb8fddeeed5c66e679ee9098280"
    "b0195b73aae45c3c6b207b38e5daf2e4e5d69cb5414ab739638f45ef254d79fc0eeafbadb3ea8056"
    "2b35f5d51ab669da7eb2"
)


def new_sealer(seed: str = "vectors") -> Sealer:
    source = SeededSource(seed)
    return Sealer(FileKeys({1: b"k" * 32}, b"i" * 32, source), source)


def sealed(sealer: Sealer, token: bytes = b"test-token") -> tuple[bytes, bytes]:
    sealer.new_key(KEY_ID)
    return sealer.seal(KEY_ID, token, agency="agency-b", jti=JTI, kind="event")


def test_an_envelope_has_the_published_form() -> None:
    envelope, committed = sealed(new_sealer())
    assert envelope[:4] == MAGIC == b"HE1\x01"
    assert envelope[4:20] == KEY_ID.bytes
    assert len(envelope) == 4 + 16 + 12 + 32 + len(b"test-token") + 16
    assert envelope.hex() == ENVELOPE
    assert len(committed) == 32


def test_an_envelope_opens_to_its_token_and_to_what_the_commitment_was_made_of() -> None:
    sealer = new_sealer()
    envelope, committed = sealed(sealer)
    token, blind = sealer.unseal(envelope, agency="agency-b", jti=JTI, kind="event")
    assert token == b"test-token"
    assert commitment(blind, token) == committed


def test_the_commitment_is_the_third_line_of_a_leaf() -> None:
    def line(digest: bytes) -> bytes:
        return base64.b64encode(digest) + b"\n"

    leaf = (
        b"hub-leaf/v1\ndisclosure\n"
        + line(hashlib.sha256(b"test-envelope").digest())
        + line(commitment(b"\x01" * 32, b"test-token"))
        + b"agency-b 17\n"
    )
    assert len(leaf) == 125
    assert (
        hashlib.sha256(b"\x00" + leaf).hexdigest()
        == "00e8d6d398fe7d95c86e1aaa1a81cafb096f2e3c2bd53cbb889198116ca95f95"
    )


@pytest.mark.parametrize(
    ("agency", "jti", "kind"),
    [
        ("agency-c", JTI, "event"),
        ("agency-b", UUID(int=7), "event"),
        ("agency-b", JTI, "disclosure"),
    ],
)
def test_an_envelope_opens_as_no_other_event(agency: str, jti: UUID, kind: str) -> None:
    sealer = new_sealer()
    envelope, _ = sealed(sealer)
    with pytest.raises(SealError, match="does not open"):
        sealer.unseal(envelope, agency=agency, jti=jti, kind=kind)


@pytest.mark.parametrize("place", [0, 3, 4, 20, 32, -1])
def test_an_altered_envelope_does_not_open(place: int) -> None:
    sealer = new_sealer()
    envelope = bytearray(sealed(sealer)[0])
    envelope[place] ^= 1
    with pytest.raises(SealError):
        sealer.unseal(bytes(envelope), agency="agency-b", jti=JTI, kind="event")


@pytest.mark.parametrize("length", [0, 3, 4, 20, 32, 47])
def test_a_cut_envelope_does_not_open(length: int) -> None:
    sealer = new_sealer()
    envelope, _ = sealed(sealer)
    with pytest.raises(SealError):
        sealer.unseal(envelope[:length], agency="agency-b", jti=JTI, kind="event")


def test_a_key_that_was_dropped_opens_nothing() -> None:
    sealer = new_sealer()
    envelope, _ = sealed(sealer)
    sealer.forget(KEY_ID)
    assert not sealer.known(KEY_ID)
    with pytest.raises(SealError, match="not at hand"):
        sealer.unseal(envelope, agency="agency-b", jti=JTI, kind="event")


def test_the_key_least_lately_used_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ledger.sealing._CACHED", 3)
    sealer = Sealer(FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource()), SystemSource())
    for n in range(3):
        sealer.new_key(UUID(int=n))
    assert sealer.known(UUID(int=0))
    sealer.new_key(UUID(int=3))
    assert [sealer.known(UUID(int=n)) for n in range(4)] == [True, False, True, True]


def test_a_key_admitted_again_is_among_the_last_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.ledger.sealing._CACHED", 2)
    keys = FileKeys({1: b"k" * 32}, b"i" * 32, SystemSource())
    sealer = Sealer(keys, SystemSource())
    first = sealer.new_key(UUID(int=0))
    sealer.new_key(UUID(int=1))
    sealer.admit(UUID(int=0), first, keys.version)
    sealer.new_key(UUID(int=2))
    assert [sealer.known(UUID(int=n)) for n in range(3)] == [True, False, True]


def opened(ledger: Writer, *positions: int) -> dict[int, bytes | None]:
    rows = ledger.vault.rows.sealed(positions)
    return {place: ledger.vault.envelopes.open(row) for place, row in rows.items()}


def test_stored_tokens_open_again_byte_for_byte(ledger: Writer) -> None:
    drafts = [made("a"), made("b", named=(nhs(2),))]
    ledger.put(*drafts)
    assert opened(ledger, 1, 2, 3) == {1: drafts[0].token, 2: drafts[1].token}


@pytest.mark.parametrize("same_person", [True, False])
def test_two_rows_whose_ciphertexts_were_swapped_are_found_out(
    ledger: Writer, *, same_person: bool
) -> None:
    ledger.put(made("a"), made("b", named=(nhs(1 if same_person else 2),)))
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute(
            "UPDATE ledger.events e SET state = o.state FROM ledger.events o"
            " WHERE o.notification_id = 3 - e.notification_id"
        )
    with pytest.raises(SealError):
        opened(ledger, 1)


def test_a_key_row_moved_to_another_subject_opens_nothing(ledger: Writer) -> None:
    ledger.put(made("a"), made("b", named=(nhs(2),)))
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute(
            "UPDATE ledger.header SET key_id = (SELECT subject FROM ledger.header"
            " WHERE position = 2) WHERE position = 1"
        )
    with pytest.raises(SealError, match="another key"):
        opened(ledger, 1)


def test_after_the_key_is_destroyed_nothing_is_opened_though_it_is_still_at_hand(
    ledger: Writer,
) -> None:
    ledger.one(made("a"))
    with psycopg.connect(ledger.url, autocommit=True) as owner:
        owner.execute("UPDATE ledger.subject_key SET state = 'destroyed', wrapped = ''")
    assert opened(ledger, 1) == {1: None}
