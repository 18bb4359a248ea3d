"""A hub to test the kit against: what it answers, what it gets wrong, and all it saw.

In: requests, checked with joserfc. Out: answers signed with the fake's own key; fake_server
serves them over real HTTP.
Never here: sharing rules. It knows the wire and nothing of safeguarding.
"""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import import_key

from adapters.kit.answers import RECEIPT
from adapters.kit.jws import compact
from adapters.kit.keys import AgencyKey, thumbprint
from adapters.kit.notices import NOTICE
from adapters.kit.receipts import body_digest
from adapters.kit.sign import Json, signing_digest

URI = "https://hub.example"
AGENCY = "northshire-council"
AGENCY_URI = f"{URI}/agencies/{AGENCY}"
TOKEN_LIFE_S = 300
SUBJECT = "7d0f2c52-6f0d-4c43-9a9e-0a5c6a1a2b3c"
PATIENT = {"format": "opaque", "id": SUBJECT}
ALGS = ["Ed25519", "ES256"]


def disclosure_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def notice_id(number: int) -> str:
    return f"10000000-0000-4000-8000-{number:012d}"


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeHub:
    """What the fake holds. `faults[path]` is used up one request at a time."""

    agency_key: AgencyKey
    key: AgencyKey = field(default_factory=AgencyKey.generate)
    url: str = ""
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    accepted: dict[str, tuple[str, str]] = field(default_factory=dict)
    refuse: dict[str, tuple[int, str]] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=lambda: [{"items": [], "next": None}])
    notices: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    faulty: dict[str, Any] = field(default_factory=dict)
    on_accept: Callable[[str], None] = lambda _: None
    pseq: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    proofs: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def sign(self, claims: dict[str, Any], typ: str = "hub-receipt+jwt") -> str:
        header = {"alg": self.key.alg, "kid": self.key.kid, "typ": typ}
        return compact(
            header, {"iss": URI, "aud": AGENCY_URI, "iat": 1, **claims}, self.key
        ).decode()

    def last(self, path: str) -> tuple[dict[str, str], bytes]:
        """Return the headers and the body of the newest request to a path."""
        return next((said, body) for _, at, said, body in reversed(self.requests) if at == path)

    def notify(self, jti: str, /, **changed: Json) -> None:
        claims = {"jti": jti, "sub_id": PATIENT, "events": {NOTICE: {"cause": "item"}}}
        self.notices[jti] = self.sign({**claims, **changed}, "secevent+jwt")

    # Each route returns its answer; `fault` names what is to go wrong with this one.

    def token(self, body: bytes, headers: dict[str, str], fault: str) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        claims = verified(form["client_assertion"], self.agency_key)
        assert claims["iss"] == claims["sub"] == AGENCY_URI
        assert claims["aud"] == URI
        jkt = self.proof(headers["dpop"], "POST", "/oauth2/token", None)
        if fault == "refuse":
            return Answer(401, b'{"error":"invalid_client"}')
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = jkt
        kind = "Bearer" if fault == "bearer" else "DPoP"
        said = {"access_token": token, "token_type": kind, "expires_in": TOKEN_LIFE_S}
        return Answer(200, json.dumps(said).encode())

    def proof(self, proof: str, method: str, path: str, token: str | None) -> str:
        jwk = jws.extract_compact(proof.encode()).headers()["jwk"]
        held = jws.deserialize_compact(proof, import_key(jwk), algorithms=["Ed25519"])
        claims = json.loads(held.payload)
        assert (claims["htm"], claims["htu"]) == (method, self.url + path)
        assert claims["jti"] not in self.proofs, "a proof was used twice"
        self.proofs.add(claims["jti"])
        assert claims.get("ath") == (None if token is None else body_digest(token.encode()))
        return thumbprint(jwk)

    def take(self, token: bytes) -> Answer:
        """Take one event, as the hub's intake would."""
        claims = verified(token.decode(), self.agency_key)
        jti, sd = claims["jti"], signing_digest(token)
        self.seen.append((jti, token))
        if jti in self.refuse:
            status, err = self.refuse[jti]
            return Answer(status, json.dumps({"err": err, "description": "no"}).encode())
        held = self.accepted.get(jti)
        if held is not None and held[0] != sd:
            return Answer(409, b'{"err":"jti_reused","description":"the jti is used"}')
        if held is None:
            position = len(self.accepted) + 1
            receipt = self.sign({"jti": jti, "pos": position, "sd": sd})
            self.accepted[jti] = held = (sd, receipt)
            self.on_accept(jti)
        return Answer(202, b"", {RECEIPT: held[1]})

    def batch(self, body: bytes) -> Answer:
        said: dict[str, Any] = {"ack": [], "setErrs": {}, "receipts": {}}
        for jti, token in json.loads(body)["sets"].items():
            answer = self.take(token.encode())
            if answer.status == 202:
                said["ack"].append(jti)
                said["receipts"][jti] = answer.headers[RECEIPT]
            else:
                said["setErrs"][jti] = json.loads(answer.body)
        return Answer(200, json.dumps(said).encode())

    def poll(self, body: bytes, fault: str) -> Answer:
        asked = json.loads(body)
        for jti in [*asked["ack"], *asked["setErrs"]]:
            self.notices.pop(jti, None)
        self.acknowledged += asked["ack"]
        self.faulty |= asked["setErrs"]
        sets = dict(list(self.notices.items())[: asked["maxEvents"]])
        more = len(self.notices) > len(sets)
        said = {"sets": sets, "moreAvailable": more}
        return self.disclosed(said, 200, fault) if sets else plain(said)

    def receipt(self, jti: str) -> Answer:
        held = self.accepted.get(jti)
        return Answer(404, b"{}") if held is None else plain({"receipt": held[1], "proof": None})

    def disclosed(self, said: Json, status: int, fault: str, outcome: str = "released") -> Answer:
        """Answer with a receipt, numbered; or with one that is wrong in the way `fault` names."""
        body = json.dumps(said).encode()
        with self.lock:
            self.pseq += 2 if fault == "skip_pseq" else 1
            number = self.pseq - (1 if fault == "repeat_pseq" else 0)
            dis = disclosure_id(self.pseq)
        claims = {"jti": dis, "dis": dis, "pseq": number, "bd": body_digest(body)}
        claims |= {"idx": self.pseq, "size": self.pseq + 1}
        wrong: dict[str, dict[str, Json]] = {
            "other_aud": {"aud": f"{URI}/agencies/another"},
            "other_outcome": {"outcome": "refused" if outcome == "released" else "released"},
            "zero_pseq": {"pseq": 0},
            "text_pseq": {"pseq": "1"},
        }
        receipt = self.sign({**claims, "outcome": outcome, **wrong.get(fault, {})})
        if fault == "no_receipt":
            return Answer(status, body)
        if fault == "stranger_key":
            header = {"alg": "Ed25519", "kid": AgencyKey.generate().kid, "typ": "hub-receipt+jwt"}
            receipt = compact(header, claims, self.key).decode()
        return Answer(status, body + b" " if fault == "tampered" else body, {RECEIPT: receipt})


def plain(said: Json) -> Answer:
    return Answer(200, json.dumps(said).encode())


def verified(token: str, key: AgencyKey) -> dict[str, Any]:
    public = import_key(dict(key.public_jwk()))
    claims: dict[str, Any] = json.loads(
        jws.deserialize_compact(token, public, algorithms=ALGS).payload
    )
    return claims
