"""What a client sends to sign in and to ask: assertions, proofs, and a memory of what was spent."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hub.api.access import AccessError, AccessTokens, Caller
from hub.api.assertion import Door
from hub.api.tokens import TokenAnswer, TokenEndpoint
from hub.intake.signing import Signer
from tests.intake.world import (
    AGENCIES,
    COUNCIL,
    HUB,
    HUB_AGENT,
    KEYRING,
    NOW,
    Agent,
    Anything,
    b64,
    spelled,
)

SIGN_IN_URL = "http://127.0.0.1:8000/oauth2/token"
READ_URL = "http://127.0.0.1:8000/subjects/find"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENT_KEY = Agent("council-a", "Ed25519", 201)
OTHER_KEY = Agent("council-a", "ES256", 202)
SIGNER = Signer(HUB_AGENT.number.to_bytes(32, "big"))
FORM = "application/x-www-form-urlencoded"


@dataclass
class MemoryOnce:
    """Once, in memory: what the hub's table does, without the table."""

    spent: dict[tuple[str, str], int] = field(default_factory=dict)

    def first_time(self, kind: str, key: str, expires_at: int) -> bool:
        if (kind, key) in self.spent:
            return False
        self.spent[kind, key] = expires_at
        return True


@dataclass
class MemoryAsyncOnce:
    """MemoryOnce, for an event loop."""

    once: MemoryOnce = field(default_factory=MemoryOnce)

    async def first_time(self, kind: str, key: str, expires_at: int) -> bool:
        await asyncio.sleep(0)
        return self.once.first_time(kind, key, expires_at)


def assertion(
    agent: Agent = COUNCIL, head: dict[str, Any] | None = None, **changes: Anything
) -> str:
    """A client assertion; `name=...` (three dots) leaves that claim out."""
    header = {"alg": agent.alg, "kid": agent.kid, "typ": "client-authentication+jwt"}
    said = {
        "iss": agent.iss,
        "sub": agent.iss,
        "aud": HUB,
        "exp": NOW + 60,
        "jti": "assertion-1",
        **changes,
    }
    claims = {name: value for name, value in said.items() if value is not ...}
    merged = {k: v for k, v in {**header, **(head or {})}.items() if v is not ...}
    return agent.seal(spelled(merged), spelled(claims)).decode()


def proof(
    agent: Agent = CLIENT_KEY,
    *,
    url: str = READ_URL,
    token: str | None = None,
    head: dict[str, Any] | None = None,
    **changes: Anything,
) -> str:
    """A DPoP proof; `name=...` (three dots) leaves that claim out."""
    header = {"typ": "dpop+jwt", "alg": agent.alg, "jwk": agent.jwk, **(head or {})}
    said = {"htm": "POST", "htu": url, "iat": NOW, "jti": "proof-1"}
    if token is not None:
        said["ath"] = b64(hashlib.sha256(token.encode()).digest())
    claims = {name: value for name, value in {**said, **changes}.items() if value is not ...}
    merged = {k: v for k, v in header.items() if v is not ...}
    return agent.seal(spelled(merged), spelled(claims)).decode()


def new_tokens(**options: Anything) -> AccessTokens:
    return AccessTokens(SIGNER, hub_uri=HUB, new_id=lambda: "token-1", **options)


def form(signed: str, **changes: Anything) -> dict[str, str]:
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": signed,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def sign_in(
    fields: dict[str, str] | bytes,
    *,
    dpop: tuple[str, ...] | None = None,
    once: MemoryOnce | None = None,
    content_type: str = FORM,
    now: int = NOW,
) -> TokenAnswer:
    """Send one token request."""
    endpoint = TokenEndpoint(new_tokens(), hub_uri=HUB, token_url=SIGN_IN_URL)
    return endpoint.answer(
        content_type=content_type,
        body=fields if isinstance(fields, bytes) else urlencode(fields).encode(),
        dpop=(proof(url=SIGN_IN_URL),) if dpop is None else dpop,
        door=Door(keyring=KEYRING, agencies=AGENCIES, now=now),
        once=once or MemoryOnce(),
    )


def signed_in(jkt: str = CLIENT_KEY.kid) -> str:
    """A good access token of the council's."""
    scopes = frozenset({"events", "read"})
    return new_tokens().issue(agency="council-a", scopes=scopes, jkt=jkt, now=NOW)


def ask(
    token: str,
    proofs: tuple[str, ...],
    *,
    authorization: tuple[str, ...] | None = None,
    url: str = READ_URL,
    now: int = NOW,
    once: MemoryOnce | None = None,
    tokens: AccessTokens | None = None,
    user: str | None = None,
) -> Caller:
    """Present a token and proofs, as one request does."""
    return (tokens or new_tokens()).check(
        method="POST",
        url=url,
        authorization=(f"DPoP {token}",) if authorization is None else authorization,
        dpop=proofs,
        user=user,
        now=now,
        agencies=AGENCIES,
        once=once or MemoryOnce(),
    )


def answer_of(answer: TokenAnswer) -> str:
    """The status and error code of a token answer, as the attack list writes it."""
    return f"{answer.status} {json.loads(answer.body).get('error', 'accepted')}"


def outcome(token: str, *proofs: str, **options: Anything) -> str:
    """The status and error code of a request, as the attack list writes it."""
    try:
        ask(token, proofs, **options)
    except AccessError as refusal:
        return f"{refusal.status} {refusal.code}"
    return "200 accepted"
