"""The front door: the one function that turns a stranger's bytes into a Verified event.

In: a compact JWS, the keyring, the register of agencies, the caller and the time. Out: Verified, or
an IntakeError that names the cause. Never here: a fetch, a clock, a second way in.

The order is the defence. Nothing is looked up for a malformed header; nothing signed is parsed
before its signature holds; no claim is believed before the key's owner is the issuer.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from contracts import envelope
from contracts.base import Payload
from contracts.catalogue import PayloadError, UnknownTypeError, read
from contracts.governance import AboutAgency
from hub.intake import jws
from hub.intake.agencies import HUB_SLUG, Agency, AgencyRegister, issuer_uri
from hub.intake.claims import Claims, read_claims
from hub.intake.errors import (
    CallerMismatchError,
    Err,
    IntakeError,
    NotYourEventTypeError,
    TooLargeError,
)
from hub.intake.identifiers import Identifier, identifier
from hub.intake.keyring import Key, KeyNotYoursError, KeyRefusedError, Keyring

MAX_TOKEN_BYTES: Final = envelope.MAX_TOKEN_BYTES
MAX_OWN_BYTES: Final = 1024 * 1024
"""Of what the hub says itself: a release holds the whole text of the law."""
EVENT_TYP: Final = envelope.TYP
_AS_JSON: Final = msgspec.json.Encoder().encode


class Verified(Struct, frozen=True, kw_only=True):
    """An event that an agency certainly signed, with every rule of the envelope kept.

    `signing_digest` is its identity for replays. `toe` is what the agency says: never use it for
    order or for the validity of a key. Its `repr` leaves out what names people.
    """

    iss: str
    agency: str
    jti: str
    type_uri: str
    payload: Payload
    claims: Mapping[str, Any]
    token: bytes
    signing_digest: bytes
    kid: str
    iat: int
    toe: int
    txn: str | None
    identifiers: tuple[Identifier, ...]

    def __repr__(self) -> str:
        return f"Verified(iss={self.iss!r}, jti={self.jti!r}, type_uri={self.type_uri!r})"


def verify(
    token: bytes,
    *,
    keyring: Keyring,
    agencies: AgencyRegister,
    caller: str | None,
    now: int,
    hub_uri: str,
) -> Verified:
    """Return the event in `token`, or refuse it.

    Args:
        token: the request body, as received.
        keyring: which key belongs to whom, at this moment.
        agencies: which agencies there are, and of what kind.
        caller: the slug of the agency whose access token came with it; None only where there is
            no caller, because the hub itself is posting.
        now: seconds since 1970.
        hub_uri: this hub's URI.

    Raises:
        IntakeError: refused; TooLargeError, CallerMismatchError and NotYourEventTypeError are
            its kinds that HTTP answers with a status other than 400.
    Source: RFC 8417; RFC 8935 section 2.4; RFC 8725.
    """
    if len(token) > (MAX_OWN_BYTES if caller is None else MAX_TOKEN_BYTES):
        raise TooLargeError(Err.INVALID_REQUEST, "the token is longer than 48 KiB")
    compact = jws.split(token, typ=EVENT_TYP)
    key = _key(keyring, compact.header.kid)
    jws.check_signature(compact, key.public)
    claims = read_claims(compact.payload, now=now, hub_uri=hub_uri)
    _check_key_time(key, iat=claims.iat)
    _check_issuer(claims, key, caller=caller, hub_uri=hub_uri)
    payload = _payload(claims, _agency(agencies, key.agency))
    _check_governance(payload, claims, keyring=keyring, by=key.agency, now=now)
    return Verified(
        iss=claims.iss,
        agency=key.agency,
        jti=claims.jti,
        type_uri=claims.type_uri,
        payload=payload,
        claims=claims.all,
        token=token,
        signing_digest=compact.digest,
        kid=compact.header.kid,
        iat=claims.iat,
        toe=claims.toe,
        txn=claims.txn,
        identifiers=claims.identifiers,
    )


def _key(keyring: Keyring, kid: str) -> Key:
    key = keyring.find(kid)
    if key is None:
        raise IntakeError(Err.INVALID_KEY, "no agency has registered this key")
    return key


def _check_key_time(key: Key, *, iat: int) -> None:
    """Judge the key at signing time and at receipt, never at `toe`.

    A revoked key is refused even with an `iat` from before: whoever stole it can write any `iat`.
    """
    if key.revoked:
        raise IntakeError(Err.INVALID_KEY, "the key is revoked")
    if not key.valid_at(iat):
        raise IntakeError(Err.INVALID_KEY, "the key was not in force at iat")


def _check_issuer(claims: Claims, key: Key, *, caller: str | None, hub_uri: str) -> None:
    if claims.iss != issuer_uri(hub_uri, key.agency):
        raise IntakeError(Err.INVALID_ISSUER, "iss is not the agency that owns the key")
    if caller is not None and caller != key.agency:
        raise CallerMismatchError(
            Err.INVALID_ISSUER, "iss is not the agency that the access token was issued to"
        )
    _check_custody(claims, key)


def _check_custody(claims: Claims, key: Key) -> None:
    """Hold the mark to the truth: what the hub signed says so, and nothing else may say it.

    Else an agency could sign something with its own key and lay it at the hub's door.
    """
    if key.held and claims.act is None:
        raise IntakeError(Err.INVALID_REQUEST, "act is missing: the hub holds this key")
    if claims.act is not None and not key.held:
        raise IntakeError(Err.INVALID_REQUEST, "act is only for a key that the hub holds")


def _agency(agencies: AgencyRegister, slug: str) -> Agency:
    agency = agencies.find(slug)
    if agency is None:
        raise IntakeError(Err.INVALID_ISSUER, "the issuer is not a registered agency")
    return agency


def _payload(claims: Claims, poster: Agency) -> Payload:
    """Read the event's content by the contract of its type, if its poster may post that type."""
    # Written again rather than cut out of the token: the contracts read JSON, and this text has
    # exactly the members the strict reader saw.
    content = _AS_JSON(claims.content)
    try:
        payload = read(claims.type_uri, content)
    except UnknownTypeError:
        raise IntakeError(Err.INVALID_REQUEST, "the event type is not in the catalogue") from None
    except PayloadError as refusal:
        raise IntakeError(Err.INVALID_REQUEST, f"the event is refused: {refusal}") from None
    if payload.HUB_ONLY and poster.slug != HUB_SLUG:
        raise NotYourEventTypeError(Err.ACCESS_DENIED, "only the hub posts events of this type")
    if payload.POSTERS is not None and poster.kind not in payload.POSTERS:
        raise NotYourEventTypeError(
            Err.ACCESS_DENIED, "this kind of agency does not post events of this type"
        )
    return payload


def _check_governance(
    payload: Payload, claims: Claims, *, keyring: Keyring, by: str, now: int
) -> None:
    """Refuse an event about an agency that names another subject, or a key it may not change."""
    if not isinstance(payload, AboutAgency):
        return
    if claims.identifiers != (identifier("agency", payload.agency),):
        raise IntakeError(Err.INVALID_REQUEST, "sub_id is not the agency that the event is about")
    try:
        keyring.refuse_change(payload, by=by, now=now)
    except KeyNotYoursError as refusal:
        raise NotYourEventTypeError(Err.ACCESS_DENIED, str(refusal)) from None
    except KeyRefusedError as refusal:
        raise IntakeError(Err.INVALID_REQUEST, f"the key is refused: {refusal}") from None
