"""Check a DPoP proof: that whoever sent this request holds the key, for this request, just now.

In: the `DPoP` header, method, URL, time. Out: a Proof with the key's thumbprint and what must be
spent so that it works once. Never here: storage. The caller spends the proof through Once.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from msgspec import Struct

from hub.intake import encoding
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jwk import JwkRefusedError, PublicKey, read_jwk
from hub.ledger.record import Spend

PROOF_TYP: Final = "dpop+jwt"
WINDOW_S: Final = 60
MAX_PROOF_CHARS: Final = 4096
MAX_JTI_CHARS: Final = 128
_PARTS: Final = 3
_HEADER: Final = frozenset({"typ", "alg", "jwk"})


class DpopError(ValueError):
    """A proof is missing, malformed, stale, or for something else. Never echoes the proof."""


class Once(Protocol):
    """Remembers what has been spent. The first to spend a key wins, across all processes."""

    def first_time(self, kind: str, key: str, expires_at: int) -> bool:
        """Record `key` and say whether nobody had; it may be forgotten after `expires_at` s."""
        ...


class AsyncOnce(Protocol):
    """Once, for an event loop."""

    async def first_time(self, kind: str, key: str, expires_at: int) -> bool:
        """Record `key` and say whether nobody had; it may be forgotten after `expires_at` s."""
        ...


class Proof(Struct, frozen=True):
    """A proof that holds, if its `spend` was not spent before. `jkt` names the prover's key."""

    jkt: str
    spend: Spend


def spend(kind: str, owner: str, jti: str, *, expires_at: int) -> Spend:
    """Return what stands for `jti`, an id that `owner` may use once."""
    # The owner's length is fixed by its separator: no owner's name holds a zero byte.
    name = hashlib.sha256(f"{owner}\0{jti}".encode()).digest()
    return Spend(kind, encoding.encode(name).decode(), expires_at)


def read_proof(
    headers: Sequence[str], *, method: str, url: str, now: int, access_token: str | None
) -> Proof:
    """Return the proof in the request's `DPoP` headers.

    Args:
        headers: every value of the `DPoP` header; exactly one is allowed.
        method: the request's method.
        url: the request's URL as clients know it, without query and fragment.
        now: seconds since 1970.
        access_token: what `ath` must be the digest of; None at the token endpoint.

    Raises:
        DpopError: refused.
    Source: RFC 9449 section 4.3.
    """
    if len(headers) != 1:
        raise DpopError("not exactly one DPoP proof")
    key, claims = _open(headers[0])
    if claims.get("htm") != method or claims.get("htu") != url:
        raise DpopError("the proof is for another request")
    iat = claims.get("iat")
    if type(iat) is not int or not now - WINDOW_S <= iat <= now + WINDOW_S:
        raise DpopError("the proof's iat is not a time near the hub's clock")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI_CHARS:
        raise DpopError("the proof's jti is not a short string")
    if access_token is not None and not _is_digest_of(access_token, claims.get("ath")):
        raise DpopError("the proof is not for this access token")
    forget_at = iat + 2 * WINDOW_S  # twice: another process's clock may be behind
    return Proof(key.thumbprint, spend("dpop", key.thumbprint, jti, expires_at=forget_at))


def _open(proof: str) -> tuple[PublicKey, Mapping[str, Any]]:
    """Return the key inside the proof and the claims that it signed."""
    if len(proof) > MAX_PROOF_CHARS or not proof.isascii():
        raise DpopError("the proof is too long or not ASCII")
    parts = proof.encode().split(b".")
    if len(parts) != _PARTS:
        raise DpopError("the proof is not three parts joined by dots")
    key = _header_key(parts[0])
    try:
        payload, signature = encoding.decode(parts[1]), encoding.decode(parts[2])
        if not key.signed(parts[0] + b"." + parts[1], signature):
            raise DpopError("the proof's signature does not verify")
        return key, read_object(payload)
    except (encoding.EncodingRefusedError, JsonRefusedError):
        raise DpopError("the proof is not strict JSON in base64url") from None


@lru_cache(maxsize=1024)  # a client's header never changes; a refusal is never kept
def _header_key(segment: bytes) -> PublicKey:
    """Return the key a proof brings. Its thumbprint must match a token, so any key may come."""
    try:
        header = read_object(encoding.decode(segment))
        if header.keys() != _HEADER or header["typ"] != PROOF_TYP:
            raise DpopError("the proof's header is not exactly alg, jwk and typ")
        if not isinstance(header["jwk"], dict):
            raise DpopError("the proof's key is not an object")
        key = read_jwk(header["jwk"])
    except (encoding.EncodingRefusedError, JsonRefusedError, JwkRefusedError):
        raise DpopError("the proof's header is not a strict one with a public key") from None
    if header["alg"] != key.alg:
        raise DpopError("the proof's algorithm is not the one its key is for")
    return key


def _is_digest_of(token: str, ath: object) -> bool:
    return isinstance(ath, str) and hmac.compare_digest(
        _digest(token), ath.encode(errors="replace")
    )


@lru_cache(maxsize=1024)  # a token comes with every request of its life
def _digest(token: str) -> bytes:
    return encoding.encode(hashlib.sha256(token.encode()).digest())
