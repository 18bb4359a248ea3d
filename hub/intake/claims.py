"""Read the claims of an event whose signature already holds, by the table of the envelope.

In: the signed payload bytes, the time, the hub's URI. Out: Claims. Never here: trust. Whether the
key may speak for `iss`, and whether the event's content fits its type, is judged in verify.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from contracts.envelope import (
    ACTOR,
    IAT_FUTURE_S,
    IAT_PAST_S,
    MAX_TXN_CHARS,
    OPTIONAL_CLAIMS,
    REQUIRED_CLAIMS,
)
from hub.intake.errors import Err, IntakeError
from hub.intake.identifiers import Identifier, IdentifierRefusedError, read_sub_id
from hub.intake.jsonstrict import JsonRefusedError, read_object

EARLIEST_TOE: Final = -2_208_988_800  # 1900-01-01: older than anyone's abuse, newer than overflow

_ALLOWED: Final = REQUIRED_CLAIMS | OPTIONAL_CLAIMS
_JTI: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


_ACTOR: Final = re.compile(ACTOR)


class Claims(Struct, frozen=True, kw_only=True):
    """What an event says, in the envelope's words. Its `repr` leaves out what names people."""

    iss: str
    jti: str
    iat: int
    toe: int
    txn: str | None
    act: str | None
    """The officer for whom the hub signed, with a key that it holds on the issuer's behalf."""
    identifiers: tuple[Identifier, ...]
    type_uri: str
    content: Mapping[str, Any]
    all: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Claims(iss={self.iss!r}, jti={self.jti!r}, type_uri={self.type_uri!r})"


def read_claims(payload: bytes, *, now: int, hub_uri: str) -> Claims:
    """Return the claims in `payload`.

    Args:
        payload: the middle part of the token, decoded.
        now: seconds since 1970.
        hub_uri: the only audience an event may have.

    Raises:
        IntakeError: invalid_audience, invalid_issuer or invalid_request.
    Source: RFC 8417 section 2.2; RFC 8693 section 4.1; RFC 9493.
    """
    try:
        claims = read_object(payload)
    except JsonRefusedError as refusal:
        raise IntakeError(Err.INVALID_REQUEST, f"the claims are refused: {refusal}") from None
    if claims.get("aud") != hub_uri:
        raise IntakeError(Err.INVALID_AUDIENCE, "aud is not this hub's URI as one string")
    if not REQUIRED_CLAIMS <= claims.keys() <= _ALLOWED:
        raise IntakeError(Err.INVALID_REQUEST, "a claim is missing or unknown")
    if not isinstance(claims["iss"], str):
        raise IntakeError(Err.INVALID_ISSUER, "iss is not a string")
    iat, toe = _times(claims, now)
    type_uri, content = _event(claims["events"])
    return Claims(
        iss=claims["iss"],
        jti=_jti(claims["jti"]),
        iat=iat,
        toe=toe,
        txn=_txn(claims),
        act=_act(claims, hub_uri),
        identifiers=_identifiers(claims["sub_id"]),
        type_uri=type_uri,
        content=content,
        all=MappingProxyType(claims),
    )


def _times(claims: Mapping[str, Any], now: int) -> tuple[int, int]:
    """Judge when it was signed and when it happened. `toe` may be decades ago; `iat` may not."""
    iat, toe = claims["iat"], claims["toe"]
    # `type() is`, because True is an int to isinstance.
    if type(iat) is not int or type(toe) is not int:
        raise IntakeError(Err.INVALID_REQUEST, "iat and toe are integers, in seconds")
    if not now - IAT_PAST_S <= iat <= now + IAT_FUTURE_S:
        raise IntakeError(Err.INVALID_REQUEST, "iat is too far from the hub's clock: sign again")
    if not EARLIEST_TOE <= toe <= iat + IAT_FUTURE_S:
        raise IntakeError(Err.INVALID_REQUEST, "toe is after iat, or before 1900")
    return iat, toe


def _jti(jti: object) -> str:
    if not isinstance(jti, str) or _JTI.fullmatch(jti) is None:
        raise IntakeError(Err.INVALID_REQUEST, "jti is not a lower-case UUID of version 4 or 7")
    return jti


def _txn(claims: Mapping[str, Any]) -> str | None:
    if "txn" not in claims:
        return None
    txn = claims["txn"]
    if not isinstance(txn, str) or not 1 <= len(txn) <= MAX_TXN_CHARS:
        raise IntakeError(Err.INVALID_REQUEST, f"txn is not 1 to {MAX_TXN_CHARS} characters")
    return txn


def _act(claims: Mapping[str, Any], hub_uri: str) -> str | None:
    if "act" not in claims:
        return None
    match claims["act"]:
        case {"iss": str(iss), "sub": str(sub), **rest} if not rest:
            if iss == hub_uri and _ACTOR.fullmatch(sub) is not None:
                return sub
    raise IntakeError(Err.INVALID_REQUEST, "act is not this hub's URI and an officer's id")


def _identifiers(sub_id: object) -> tuple[Identifier, ...]:
    try:
        return read_sub_id(sub_id)
    except IdentifierRefusedError as refusal:
        raise IntakeError(Err.INVALID_REQUEST, f"sub_id is refused: {refusal}") from None


def _event(events: object) -> tuple[str, Mapping[str, Any]]:
    match events:
        case dict() if len(events) == 1:
            ((type_uri, content),) = events.items()
            if isinstance(content, dict):
                return type_uri, content
    raise IntakeError(Err.INVALID_REQUEST, "events is not exactly one type with its object")
