"""An event, made into the one signed string that the hub stores as received.

In: a contracts payload, its subject, and the sender's key. Out: a compact JWS.
Never here: the clock or a fresh id; the caller says when and under which `jti`.

Source: RFC 8417 (security event tokens), RFC 9493 (subject identifiers).
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeAlias

from adapters.kit.errors import SigningError
from adapters.kit.jws import compact
from adapters.kit.keys import AgencyKey, Alg, Signer, b64, unb64
from contracts.base import Payload

__all__ = [
    "AgencyKey",
    "Alg",
    "Json",
    "Signer",
    "claims_of",
    "opaque",
    "sign_claims",
    "sign_event",
    "signing_digest",
    "urn",
]

Json: TypeAlias = Any
"""Anything JSON can say, floats excepted."""

TYP = "secevent+jwt"
MOST_EVENT_BYTES = 48 * 1024
MOST_DEPTH = 16
MOST_INT = 2**53
_NONCHARACTER_LOW = range(0xFDD0, 0xFDF0)


def opaque(subject: str) -> dict[str, Json]:
    """Return the `sub_id` of a subject whose hub id is known."""
    return {"format": "opaque", "id": subject}


def urn(uri: str) -> dict[str, Json]:
    """Return the `sub_id` of a subject known by an identifier, `urn:nhs:number:...` and so on."""
    return {"format": "uri", "uri": uri}


def sign_event(
    payload: Payload,
    subject: Mapping[str, Json],
    *,
    key: Signer,
    issuer: str,
    audience: str,
    iat: int,
    toe: int,
    jti: str,
    txn: str | None = None,
) -> bytes:
    """Sign one event.

    Args:
        payload: what happened.
        subject: the `sub_id` of whom or what it is about.
        key: the agency's registered key.
        issuer: the agency's URI.
        audience: the hub's URI.
        iat: when it is signed, in seconds; the hub takes it for five minutes.
        toe: when it happened, in seconds.
        jti: its id, for ever; a lower-case UUID.
        txn: the id that joins several events of one matter.

    Raises:
        SigningError: a string, number or size that the hub would refuse.
    """
    claims = claims_of(
        payload, subject, issuer=issuer, audience=audience, iat=iat, toe=toe, jti=jti, txn=txn
    )
    return sign_claims(claims, key)


def claims_of(
    payload: Payload,
    subject: Mapping[str, Json],
    *,
    issuer: str,
    audience: str,
    iat: int,
    toe: int,
    jti: str,
    txn: str | None = None,
) -> dict[str, Json]:
    """Return the claims of one event.

    Absent fields are left out. Defaults are spelled out: what was signed must not come to say
    something else when a default changes.
    """
    claims: dict[str, Json] = {
        "iss": issuer,
        "aud": audience,
        "iat": iat,
        "toe": toe,
        "jti": jti,
        "sub_id": dict(subject),
        "events": {payload.TYPE: payload.model_dump(mode="json", exclude_none=True)},
    }
    if txn is not None:
        claims["txn"] = txn
    return claims


def sign_claims(claims: Mapping[str, Json], key: Signer) -> bytes:
    """Sign claims that are already put together.

    Raises:
        SigningError: as for `sign_event`.
    """
    header = {"alg": key.alg, "kid": key.kid, "typ": TYP}
    token = compact(header, _clean(claims, "", 1), key)
    if len(token) > MOST_EVENT_BYTES:
        raise SigningError("the event is longer than 48 KiB")
    return token


def own_claims(token: bytes) -> dict[str, Json]:
    """Read back the claims of a token this agency signed itself. Verifies nothing."""
    claims: dict[str, Json] = json.loads(unb64(token.split(b".")[1].decode()))
    return claims


def signing_digest(token: bytes) -> str:
    """Return base64url SHA-256 of the signing input, which a receipt names as `sd`.

    The signature is left out: ES256 has two good ones for each message.
    """
    return b64(hashlib.sha256(token.rpartition(b".")[0]).digest())


def _clean(value: Json, at: str, depth: int) -> Json:
    """Return `value` with NFC strings, or name the place that cannot be sent."""
    if depth > MOST_DEPTH:
        raise SigningError(f"nested too deep at `{at}`")
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, at)
        case int() if abs(value) < MOST_INT:
            return value
        case Mapping():
            return {_text(k, at): _clean(v, f"{at}/{k}", depth + 1) for k, v in value.items()}
        case list() | tuple():
            return [_clean(v, f"{at}/{n}", depth + 1) for n, v in enumerate(value)]
        case _:
            raise SigningError(f"not a string, whole number, list or object at `{at}`")


def _text(value: str, at: str) -> str:
    if any(_unsendable(ord(letter)) for letter in value):
        raise SigningError(f"a character that cannot be sent at `{at}`")
    return unicodedata.normalize("NFC", value)


def _unsendable(point: int) -> bool:
    surrogate = 0xD800 <= point <= 0xDFFF  # noqa: PLR2004
    nonchar = point in _NONCHARACTER_LOW or point & 0xFFFE == 0xFFFE  # noqa: PLR2004
    return point == 0 or surrogate or nonchar
