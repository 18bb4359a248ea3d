"""A value has one spelling in base64url, and whatever else decodes to it is refused."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intake import encoding
from hub.intake.encoding import EncodingRefusedError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TEXTS = st.text(ALPHABET + "+/=\n !.\xff", max_size=24).map(lambda text: text.encode("latin-1"))


def lenient(text: bytes) -> bytes | None:
    """Return what `text` decodes to if spelling that again gives `text`: the rule itself."""
    standard = text.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(text) % 4)
    try:
        raw = binascii.a2b_base64(standard)
    except binascii.Error:
        return None
    return raw if encoding.encode(raw) == text else None


def strict(text: bytes) -> bytes | None:
    try:
        return encoding.decode(text)
    except EncodingRefusedError:
        return None


@given(TEXTS)
def test_only_what_is_spelled_the_one_way_is_taken(text: bytes) -> None:
    assert strict(text) == lenient(text)


def test_so_it_is_for_every_text_of_up_to_two_characters() -> None:
    every = [b"", *(bytes([a]) for a in range(256))]
    every += [bytes([a, b]) for a in range(256) for b in range(256)]
    assert [text for text in every if strict(text) != lenient(text)] == []


@given(st.binary(max_size=64))
def test_what_is_spelled_is_read_again(raw: bytes) -> None:
    assert encoding.decode(encoding.encode(raw)) == raw


@pytest.mark.parametrize("text", [b"QQ==", b"QR", b"Q", b"QUJ+", b"QUJ/", b"QU\nI", b"QUK", b"="])
def test_another_spelling_is_refused(text: bytes) -> None:
    with pytest.raises(EncodingRefusedError):
        encoding.decode(text)
