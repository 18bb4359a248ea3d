"""Base64url without padding, where one value has exactly one spelling.

In: bytes. Out: bytes. Never here: a decoder that skips characters it does not know.
"""

import binascii
from typing import Final

_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_PADDING: Final = (b"", b"===", b"==", b"=")


class EncodingRefusedError(ValueError):
    """The text is not canonical base64url."""


def decode(text: bytes) -> bytes:
    """Return the bytes that `text` spells.

    Decoding is lenient, so the result is spelled again and compared: padding, white space, the
    other alphabet and stray low bits in the last character all fail that comparison.

    Raises:
        EncodingRefusedError: `text` is not the one canonical spelling of anything.
    Source: RFC 7515 section 2; RFC 4648 section 3.5.
    """
    try:
        raw = binascii.a2b_base64(text.translate(_TO_STANDARD) + _PADDING[len(text) % 4])
    except binascii.Error:
        raise EncodingRefusedError("not base64url") from None
    if encode(raw) != text:
        raise EncodingRefusedError("not canonical base64url")
    return raw


def encode(raw: bytes) -> bytes:
    """Return the canonical spelling of `raw`."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL)
