"""Base64url without padding, where one value has exactly one spelling.

In: bytes. Out: bytes. Never here: a decoder that skips characters it does not know.
"""

import binascii
from typing import Final

_TO_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
"""What only another spelling has becomes what no spelling has."""
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_PADDING: Final = (b"", b"===", b"==", b"=")
_LAST: Final = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
"""By the length over a multiple of four: last characters whose bits past the last byte are zero."""


class EncodingRefusedError(ValueError):
    """The text is not canonical base64url."""


def decode(text: bytes) -> bytes:
    """Return the bytes that `text` spells.

    The decoder refuses white space and every character of no alphabet; stray low bits in the last
    character, which it lets through, are looked for before.

    Raises:
        EncodingRefusedError: `text` is not the one canonical spelling of anything.
    Source: RFC 7515 section 2; RFC 4648 section 3.5.
    """
    over = len(text) % 4
    if over and text[-1] not in _LAST[over]:
        raise EncodingRefusedError("not canonical base64url")
    try:
        return binascii.a2b_base64(text.translate(_TO_STANDARD) + _PADDING[over], strict_mode=True)
    except binascii.Error:
        raise EncodingRefusedError("not base64url") from None


def encode(raw: bytes) -> bytes:
    """Return the canonical spelling of `raw`."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL)
