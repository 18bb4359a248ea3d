"""The hub's own signing key: how the hub speaks as one more signing agency.

In: a 32-byte seed from the key store, claims. Out: compact JWS, Ed25519. Never here: where the seed
is kept, or a clock: the claims bring their times with them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from nacl.bindings import crypto_sign
from nacl.signing import SigningKey

from hub.intake import encoding
from hub.intake.jwk import Alg, PublicKey, read_jwk

_SIGNATURE_BYTES = 64
_COMPACT = msgspec.json.Encoder().encode


class Signer:
    """An Ed25519 key that signs what the hub issues. Its `repr` shows the public name only."""

    __slots__ = ("_headers", "_secret", "public")

    def __init__(self, seed: bytes) -> None:
        """Take the 32 secret bytes.

        Raises:
            ValueError: not 32 bytes.
        """
        key = SigningKey(seed)
        x = encoding.encode(bytes(key.verify_key)).decode()
        self._secret = bytes(key) + bytes(key.verify_key)
        self.public: PublicKey = read_jwk({"kty": "OKP", "crv": "Ed25519", "x": x})
        self._headers: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Signer(kid={self.kid})"

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        return self.public.thumbprint

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Return `claims` as a compact JWS of type `typ`."""
        header = self._headers.get(typ)
        if header is None:
            # One header per typ; the set of typs is the handful the hub issues.
            header = self._headers[typ] = _segment(
                {"alg": Alg.ED25519, "kid": self.kid, "typ": typ}
            )
        signing_input = header + b"." + _segment(claims)
        return (signing_input + b"." + encoding.encode(self.raw(signing_input))).decode()

    def raw(self, message: bytes) -> bytes:
        """Return the 64 bytes of a signature over `message`, for formats other than JWS."""
        # The binding itself: the class around it copies the message twice.
        return crypto_sign(message, self._secret)[:_SIGNATURE_BYTES]


def _segment(members: Mapping[str, Any]) -> bytes:
    return encoding.encode(_COMPACT(dict(members)))
