"""Golden vectors, the good ones: one signed event of each type, byte for byte always the same.

In: the catalogue and its examples; `cryptography` to sign.
Out: good, agencies, claims_of, signer_of, sign; HUB and AgencyKey.
Never here: a key that opens anything. Each is derived from its agency's made-up name.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from contracts.base import Payload
from contracts.catalogue import EVENT_TYPES
from contracts.envelope import TYP
from contracts.examples import NHS_NUMBER, START, example, uuid_of
from contracts.governance import AboutAgency, Jwk
from contracts.publish import file_name
from contracts.subject import AGENCY_KINDS

Json = dict[str, Any]

HUB: Final = "https://hub.example"
SUBJECTS: Final = {
    "adult": f"urn:nhs:number:{NHS_NUMBER}",
    "child": f"urn:nhs:number:{NHS_NUMBER}",
    "setting": "urn:cqc:location:1-1000001",
    "professional": "urn:nmc:pin:99X0001E",
    "alleged_perpetrator": "urn:hub:ref:police-a:AP-0001",
}
ALSO_ES256: Final = ("concern-raised-v1", "hold-v1", "key-registered-v1")
"""The types that come a second time, signed with the other algorithm."""


@dataclass(frozen=True)
class AgencyKey:
    """A made-up agency's signing key."""

    slug: str
    alg: Literal["Ed25519", "ES256"]

    @property
    def issuer(self) -> str:
        """The agency's `iss`."""
        return HUB if self.slug == "hub" else f"{HUB}/agencies/{self.slug}"

    @property
    def jwk(self) -> Json:
        """The public key, as a KeyRegistered event carries it."""
        if self.alg == "Ed25519":
            x = segment(self._ed25519().public_key().public_bytes_raw())
            return {"crv": "Ed25519", "kty": "OKP", "x": x, "alg": self.alg, "use": "sig"}
        point = self._p256().public_key().public_numbers()
        x, y = (segment(number.to_bytes(32, "big")) for number in (point.x, point.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y, "alg": self.alg, "use": "sig"}

    @property
    def kid(self) -> str:
        """The key's thumbprint."""
        return Jwk.model_validate(self.jwk).thumbprint()

    def signature(self, message: bytes) -> bytes:
        """Return the 64 bytes; ES256 with the nonce of RFC 6979, so that files stay the same."""
        if self.alg == "Ed25519":
            return self._ed25519().sign(message)
        once = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._p256().sign(message, once))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _seed(self) -> bytes:
        return hashlib.sha256(f"made-up key of {self.slug}, {self.alg}".encode()).digest()

    def _ed25519(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self._seed())

    def _p256(self) -> ec.EllipticCurvePrivateKey:
        # A hash is below the curve's order but for one chance in 2^32, and these are fixed.
        return ec.derive_private_key(int.from_bytes(self._seed(), "big"), ec.SECP256R1())


def segment(part: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def header_of(key: AgencyKey) -> Json:
    """Return the only header there is."""
    return {"alg": key.alg, "kid": key.kid, "typ": TYP}


def sign(key: AgencyKey, header: Json | bytes, claims: Json | bytes) -> str:
    """Return a compact JWS. Bytes are taken as they are, so that bad ones can be made."""
    parts = [part if isinstance(part, bytes) else compact(part) for part in (header, claims)]
    signing_input = ".".join(segment(part) for part in parts)
    return f"{signing_input}.{segment(key.signature(signing_input.encode()))}"


def compact(value: Mapping[str, Any]) -> bytes:
    """Return JSON without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def signer_of(kind: type[Payload], alg: Literal["Ed25519", "ES256"] = "Ed25519") -> AgencyKey:
    """Return the key of an agency that may post this type."""
    if kind.HUB_ONLY or issubclass(kind, AboutAgency):
        return AgencyKey("hub", alg)
    poster = "council" if kind.POSTERS is None else min(kind.POSTERS)
    return AgencyKey(_slug(poster), alg)


def claims_of(kind: type[Payload], key: AgencyKey) -> Json:
    """Return the claims of one example event."""
    payload = example(kind)
    about = payload["about"]
    uri = f"urn:hub:agency:{payload['agency']}" if about == "agency" else SUBJECTS[about]
    return {
        "iss": key.issuer,
        "aud": HUB,
        "iat": START,
        "toe": START - 3600,
        "jti": uuid_of(f"{kind.TYPE} {key.alg}"),
        "txn": "example-1",
        "sub_id": {"format": "uri", "uri": uri},
        "events": {kind.TYPE: payload},
    }


@cache
def good() -> Mapping[str, Json]:
    """Return every good vector, by the stem of its file."""
    vectors = {}
    for uri, kind in EVENT_TYPES.items():
        stem = file_name(uri)
        vectors[stem] = _vector(kind, signer_of(kind))
        if stem in ALSO_ES256:
            vectors[f"{stem}-es256"] = _vector(kind, signer_of(kind, "ES256"))
    return vectors


def agencies() -> Iterator[Json]:
    """Yield every made-up agency with its keys, so that a reader can build a keyring."""
    for kind in AGENCY_KINDS:
        keys = (AgencyKey(_slug(kind), "Ed25519"), AgencyKey(_slug(kind), "ES256"))
        yield {
            "slug": keys[0].slug,
            "kind": kind,
            "iss": keys[0].issuer,
            "keys": [{"kid": key.kid, "jwk": key.jwk} for key in keys],
        }


def _vector(kind: type[Payload], key: AgencyKey) -> Json:
    claims = claims_of(kind, key)
    return {
        "type": kind.TYPE,
        "signed_by": key.slug,
        "received_at": START,
        "jwk": key.jwk,
        "claims": claims,
        "token": sign(key, header_of(key), claims),
    }


def _slug(kind: str) -> str:
    return kind if kind in {"hub", "cqc"} else f"{kind.replace('_', '-')}-a"
