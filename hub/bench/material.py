"""Signed events and signed-in requests, made before the clock starts.

In: an agency's key, the time, a count. Out: tokens, and whole HTTP requests as bytes.
Never here: a real person. NHS numbers are from the range kept for tests.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from adapters.kit import AgencyKey, Edge, sign_event, urn
from adapters.kit.tokens import ASSERTION_TYPE, DpopKey, client_assertion
from contracts.base import Payload
from contracts.concern import ConcernRaised
from hub.bench.processes import BenchError
from hub.bench.stage import Stage
from hub.intake.agencies import issuer_uri

EVENT_BYTES = 1_500
WAIT_S = 30.0
JSON_BODY = {"Content-Type": "application/json"}
_NARRATIVE = "Seen at home with a carer; the account given of the bruise has changed twice. "
_FIRST_NUMBER = 999_000_000
_MODULUS = 11
_TEN = 10


@dataclass(frozen=True, slots=True)
class Author:
    """An agency that signs events."""

    slug: str
    key: AgencyKey
    hub_uri: str
    edge: Edge

    def event(self, payload: Payload, nhs_number: str) -> tuple[str, bytes]:
        """Return the jti and the signed token of an event about somebody, which happened now."""
        jti, now = self.edge.new_id(), int(self.edge.now())
        token = sign_event(
            payload,
            urn(f"urn:nhs:number:{nhs_number}"),
            key=self.key,
            issuer=issuer_uri(self.hub_uri, self.slug),
            audience=self.hub_uri,
            iat=now,
            toe=now,
            jti=jti,
        )
        return jti, token


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in agency: its access token and the key that the token is bound to."""

    stage: Stage
    token: str
    dpop: DpopKey

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        under: str = "",
        query: str = "",
    ) -> bytes:
        """Return one whole request with a proof of its own, good for a minute.

        `under` is a prefix the request is sent below, and `query` stands after the path, from its
        question mark on; a proof names neither (RFC 9449 section 4.2).
        """
        settings = self.stage.settings
        lines = {
            "Host": f"{settings.host}:{settings.port}",
            "Content-Length": str(len(body)),
            **self._proved(method, path),
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {under}{path}{query} HTTP/1.1\r\n{head}\r\n".encode() + body

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str],
        query: str = "",
    ) -> dict[str, Any]:
        """Send one request now, outside any measuring; return the answer's JSON.

        Raises:
            BenchError: it was refused.
        """
        url = self.stage.settings.public_url + path + query
        proved = {**self._proved(method, path), **headers}
        answer = httpx.request(method, url, content=body, headers=proved, timeout=WAIT_S)
        if not answer.is_success:
            raise BenchError(f"{method} was answered {answer.status_code}: {answer.text[:300]}")
        said: dict[str, Any] = answer.json()
        return said

    def _proved(self, method: str, path: str) -> dict[str, str]:
        proof = self.dpop.proof(
            method=method,
            url=self.stage.settings.public_url + path,
            now=int(self.stage.edge.now()),
            jti=self.stage.edge.new_id(),
            access_token=self.token,
        )
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}


def author(stage: Stage, slug: str) -> Author:
    """Return one of the stage's agencies, ready to sign."""
    return Author(slug, stage.keys[slug], stage.settings.hub_uri, stage.edge)


def sign_in(stage: Stage, slug: str) -> Session:
    """Sign an agency in with its registered key.

    Raises:
        BenchError: the hub gives no token.
    """
    settings, edge, dpop = stage.settings, stage.edge, DpopKey()
    url = f"{settings.public_url}/oauth2/token"
    assertion = client_assertion(
        stage.keys[slug],
        client=issuer_uri(settings.hub_uri, slug),
        hub_uri=settings.hub_uri,
        now=int(edge.now()),
        jti=edge.new_id(),
    )
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }
    proof = dpop.proof(method="POST", url=url, now=int(edge.now()), jti=edge.new_id())
    answer = httpx.post(url, data=form, headers={"DPoP": proof})
    if not answer.is_success:
        raise BenchError(f"the hub gives no token: {answer.status_code}")
    return Session(stage, answer.json()["access_token"], dpop)


def post_all(session: Session, events: Mapping[str, bytes]) -> None:
    """Post events as one batch, outside any measuring.

    Raises:
        BenchError: one was refused.
    """
    said = session.ask("POST", "/events/batch", batch_body(events), headers=JSON_BODY)
    if said["setErrs"]:
        raise BenchError(f"an event was refused: {next(iter(said['setErrs'].values()))}")


def batch_body(events: Mapping[str, bytes]) -> bytes:
    """Return the body of a batch."""
    return json.dumps({"sets": {jti: token.decode() for jti, token in events.items()}}).encode()


def concern(size: int, **fields: Any) -> ConcernRaised:  # noqa: ANN401 - fields of the contract
    """Return a concern whose token is about `size` bytes long."""
    overhead = 800  # header, signature, claims and the fields below, all but the narrative
    narrative = (_NARRATIVE * (size // len(_NARRATIVE) + 1))[: max(1, (size - overhead) * 3 // 4)]
    stated = {"about": "adult", "narrative": narrative, "at_risk": "yes", "care_needs": "yes"}
    return ConcernRaised.model_validate(stated | fields)


def nhs_numbers() -> Iterator[str]:
    """Yield NHS numbers that are well formed and nobody's, each once."""
    for number in count(_FIRST_NUMBER):
        nine = str(number)
        weighted = sum(int(c) * w for c, w in zip(nine, range(_TEN, 1, -1), strict=True))
        digit = -weighted % _MODULUS
        if digit < _TEN:
            yield f"{nine}{digit}"
