"""Signs people in with OpenID Connect: authorisation code, PKCE and nonce, at one named provider.

In: an attempt this hub began, and what the browser brought back. Out: a Person, or SignInError.
Never here: a session, a cookie, a password. What a person may do, the roles they bring say.

Source: OpenID Connect Core 1.0 section 3.1; RFC 7636; RFC 9207; RFC 9700.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.clock import Clock, seconds
from hub.web.claims import (
    Attempt,
    Expected,
    Logout,
    Person,
    ProviderError,
    SignInError,
    logout_of,
    person_of,
)

ALGORITHMS: Final = ("EdDSA", "Ed25519", "ES256", "PS256", "RS256")
"""Only signatures by a key the provider alone holds: no `none`, no shared secret."""
FRESH_S: Final = 600
"""How long the provider's description is used before it is fetched again."""
AGAIN_S: Final = 10
"""The least time between two fetches because a key was not there."""
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider last said of itself."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: int


class Provider:
    """One identity provider, as its client. Belongs to one event loop."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        agency_claim: str,
        roles_claim: str,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take who signs people in, and how they are reached, where that is not the network.

        Raises:
            ProviderError: the issuer is not https, and not on this machine either.
        """
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in _LOCAL:
            raise ProviderError("the issuer is neither https nor on this machine")
        self.issuer = issuer
        self._local = parts.hostname in _LOCAL
        self._client_id = client_id
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._claims = (agency_claim, roles_claim)
        self._clock = clock
        self._transport = transport
        self._lock = asyncio.Lock()
        self._known: _Known | None = None

    async def begin(self, attempt: Attempt, hint: str | None = None) -> str:
        """Return where to send the browser.

        Raises:
            ProviderError: the provider does not answer.
        """
        known = await self._standing()
        return str(
            prepare_grant_uri(
                known.metadata["authorization_endpoint"],
                self._client_id,
                "code",
                redirect_uri=self._redirect_uri,
                scope="openid",
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
                max_age=attempt.max_age_s,
                login_hint=hint,
            )
        )

    async def finish(self, brought: Mapping[str, str], attempt: Attempt) -> Person:
        """Return who signed in.

        Raises:
            SignInError: the answer is not to this attempt, or says too little.
            ProviderError: the provider does not answer.
        """
        known = await self._standing()
        if brought.get("state") != attempt.state:
            raise SignInError("this sign-in was not begun in this browser")
        # Source: RFC 9207: an answer from another provider must not be taken for this one's.
        if brought.get("iss", self.issuer) != self.issuer or (
            known.metadata.get("authorization_response_iss_parameter_supported")
            and "iss" not in brought
        ):
            raise SignInError("the answer came from another identity provider")
        if "error" in brought or "code" not in brought:
            raise SignInError("the identity provider did not sign you in")
        tokens = await self._exchange(known, brought["code"], attempt.verifier)
        claims = await self._verified(tokens["id_token"])
        return person_of(claims, self._judge(), attempt, seconds(self._clock))

    async def logout_of(self, token: str) -> Logout:
        """Return whose sessions a logout token ends.

        Raises:
            SignInError: it is no such token of this provider for this hub.

        Source: OpenID Connect Back-Channel Logout 1.0 section 2.6.
        """
        claims = await self._verified(token)
        return logout_of(claims, self._judge(), seconds(self._clock))

    async def goodbye(self) -> str | None:
        """Return where a person signs out of the provider itself, if it says."""
        try:
            where = (await self._standing()).metadata.get("end_session_endpoint")
        except ProviderError:
            return None
        return None if where is None else str(where)

    async def people(self) -> tuple[Mapping[str, str], ...]:
        """Return the ready users of a try-out's own provider; none of any other's."""
        if not self._local:
            return ()
        try:
            listed = (await self._standing()).metadata.get("hub_tryout_people", ())
        except ProviderError:
            return ()
        return tuple(listed)

    async def _exchange(self, known: _Known, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        try:
            async with self._http() as http:
                answer = await http.post(
                    known.metadata["token_endpoint"],
                    data=form,
                    auth=(self._client_id, self._secret),
                )
            tokens: dict[str, Any] = answer.json() if answer.status_code == 200 else {}  # noqa: PLR2004
        except (httpx.HTTPError, ValueError):
            raise ProviderError("the identity provider does not answer") from None
        if not isinstance(tokens.get("id_token"), str):
            raise SignInError("the identity provider did not confirm the sign-in")
        return tokens

    async def _verified(self, token: str) -> dict[str, Any]:
        """Return the claims of a token the provider signed."""
        for again in (False, True):
            known = await self._standing(again=again)
            try:
                return dict(jwt.decode(token, known.keys, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, KeyError):
                continue  # it may have taken a new key since
        raise SignInError("the identity provider's signature does not hold")

    def _judge(self) -> Expected:
        return Expected(self.issuer, self._client_id, *self._claims)

    async def _standing(self, *, again: bool = False) -> _Known:
        """Return what the provider says of itself, fetched when it is old or a key is missing."""
        async with self._lock:
            known, now = self._known, seconds(self._clock)
            if known is not None and now - known.at < (AGAIN_S if again else FRESH_S):
                return known
            try:
                self._known = await self._fetch(now)
            except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError):
                if known is None:
                    raise ProviderError("the identity provider does not answer") from None
                return known
            return self._known

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=5.0, transport=self._transport)

    async def _fetch(self, now: int) -> _Known:
        async with self._http() as http:
            said = await http.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = said.raise_for_status().json()
            if metadata["issuer"] != self.issuer:
                raise ValueError("another issuer")
            keys = (await http.get(metadata["jwks_uri"])).raise_for_status().json()
        return _Known(metadata, KeySet.import_key_set(keys), now)
