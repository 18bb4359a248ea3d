"""Time stamps over checkpoints: the query, and whether a reply is about it.

In: the bytes to stamp, a nonce, how to send. Out: the reply as received, to be kept.
Never here: the network, trust: whoever relies on a stamp checks its signature (openssl ts).

Source: RFC 3161 sections 2.4.1 and 2.4.2.
"""

import hashlib
from collections.abc import Callable
from typing import Final

_SHA256: Final = bytes.fromhex("300d06096086480165030402010500")
_GRANTED: Final = (0, 1)


class StampError(Exception):
    """The reply is no time stamp of what was sent."""


def stamped(data: bytes, nonce: bytes, send: Callable[[bytes], bytes]) -> bytes:
    """Return the authority's reply for some bytes.

    Raises:
        StampError: it refuses, or its stamp is of something else, or of another query.
        OSError: it does not answer.
    """
    digest = hashlib.sha256(data).digest()
    reply = send(_query(digest, nonce))
    try:
        status, token = _values(_values(reply)[0])
        signed = _values(_values(token)[1])[0]
        info = _values(_values(_values(_values(signed)[2])[1])[0])[0]
        members = _values(info)
        granted = _values(status)[0][-1] in _GRANTED
        same = _values(members[2])[1] == digest and _integer(nonce)[2:] in members
    except (IndexError, ValueError):
        raise StampError("the reply holds no time stamp") from None
    if not (granted and same):
        raise StampError("the reply is not a stamp of what was sent")
    return reply


def _query(digest: bytes, nonce: bytes) -> bytes:
    imprint = _tlv(0x30, _SHA256 + _tlv(0x04, digest))
    certificates_too = b"\x01\x01\xff"
    return _tlv(0x30, _integer(b"\x01") + imprint + _integer(nonce) + certificates_too)


def _integer(value: bytes) -> bytes:
    """Return a positive integer in its shortest form."""
    shortest = value.lstrip(b"\x00") or b"\x00"
    return _tlv(0x02, (b"\x00" if shortest[0] >= 0x80 else b"") + shortest)  # noqa: PLR2004


def _tlv(tag: int, content: bytes) -> bytes:
    """Return a value of fewer than 128 bytes: a query has no longer one."""
    return bytes([tag, len(content)]) + content


def _values(data: bytes) -> list[bytes]:
    """Return the contents of the values in a run of DER."""
    found, at = [], 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start])
        found.append(data[start : start + length])
        at = start + length
    return found
