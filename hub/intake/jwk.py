"""Public keys: read from a JWK, named by thumbprint, and asked whether they signed something.

In: a JWK as a mapping. Out: a PublicKey. Never here: a private member, a key fetched from
anywhere, or an algorithm chosen by the token instead of by the key.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from hub.intake import encoding

_SIGNATURE_BYTES: Final = 64
_COORDINATE_BYTES: Final = 32
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA: Final = ec.ECDSA(hashes.SHA256())


class Alg(StrEnum):
    """The two algorithms events may be signed with.

    Source: RFC 9864 (Ed25519); RFC 7518 section 3.4 (ES256).
    """

    ED25519 = "Ed25519"
    ES256 = "ES256"


class JwkRefusedError(ValueError):
    """A JWK is not one of the two kinds of public key, or is a weak one."""


class _Verifier(Protocol):
    def __call__(self, signature: bytes, message: bytes, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key with its algorithm pinned. `thumbprint` is its only name."""

    alg: Alg
    thumbprint: str
    jwk: Mapping[str, str]
    _signed: _Verifier

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Say whether this key made `signature` (64 raw bytes) over `message`."""
        return len(signature) == _SIGNATURE_BYTES and self._signed(signature, message)


def read_jwk(jwk: Mapping[str, Any], *, also: frozenset[str] = frozenset()) -> PublicKey:
    """Return the key in `jwk`, which must have exactly its required members and any of `also`.

    Raises:
        JwkRefusedError: another key type or curve, a missing, extra or private member, a point
            off the curve, or an Ed25519 point of small order.
    Source: RFC 7517; RFC 8037 section 2; RFC 7518 section 6.2.
    """
    kind = (jwk.get("kty"), jwk.get("crv"))
    if kind == ("OKP", "Ed25519"):
        members = _required(jwk, ("crv", "kty", "x"), also)
        return PublicKey(Alg.ED25519, _thumbprint(members), members, _ed25519(members["x"]))
    if kind == ("EC", "P-256"):
        members = _required(jwk, ("crv", "kty", "x", "y"), also)
        verifier = _es256(members["x"], members["y"])
        return PublicKey(Alg.ES256, _thumbprint(members), members, verifier)
    raise JwkRefusedError("only Ed25519 and P-256 keys are accepted")


def _required(
    jwk: Mapping[str, Any], names: tuple[str, ...], also: frozenset[str]
) -> dict[str, str]:
    if not set(names) <= set(jwk) <= set(names) | also:
        raise JwkRefusedError("the key has a missing, unknown or private member")
    if not all(isinstance(jwk[name], str) for name in names):
        raise JwkRefusedError("a member of the key is not a string")
    return {name: jwk[name] for name in names}


def _thumbprint(members: Mapping[str, str]) -> str:
    """Name the key by its required members alone. Source: RFC 7638 section 3."""
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return encoding.encode(hashlib.sha256(canonical).digest()).decode()


def _coordinate(text: str) -> bytes:
    try:
        raw = encoding.decode(text.encode(errors="replace"))
    except encoding.EncodingRefusedError:
        raise JwkRefusedError("a coordinate is not base64url") from None
    if len(raw) != _COORDINATE_BYTES:
        raise JwkRefusedError("a coordinate has the wrong length")
    return raw


def _ed25519(x: str) -> _Verifier:
    """Prepare libsodium's check, which is twice as fast as OpenSSL's and refuses s + L."""
    point = _coordinate(x)
    # Under a point of small order one signature fits almost any message.
    if not crypto_core_ed25519_is_valid_point(point):
        raise JwkRefusedError("the key is not a sound Ed25519 point")

    def signed(signature: bytes, message: bytes) -> bool:
        try:
            crypto_sign_open(signature + message, point)
        except BadSignatureError:
            return False
        return True

    return signed


def _es256(x: str, y: str) -> _Verifier:
    point = b"\x04" + _coordinate(x) + _coordinate(y)
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise JwkRefusedError("the key is not a point on the curve") from None

    def signed(signature: bytes, message: bytes) -> bool:
        r = int.from_bytes(signature[:32])
        s = int.from_bytes(signature[32:])
        if not (0 < r < _P256_ORDER and 0 < s < _P256_ORDER):
            return False
        try:
            key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            return False
        return True

    return signed
