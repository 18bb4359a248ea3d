"""Read a client assertion: the signed statement by which an agency signs in.

In: a compact JWT, keys, agencies and time. Out: the agency, and the id to spend so that the
assertion works once. Never here: storage, or a claim believed before the signature holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749.errors import InvalidClientError

from hub.api.dpop import MAX_JTI_CHARS, spend
from hub.intake.agencies import Agency, AgencyRegister, issuer_uri
from hub.intake.errors import IntakeError
from hub.intake.jsonstrict import JsonRefusedError, read_object
from hub.intake.jws import check_signature, split
from hub.intake.keyring import Keyring
from hub.ledger.record import Spend

ASSERTION_TYP: Final = "client-authentication+jwt"
ASSERTION_LIFE_S: Final = 120
_SKEW_S: Final = 60
_REQUIRED: Final = frozenset({"iss", "sub", "aud", "exp", "jti"})
_ALLOWED: Final = _REQUIRED | {"iat", "nbf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may sign in, at this moment."""

    keyring: Keyring
    agencies: AgencyRegister
    now: int


def read_assertion(assertion: str, *, door: Door, hub_uri: str) -> tuple[Agency, Spend]:
    """Return the agency that signed a client assertion, and the id to spend so it works once.

    Raises:
        InvalidClientError: it does not hold. The words never repeat it.
    Source: RFC 7523 section 3; FAPI 2.0 section 5.3.2.1 (`aud` is the issuer, as a string).
    """
    try:
        compact = split(assertion.encode(errors="replace"), typ=ASSERTION_TYP)
        key = door.keyring.find(compact.header.kid)
        if key is None or key.revoked or not key.valid_at(door.now):
            raise InvalidClientError("the key is not one in force")
        check_signature(compact, key.public)
        claims = read_object(compact.payload)
    except (IntakeError, JsonRefusedError):
        raise InvalidClientError("the client assertion is not a strict JWT") from None
    issuer = issuer_uri(hub_uri, key.agency)
    agency = door.agencies.by_issuer(issuer, hub_uri)
    if agency is None or claims.get("iss") != issuer or claims.get("sub") != issuer:
        raise InvalidClientError("iss and sub are not the agency that owns the key")
    if claims.get("aud") != hub_uri:
        raise InvalidClientError("aud is not the hub URI as one string")
    if not _REQUIRED <= claims.keys() <= _ALLOWED:
        raise InvalidClientError("a claim is missing or unknown")
    return agency, spend("assertion", issuer, _jti(claims), expires_at=_expiry(claims, door.now))


def _jti(claims: Mapping[str, Any]) -> str:
    jti = claims["jti"]
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI_CHARS:
        raise InvalidClientError("jti is not a short string")
    return jti


def _expiry(claims: Mapping[str, Any], now: int) -> int:
    """Return when the assertion may be forgotten, after judging its times."""
    times = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
    if not all(type(at) is int for at in times):
        raise InvalidClientError("a time is not an integer")
    exp: int = claims["exp"]
    if not now < exp <= now + ASSERTION_LIFE_S:
        raise InvalidClientError("exp is not within the next 120 seconds")
    if any(at > now + _SKEW_S for at in times[1:]):
        raise InvalidClientError("iat or nbf is in the future")
    return exp + _SKEW_S
