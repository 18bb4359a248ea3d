"""Golden vectors, the bad ones: tokens that must be refused, each with the code and the reason.

In: golden's keys and claims.
Out: bad.
Never here: what depends on a keyring's state or on a replay; those are tests of the hub.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from contracts.base import Payload, type_uri
from contracts.concern import ConcernRaised
from contracts.consent import ConsentGiven
from contracts.examples import START
from contracts.golden import (
    HUB,
    AgencyKey,
    Json,
    claims_of,
    compact,
    header_of,
    segment,
    sign,
    signer_of,
)
from contracts.governance import AgencyRegistered, KeyRegistered
from contracts.telling import NoticeDeferred

_KEY: Final = signer_of(ConcernRaised)
_OTHER: Final = AgencyKey("provider-a", "Ed25519")
_ES256: Final = AgencyKey("council-a", "ES256")
_URI: Final = ConcernRaised.TYPE
_JTI: Final = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"

Row = tuple[str, str, str, Json | bytes]

# name, code, reason, header
HEADERS: Final[tuple[tuple[str, str, str, Json], ...]] = (
    ("header-typ-jwt", "invalid_request", "typ is not secevent+jwt", {"typ": "JWT"}),
    ("header-crit", "invalid_request", "a member other than alg, kid, typ", {"crit": ["alg"]}),
    ("header-crit-null", "invalid_request", "a member other than alg, kid, typ", {"crit": None}),
    ("header-b64", "invalid_request", "a member other than alg, kid, typ", {"b64": False}),
    ("header-jwk", "invalid_request", "the key is never taken from the token", {"jwk": _KEY.jwk}),
    ("header-jku", "invalid_request", "the hub fetches nothing", {"jku": f"{HUB}/jwks"}),
    ("header-alg-none", "invalid_key", "the algorithm is not accepted", {"alg": "none"}),
    ("header-alg-eddsa", "invalid_key", "the name is Ed25519 (RFC 9864)", {"alg": "EdDSA"}),
    ("header-alg-hs256", "invalid_key", "the algorithm is not accepted", {"alg": "HS256"}),
    ("header-alg-other", "invalid_key", "not the algorithm of the key", {"alg": "ES256"}),
    ("header-kid-path", "invalid_key", "not a thumbprint", {"kid": "../../etc/passwd"}),
    ("header-kid-unknown", "invalid_key", "no such key", {"kid": "A" * 43}),
)
# name, code, reason, claims
CLAIMS: Final[tuple[tuple[str, str, str, Json], ...]] = (
    ("iss-other", "invalid_issuer", "iss is not the key's owner", {"iss": _OTHER.issuer}),
    ("aud-other", "invalid_audience", "aud is another hub", {"aud": "https://other.example"}),
    ("aud-array", "invalid_audience", "aud is one string", {"aud": [HUB]}),
    ("exp", "invalid_request", "a statement of fact does not expire", {"exp": START + 60}),
    ("sub", "invalid_request", "sub_id says who, sub is not used", {"sub": "someone"}),
    ("iat-old", "invalid_request", "signed more than 300 s ago", {"iat": START - 301}),
    ("iat-ahead", "invalid_request", "signed more than 60 s ahead", {"iat": START + 61}),
    ("iat-text", "invalid_request", "iat is an integer", {"iat": str(START)}),
    ("iat-true", "invalid_request", "iat is an integer", {"iat": True}),
    ("toe-ahead", "invalid_request", "it has not happened yet", {"toe": START + 3600}),
    ("jti-upper", "invalid_request", "jti is in lower case", {"jti": _JTI.upper()}),
    ("jti-v1", "invalid_request", "a UUID of version 1", {"jti": _JTI.replace("-7", "-1")}),
    ("txn-long", "invalid_request", "txn has at most 64 characters", {"txn": "t" * 65}),
    ("sub-id-email", "invalid_request", "format not accepted", {"sub_id": {"format": "email"}}),
    (
        "sub-id-crime",
        "invalid_request",
        "a crime is not a subject",
        {"sub_id": {"format": "uri", "uri": "urn:police:crimeref:1"}},
    ),
    (
        "sub-id-check-digit",
        "invalid_request",
        "the NHS number has a wrong check digit",
        {"sub_id": {"format": "uri", "uri": "urn:nhs:number:9990000019"}},
    ),
    ("events-none", "invalid_request", "exactly one event", {"events": {}}),
    (
        "events-two",
        "invalid_request",
        "exactly one event",
        {"events": {_URI: {"about": "adult"}, type_uri("death"): {"about": "adult"}}},
    ),
    (
        "type-unknown",
        "invalid_request",
        "no such event type",
        {"events": {type_uri("concern-raised", 99): {"about": "adult"}}},
    ),
)
# name, type, reason, what differs from the type's example (`...` leaves the field out)
PAYLOADS: Final[tuple[tuple[str, type[Payload], str, Mapping[str, Any]], ...]] = (
    ("member-unknown", ConcernRaised, "no such field", {"note": "x"}),
    ("member-missing", ConcernRaised, "about is required", {"about": ...}),
    ("kind-unknown", ConcernRaised, "not one of the kinds", {"about": "dog"}),
    ("code-unknown", ConcernRaised, "not a SAC label", {"types": ["Physical"]}),
    ("code-number", ConcernRaised, "a label, not a number", {"types": [1]}),
    ("yes-as-true", ConcernRaised, "yes or no, not true", {"at_risk": True}),
    ("text-empty", ConcernRaised, "leave it out instead", {"narrative": ""}),
    ("text-long", ConcernRaised, "at most 8,000 characters", {"narrative": "x" * 8001}),
    ("array-as-text", ConcernRaised, "an array", {"addressed_to": "police-a"}),
    ("slug-upper", ConcernRaised, "not a slug", {"addressed_to": ["Police-A"]}),
    ("recipients-none", ConsentGiven, "at least one", {"recipients": []}),
    ("days-zero", ConsentGiven, "from one day", {"lasts_days": 0}),
    ("days-text", ConsentGiven, "an integer", {"lasts_days": "30"}),
    ("day-form", NoticeDeferred, "a day as YYYY-MM-DD", {"review_on": "31/01/2026"}),
    ("day-month-13", NoticeDeferred, "no such month", {"review_on": "2026-13-01"}),
    ("officer-alone", AgencyRegistered, "two officers", {"approved_by": ["o-1"]}),
    ("officer-twice", AgencyRegistered, "two officers", {"approved_by": ["o-1", "o-1"]}),
    ("key-officer-alone", KeyRegistered, "none or two", {"approved_by": ["o-1"]}),
    ("key-private", KeyRegistered, "no such field", {"jwk": {**_KEY.jwk, "d": "A" * 43}}),
)


@cache
def bad() -> Mapping[str, Json]:
    """Return every bad vector, by the stem of its file."""
    return {
        vector["name"]: vector for vector in (*_headers(), *_bodies(), *_claims(), *_payloads())
    }


def _headers() -> Iterator[Json]:
    claims = claims_of(ConcernRaised, _KEY)
    for name, err, why, change in HEADERS:
        yield _vector(name, "header", err, why, sign(_KEY, {**header_of(_KEY), **change}, claims))
    twice = compact(header_of(_KEY)).replace(b"{", b'{"alg":"none",', 1)
    token = sign(_KEY, twice, claims)
    yield _vector("header-alg-twice", "header", "invalid_request", "a member twice", token)


def _bodies() -> Iterator[Json]:
    """Yield tokens whose claims would do, in a form or with a signature that will not."""
    claims = claims_of(ConcernRaised, _KEY)
    token = sign(_KEY, header_of(_KEY), claims)
    head, body, signature = token.split(".")
    other = f"{head}.{segment(compact({**claims, 'toe': 0}))}.{signature}"
    theirs = sign(_OTHER, header_of(_KEY), claims)
    der = segment(b"\x30\x44" + b"\x01" * 68)
    rows: tuple[tuple[str, str, str, str], ...] = (
        ("signature-none", "invalid_key", "no signature", f"{head}.{body}."),
        ("signature-other-body", "invalid_key", "signed something else", other),
        ("signature-other-key", "invalid_key", "another's key", theirs),
        ("signature-der", "invalid_key", "DER, not 64 bytes", _es256(claims, der)),
        ("signature-zero", "invalid_key", "r and s are zero", _es256(claims, segment(bytes(64)))),
        ("parts-four", "invalid_request", "not three parts", f"{token}.{signature}"),
        ("padding", "invalid_request", "base64url has no padding", f"{token}="),
        ("newline", "invalid_request", "no white space", f"{token}\n"),
    )
    for name, err, why, made in rows:
        yield _vector(name, "token", err, why, made)


def _claims() -> Iterator[Json]:
    claims = claims_of(ConcernRaised, _KEY)
    for name, err, why, change in CLAIMS:
        token = sign(_KEY, header_of(_KEY), {**claims, **change})
        yield _vector(name, "claims", err, why, token)


def _bytes() -> Iterator[Json]:
    """Yield tokens whose signature holds over JSON that is not strict."""
    body = compact(claims_of(ConcernRaised, _KEY))
    about, about_twice = b'{"about"', b'{"about":"adult","about"'
    iat, toe = b'"iat":1767225600', b'"toe":1767222000'
    deep = b"[" * 20 + b"]" * 20
    rows = (
        ("iss-twice", "a member twice", body.replace(b"{", b'{"iss":"x",', 1)),
        (
            "about-twice",
            "a member twice, nested",
            body.replace(about, about_twice),
        ),
        ("iat-float", "no floats", body.replace(iat, iat + b".0")),
        ("iat-nan", "not JSON", body.replace(iat, b'"iat":NaN')),
        (
            "int-2-53",
            "integers below 2^53",
            body.replace(toe, b'"toe":-9007199254740992'),
        ),
        ("deep", "at most 16 levels", body.replace(b'"example-1"', deep)),
        ("bom", "no byte order mark", b"\xef\xbb\xbf" + body),
        ("utf-16", "UTF-8 only", body.decode().encode("utf-16")),
        ("nul", "no NUL in a string", body.replace(b"example-1", b"example\\u0000")),
        ("surrogate", "a lone surrogate", body.replace(b"example-1", b"example\\ud800")),
        ("nfd", "strings are NFC", body.replace(b"example-1", "e\u0301".encode())),
    )
    for name, why, text in rows:
        token = sign(_KEY, header_of(_KEY), text)  # a valid signature: only the JSON is at fault
        yield _vector(name, "json", "invalid_request", why, token)


def _payloads() -> Iterator[Json]:
    for name, kind, why, change in PAYLOADS:
        key = signer_of(kind)
        claims = claims_of(kind, key)
        changed = {**claims["events"][kind.TYPE], **change}
        payload = {field: value for field, value in changed.items() if value is not ...}
        claims["events"] = {kind.TYPE: payload}
        token = sign(key, header_of(key), claims)
        yield {**_vector(f"payload-{name}", "payload", "invalid_request", why, token, key=key)} | {
            "type": kind.TYPE,
            "payload": payload,
        }


def _es256(claims: Json, signature: str) -> str:
    signed = sign(_ES256, header_of(_ES256), claims)
    return f"{signed.rsplit('.', 1)[0]}.{signature}"


def _vector(
    name: str, fault: str, err: str, why: str, token: str, *, key: AgencyKey = _KEY
) -> Json:
    return {
        "name": name,
        "fault": fault,
        "err": err,
        "why": why,
        "signed_by": key.slug,
        "received_at": START,
        "token": token,
    }
