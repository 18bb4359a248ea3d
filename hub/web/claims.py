"""Judges what an identity provider says of a person, once its signature is known to hold.

In: verified claims, what they must say, the time. Out: a Person or a Logout, or SignInError.
Never here: I/O, a signature, a claim repeated in an error.

Source: OpenID Connect Core 1.0 section 3.1.3.7; Back-Channel Logout 1.0 section 2.6.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken

from hub.intake import encoding

LEEWAY_S: Final = 60
LOGOUT_AGE_S: Final = 120
_USER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


class SignInError(Exception):
    """Somebody is not let in. Says why, in words that hold nothing of what was sent."""


class ProviderError(Exception):
    """The identity provider does not answer, or not as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A sign-in that was begun: what must come back with it, and where it was going."""

    state: str
    nonce: str
    verifier: str
    to: str
    max_age_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who signed in, as the provider says. `user` is the opaque id that the register will hold."""

    issuer: str
    sub: str
    sid: str | None
    user: str
    agency: str
    roles: frozenset[str]
    auth_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout:
    """What the provider says has ended: one session, or all of a person's."""

    sub: str | None
    sid: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What claims must say: of whom, to whom, and by which names they tell agency and roles."""

    issuer: str
    client_id: str
    agency_claim: str
    roles_claim: str


def person_of(claims: dict[str, Any], expected: Expected, attempt: Attempt, now: int) -> Person:
    """Return who an ID token says signed in.

    Raises:
        SignInError: it is not for this hub or this attempt, or says too little.
    """
    told = CodeIDToken(
        claims,
        {"alg": "ES256"},
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={
            "nonce": attempt.nonce,
            "client_id": expected.client_id,
            "max_age": attempt.max_age_s,
        },
    )
    try:
        told.validate(now=now, leeway=LEEWAY_S)
    except Exception:  # noqa: BLE001 - authlib's own kinds of error; each says no
        raise SignInError("what the identity provider says does not hold") from None
    at = int(claims.get("auth_time", claims["iat"]))
    if attempt.max_age_s is not None and now - at > attempt.max_age_s + LEEWAY_S:
        raise SignInError("the identity provider did not ask you again")
    agency, roles, sid = (
        claims.get(name) for name in (expected.agency_claim, expected.roles_claim, "sid")
    )
    if not isinstance(agency, str) or not _SLUG.fullmatch(agency):
        raise SignInError("the identity provider does not say which agency you are of")
    return Person(
        issuer=expected.issuer,
        sub=str(claims["sub"]),
        sid=sid if isinstance(sid, str) else None,
        user=opaque(str(claims["sub"])),
        agency=agency,
        roles=frozenset(r for r in _as_list(roles) if isinstance(r, str)),
        auth_time=at,
    )


def logout_of(claims: Mapping[str, Any], expected: Expected, now: int) -> Logout:
    """Return whose sessions a logout token ends.

    Raises:
        SignInError: it is no such token of this provider for this hub.
    """
    iat, events = claims.get("iat"), claims.get("events")
    fits = (
        claims.get("iss") == expected.issuer
        and expected.client_id in _as_list(claims.get("aud"))
        and isinstance(iat, int)
        and abs(now - iat) <= LOGOUT_AGE_S
        and isinstance(events, dict)
        and _LOGOUT_EVENT in events
    )
    named = claims.get("sub") or claims.get("sid")
    if not fits or not named or "nonce" in claims:
        raise SignInError("not a logout token for this hub")
    return Logout(sub=claims.get("sub"), sid=claims.get("sid"))


def opaque(sub: str) -> str:
    """Return the officer's id for the register: `sub` itself, or its digest where it is no id."""
    if _USER.fullmatch(sub):
        return sub
    return encoding.encode(hashlib.sha256(sub.encode()).digest()).decode()[:32]


def _as_list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
