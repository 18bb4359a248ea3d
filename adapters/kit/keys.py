"""An agency's signing key: made, kept in a file nobody else can read, shown as a public JWK.

In: a key file (PKCS 8 PEM or JWK), or nothing. Out: `AgencyKey`, which signs.
Never here: a private key in a message or a log; keys other than Ed25519 and P-256.

Source: RFC 7517 and RFC 8037 (JWK), RFC 7638 (thumbprint), RFC 9864 (the name `Ed25519`).
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.kit.errors import KeyFileError

Alg: TypeAlias = Literal["Ed25519", "ES256"]
PrivateKey: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
PublicKey: TypeAlias = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

P256_BYTES = 32
OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
_ECDSA = ec.ECDSA(SHA256())


class Signer(Protocol):
    """What signing needs of a key. An HSM or a key service can stand in for `AgencyKey`."""

    @property
    def alg(self) -> Alg:
        """The one algorithm the key is registered for."""
        ...

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the JOSE signature: 64 bytes for either algorithm."""
        ...


@dataclass(frozen=True, slots=True)
class AgencyKey:
    """A private key, its algorithm and its thumbprint. Its repr shows the thumbprint only."""

    alg: Alg
    kid: str
    _private: PrivateKey

    def __repr__(self) -> str:
        return f"AgencyKey({self.alg} {self.kid})"

    @classmethod
    def generate(cls, alg: Alg = "Ed25519") -> "AgencyKey":
        """Make a new key."""
        made: PrivateKey = (
            ed25519.Ed25519PrivateKey.generate()
            if alg == "Ed25519"
            else ec.generate_private_key(ec.SECP256R1())
        )
        return cls._of(made)

    @classmethod
    def load(cls, path: Path) -> "AgencyKey":
        """Read a key from a PEM or JWK file.

        Raises:
            KeyFileError: no such file, others may read it, or it holds no key the hub accepts.
        """
        try:
            mode = path.stat().st_mode
            text = path.read_bytes()
        except OSError as error:
            raise KeyFileError("the key file cannot be read") from error
        if os.name == "posix" and stat.S_IMODE(mode) & ~OWNER_ONLY:
            raise KeyFileError("the key file is open to others; set its mode to 0600")
        try:
            loaded = (
                _private_of_jwk(json.loads(text))
                if text.lstrip().startswith(b"{")
                else serialization.load_pem_private_key(text, password=None)
            )
        except (ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
            raise KeyFileError("the file holds no readable private key") from error
        if isinstance(loaded, ed25519.Ed25519PrivateKey):
            return cls._of(loaded)
        if isinstance(loaded, ec.EllipticCurvePrivateKey) and loaded.curve.name == "secp256r1":
            return cls._of(loaded)
        raise KeyFileError("the key is neither Ed25519 nor P-256")

    def save(self, path: Path, form: Literal["pem", "jwk"] = "pem") -> None:
        """Write the private key to a new file of mode 0600.

        Raises:
            KeyFileError: the file exists (a key written over is a key lost) or cannot be made.
        """
        written = self._pem() if form == "pem" else json.dumps(self._private_jwk()).encode() + b"\n"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        except OSError as error:
            raise KeyFileError("the key file exists already or cannot be made") from error
        with os.fdopen(handle, "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(handle)

    def sign(self, message: bytes) -> bytes:
        """Return the JOSE signature of `message` (RFC 7515; r and s side by side for ES256)."""
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            return self._private.sign(message)
        r, s = decode_dss_signature(self._private.sign(message, _ECDSA))
        return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")

    def public_jwk(self) -> dict[str, str]:
        """Return what the agency registers with the hub: no private member, and no `kid`.

        The hub computes the key id itself.
        """
        return {**_members(self._private.public_key()), "alg": self.alg, "use": "sig"}

    def _pem(self) -> bytes:
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def _private_jwk(self) -> dict[str, str]:
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            secret = self._private.private_bytes_raw()
        else:
            secret = self._private.private_numbers().private_value.to_bytes(P256_BYTES, "big")
        return {**self.public_jwk(), "d": b64(secret)}

    @classmethod
    def _of(cls, private: PrivateKey) -> "AgencyKey":
        alg: Alg = "Ed25519" if isinstance(private, ed25519.Ed25519PrivateKey) else "ES256"
        return cls(alg=alg, kid=thumbprint(_members(private.public_key())), _private=private)


def public_of_jwk(jwk: Mapping[str, object]) -> PublicKey:
    """Read a public JWK.

    Raises:
        ValueError: not an Ed25519 or P-256 key, or not a point on its curve.
    """
    x = unb64(str(jwk.get("x", "")))
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(x)
        case "EC", "P-256":
            y = unb64(str(jwk.get("y", "")))
            if len(x) != P256_BYTES or len(y) != P256_BYTES:
                raise ValueError("a coordinate has the wrong length")
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
        case _:
            raise ValueError("the key is neither Ed25519 nor P-256")


def verifies(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Say whether a JOSE signature is good."""
    if len(signature) != 2 * P256_BYTES:
        return False
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            r, s = signature[:P256_BYTES], signature[P256_BYTES:]
            pair = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            key.verify(pair, message, _ECDSA)
    except InvalidSignature:
        return False
    return True


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of a public JWK."""
    required = ("crv", "kty", "x") if jwk["kty"] == "OKP" else ("crv", "kty", "x", "y")
    canonical = json.dumps({name: jwk[name] for name in required}, separators=(",", ":"))
    return b64(hashlib.sha256(canonical.encode()).digest())


def b64(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Decode canonical base64url without padding.

    Raises:
        ValueError: padding, white space, another alphabet, or spare bits at the end.
    """
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def _members(public: PublicKey) -> dict[str, str]:
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
    point = public.public_numbers()
    x, y = (b64(n.to_bytes(P256_BYTES, "big")) for n in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _private_of_jwk(jwk: Mapping[str, str]) -> PrivateKey:
    secret = unb64(jwk["d"])
    made: PrivateKey = (
        ed25519.Ed25519PrivateKey.from_private_bytes(secret)
        if jwk["kty"] == "OKP"
        else ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    )
    # A JWK names its public half beside the private one. A mismatch would sign under a key id
    # that the hub cannot verify.
    if _members(made.public_key()) != {name: jwk[name] for name in _members(made.public_key())}:
        raise ValueError("the two halves of the key do not belong together")
    return made
