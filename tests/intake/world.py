"""A small signed world: agencies with keys, and tokens spelled byte by byte.

Signs with `cryptography` alone, so that what the hub verifies was never made by the hub's code.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from contracts.base import HUB_TYPES, Payload
from contracts.governance import AgencyRegistered, Jwk, KeyHeld, KeyRegistered, KeyRevoked
from hub.intake.agencies import AgencyRegister
from hub.intake.keyring import Keyring
from hub.intake.verify import Verified, verify

Anything: TypeAlias = Any
"""What a test may put where a sound value belongs."""

HUB = "https://hub.example"
NOW = 1_790_000_000
DAY = 24 * 60 * 60
JTI = "0190a7f2-5f2e-7c3a-8b1d-6f0e5a4c3b2a"
SUBJECT = "3f8e1c52-6f0b-4d0a-9a77-0d7f6f1f5f11"
CONCERN = f"{HUB_TYPES}/concern-raised/v1"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
OFFICERS = ("officer-1", "officer-2")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def spelled(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Agent:
    """Someone with a key. `number` makes the key, so every run has the same ones."""

    slug: str
    alg: str
    number: int

    @property
    def _ed(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.number.to_bytes(32, "big"))

    @property
    def _ec(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.number, ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        if self.alg == "Ed25519":
            return {
                "crv": "Ed25519",
                "kty": "OKP",
                "x": b64(self._ed.public_key().public_bytes_raw()),
            }
        point = self._ec.public_key().public_numbers()
        return {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(point.x.to_bytes(32, "big")),
            "y": b64(point.y.to_bytes(32, "big")),
        }

    @property
    def kid(self) -> str:
        return b64(hashlib.sha256(spelled(self.jwk)).digest())

    @property
    def iss(self) -> str:
        return HUB if self.slug == "hub" else f"{HUB}/agencies/{self.slug}"

    def sign(self, message: bytes) -> bytes:
        if self.alg == "Ed25519":
            return self._ed.sign(message)
        r, s = decode_dss_signature(self._ec.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def seal(self, header: bytes, payload: bytes) -> bytes:
        """Sign any two byte strings, sound or not."""
        signing_input = f"{b64(header)}.{b64(payload)}".encode()
        return signing_input + b"." + b64(self.sign(signing_input)).encode()


COUNCIL = Agent("council-a", "Ed25519", 101)
POLICE = Agent("police-b", "ES256", 102)
REVOKED = Agent("council-a", "Ed25519", 103)
FUTURE = Agent("council-a", "Ed25519", 104)
EXPIRED = Agent("council-a", "ES256", 105)
STRANGER = Agent("council-a", "Ed25519", 106)
HUB_AGENT = Agent("hub", "Ed25519", 107)
HELD = Agent("council-a", "Ed25519", 108)
"""The hub holds this one's key, and signs on the council's behalf."""


def registered(agent: Agent, *, nbf: int = NOW - 30 * DAY, exp: int = NOW + 300 * DAY) -> Payload:
    jwk = Jwk.model_validate({**agent.jwk, "alg": agent.alg})
    return KeyRegistered(
        agency=agent.slug, kid=agent.kid, jwk=jwk, nbf=nbf, exp=exp, approved_by=OFFICERS
    )


def agency(slug: str, kind: str, *, scopes: tuple[str, ...] = ("events", "read")) -> Payload:
    return AgencyRegistered.model_validate(
        {
            "agency": slug,
            "name": slug,
            "kind": kind,
            "prevent_specified": "yes",
            "public_authority": "yes",
            "scopes": scopes,
            "approved_by": OFFICERS,
        }
    )


KEYRING = Keyring.empty().apply_all(
    (
        (registered(HUB_AGENT), NOW - 30 * DAY),
        (registered(COUNCIL), NOW - 30 * DAY),
        (registered(POLICE), NOW - 30 * DAY),
        (registered(REVOKED), NOW - 30 * DAY),
        (registered(FUTURE, nbf=NOW + 3600), NOW - DAY),
        (registered(EXPIRED, exp=NOW - 10), NOW - 30 * DAY),
        (KeyRevoked(agency="council-a", kid=REVOKED.kid, reason="lost"), NOW - 100),
        (KeyHeld(agency="council-a", kid=HELD.kid, asked_by="admin-1"), NOW - DAY),
        (registered(HELD), NOW - DAY),
    )
)
AGENCIES = AgencyRegister.empty().apply_all(
    (agency("council-a", "council"), agency("police-b", "police"))
)


def header(agent: Agent, **changes: Anything) -> dict[str, Any]:
    """A sound header; `name=...` (three dots) leaves that member out."""
    return _with({"alg": agent.alg, "kid": agent.kid, "typ": "secevent+jwt"}, changes)


def claims(agent: Agent, **changes: Anything) -> dict[str, Any]:
    """Sound claims; `name=...` (three dots) leaves that claim out."""
    sound = {
        "iss": agent.iss,
        "aud": HUB,
        "iat": NOW,
        "toe": NOW - DAY,
        "jti": JTI,
        "sub_id": {"format": "opaque", "id": SUBJECT},
        "events": {CONCERN: {"about": "adult", "at_risk": "yes", "harm": "seen on the ward"}},
    }
    return _with(sound, changes)


def token(agent: Agent = COUNCIL, **changes: Anything) -> bytes:
    """A sound token, or one with changed claims."""
    return agent.seal(spelled(header(agent)), spelled(claims(agent, **changes)))


def check(token: bytes, *, caller: str | None = None, now: int = NOW) -> Verified:
    """Put a token through the front door of this world."""
    return verify(token, keyring=KEYRING, agencies=AGENCIES, caller=caller, now=now, hub_uri=HUB)


def _with(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not ...}
