"""Split a compact JWS and read its header, which may say three things and no more.

In: one token as ASCII bytes. Out: a Compact with its parts decoded, nothing believed yet.
Never here: the payload's JSON, which is read only once the signature holds.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from msgspec import Struct

from contracts.envelope import HEADER_MEMBERS, MAX_HEADER_BYTES
from hub.intake import encoding
from hub.intake.errors import Err, IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jwk import Alg, PublicKey

_PARTS: Final = 3
_KID_CHARS: Final = 43


@dataclass(frozen=True, slots=True)
class Header:
    """A protected header of the only allowed shape."""

    alg: Alg
    kid: str


class Compact(Struct, frozen=True):
    """A token in three parts. `payload` is bytes: nobody has vouched for it yet."""

    header: Header
    payload: bytes
    signature: bytes
    signing_input: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was signed: the identity of the token.

        The signature is left out on purpose. ES256 is randomised and (r, n-s) verifies wherever
        (r, s) does, so one statement has many signatures.
        """
        return hashlib.sha256(self.signing_input).digest()


def split(token: bytes, *, typ: str) -> Compact:
    """Return the parts of `token`, whose header must declare `typ`.

    Raises:
        IntakeError: invalid_request for anything malformed, invalid_key for an algorithm or key
            name that cannot be one of ours.
    Source: RFC 7515 section 7.1; RFC 8417 section 2.3 (explicit typing).
    """
    parts = token.split(b".")
    if len(parts) != _PARTS:
        raise IntakeError(Err.INVALID_REQUEST, "not three parts joined by dots")
    if len(parts[0]) > MAX_HEADER_BYTES:
        raise IntakeError(Err.INVALID_REQUEST, "the header is too long")
    header = _header(parts[0], typ)
    try:
        payload, signature = encoding.decode(parts[1]), encoding.decode(parts[2])
    except encoding.EncodingRefusedError:
        raise IntakeError(Err.INVALID_REQUEST, "a part is not canonical base64url") from None
    return Compact(header, payload, signature, token[: len(parts[0]) + 1 + len(parts[1])])


def check_signature(compact: Compact, key: PublicKey) -> None:
    """Refuse a token that `key` did not sign with the algorithm pinned to it.

    Raises:
        IntakeError: invalid_key.
    """
    if compact.header.alg is not key.alg:
        raise IntakeError(Err.INVALID_KEY, "the algorithm is not the one the key is for")
    if not key.signed(compact.signing_input, compact.signature):
        raise IntakeError(Err.INVALID_KEY, "the signature does not verify")


@lru_cache(maxsize=4096)  # one agency key makes one header, byte for byte; refusals never stay
def _header(segment: bytes, typ: str) -> Header:
    """Read a header segment. Extra members are refused before any key is looked up."""
    try:
        members = read_object(encoding.decode(segment))
    except (encoding.EncodingRefusedError, JsonRefusedError):
        raise IntakeError(Err.INVALID_REQUEST, "the header is not strict JSON") from None
    if members.keys() != HEADER_MEMBERS:
        raise IntakeError(Err.INVALID_REQUEST, "the header is not exactly alg, kid and typ")
    if members["typ"] != typ:
        raise IntakeError(Err.INVALID_REQUEST, "the token is of another typ")
    kid = members["kid"]
    if not isinstance(kid, str) or len(kid) != _KID_CHARS:
        raise IntakeError(Err.INVALID_KEY, "the kid is not a key thumbprint")
    try:
        alg = Alg(members["alg"])
    except ValueError:
        raise IntakeError(Err.INVALID_KEY, "the algorithm is not accepted") from None
    return Header(alg, kid)
