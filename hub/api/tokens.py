"""POST /oauth2/token: an agency signs in with its registered key and gets a token for its own.

In: the form and the `DPoP` header. Out: a TokenAnswer, never an exception for what was sent.
Never here: a shared secret, a refresh token, a token that is not bound to a key.

authlib's framework-free core routes the grant and shapes the answers. The assertion is read by the
hub's own strict reader instead of authlib's, which accepts an array as `aud`, any `exp`, and fails
with a server error on a hostile header. What may be used once is gathered first and spent last, so
that a request refused for another reason burns nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.models import ClientMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from hub.api.access import LIFETIME_S, AccessTokens
from hub.api.assertion import Door, read_assertion
from hub.api.dpop import AsyncOnce, DpopError, Once, read_proof
from hub.intake.agencies import Agency, issuer_uri
from hub.ledger.record import Spend

MAX_BODY_BYTES: Final = 8192
_METHOD: Final = "private_key_jwt"
_MAX_FIELDS: Final = 16
_HEADERS: Final = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
)


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A whole HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


class InvalidDpopProofError(OAuth2Error):  # type: ignore[misc] # authlib has no types
    """The request's DPoP proof does not hold. Source: RFC 9449 section 5."""

    error = "invalid_dpop_proof"


class TokenEndpoint:
    """Answers token requests. One per process; everything that changes comes with the call."""

    def __init__(self, access: AccessTokens, *, hub_uri: str, token_url: str) -> None:
        """Take what issues tokens, the hub's URI (the only `aud`), and this endpoint's own URL."""
        self._server = _Server(access, hub_uri=hub_uri, token_url=token_url)

    def answer(
        self, *, content_type: str, body: bytes, dpop: Sequence[str], door: Door, once: Once
    ) -> TokenAnswer:
        """Return the answer to one request.

        Args:
            content_type: the `Content-Type` header, or an empty string.
            body: the request body, at most MAX_BODY_BYTES of it.
            dpop: every value of the `DPoP` header.
            door: keys, agencies and time.
            once: where the assertion and the proof are spent.
        """
        answer, spends = self._decide(content_type, body, dpop, door)
        for one in spends:
            if not once.first_time(one.kind, one.key, one.expires_at):
                return _replayed(one)
        return answer

    async def answer_async(
        self, *, content_type: str, body: bytes, dpop: Sequence[str], door: Door, once: AsyncOnce
    ) -> TokenAnswer:
        """Return the answer to one request: `answer`, for an event loop."""
        answer, spends = self._decide(content_type, body, dpop, door)
        for one in spends:
            if not await once.first_time(one.kind, one.key, one.expires_at):
                return _replayed(one)
        return answer

    def _decide(
        self, content_type: str, body: bytes, dpop: Sequence[str], door: Door
    ) -> tuple[TokenAnswer, Sequence[Spend]]:
        form = _form(content_type, body)
        if form is None or "grant_type" not in form:
            return _refusal(400, "invalid_request", "not one plain form with a grant_type"), ()
        request = _Request(form, dpop, door)
        answer: TokenAnswer = self._server.create_token_response(request)
        return answer, request.spends if answer.status == 200 else ()  # noqa: PLR2004


def _form(content_type: str, body: bytes) -> Mapping[str, str] | None:
    """Return the form's fields, or None for what is no form or repeats a field.

    Source: RFC 6749 section 3.2.
    """
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    if len(body) > MAX_BODY_BYTES:
        return None
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one too
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


class _Client(ClientMixin):  # type: ignore[misc] # authlib has no types
    """An agency, as authlib asks about it."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == (_METHOD, "token")

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)


class _Request(OAuth2Request):  # type: ignore[misc] # authlib has no types
    """One request, with what it is judged against and what it will spend."""

    def __init__(self, form: Mapping[str, str], dpop: Sequence[str], door: Door) -> None:
        # authlib looks at the scheme of this URL only; TLS ends in front of the hub.
        super().__init__("POST", "https://hub.invalid/oauth2/token")
        self.payload = BasicOAuth2Payload(form)
        self.dpop = dpop
        self.door = door
        self.spends: list[Spend] = []

    @property
    def form(self) -> Mapping[str, str]:
        fields: Mapping[str, str] = self.payload.data
        return fields


class _Grant(ClientCredentialsGrant):  # type: ignore[misc] # authlib has no types
    """Client credentials, for clients that sign."""

    TOKEN_ENDPOINT_AUTH_METHODS = (_METHOD,)

    def create_token_response(self) -> tuple[int, Mapping[str, Any], tuple[()]]:
        """Return a key-bound token. The base method would write it to the debug log."""
        return 200, self.server.bound_token(self.request), ()


class _Server(AuthorizationServer):  # type: ignore[misc] # authlib has no types
    """authlib's core, with the hub's way to know a client and to make a token."""

    def __init__(self, access: AccessTokens, *, hub_uri: str, token_url: str) -> None:
        super().__init__()
        self._access = access
        self._hub_uri = hub_uri
        self._token_url = token_url
        self.register_grant(_Grant)
        self.register_client_auth_method(_METHOD, self._authenticate)

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: authlib's signals carry clients and grants."""

    def handle_response(
        self, status: int, body: Mapping[str, Any], _headers: object
    ) -> TokenAnswer:
        return TokenAnswer(status, json.dumps(body).encode(), _HEADERS)

    def handle_error_response(self, _request: _Request, error: OAuth2Error) -> TokenAnswer:
        # `description` and not get_error_description(), which repeats what was sent.
        status = 401 if error.error == InvalidClientError.error else 400
        return _refusal(status, error.error, error.description or "")

    def query_client(self, client_id: str) -> None:
        """Find no client: a client is known by its signature, not by an id it states."""

    def _authenticate(self, _query: object, request: _Request) -> _Client:
        form = request.form
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClientError("client_assertion_type is not jwt-bearer")
        agency, once = read_assertion(
            form.get("client_assertion", ""), door=request.door, hub_uri=self._hub_uri
        )
        issuer = issuer_uri(self._hub_uri, agency.slug)
        if form.get("client_id", issuer) != issuer:
            raise InvalidClientError("client_id is not the agency that signed")
        request.spends.append(once)
        return _Client(agency)

    def bound_token(self, request: _Request) -> Mapping[str, Any]:
        """Return the body of a grant, its token bound to the key of the request's proof."""
        now = request.door.now
        try:
            proof = read_proof(
                request.dpop, method="POST", url=self._token_url, now=now, access_token=None
            )
        except DpopError as refusal:
            raise InvalidDpopProofError(str(refusal)) from None
        request.spends.append(proof.spend)
        agency: Agency = request.client.agency
        scopes = _scopes(request.form.get("scope"), agency)
        token = self._access.issue(agency=agency.slug, scopes=scopes, jkt=proof.jkt, now=now)
        return {
            "access_token": token,
            "token_type": "DPoP",
            "expires_in": LIFETIME_S,
            "scope": " ".join(sorted(scopes)),
        }


def _scopes(asked: str | None, agency: Agency) -> frozenset[str]:
    """Return the scopes to grant: what was asked for, or all the agency has."""
    scopes = agency.scopes if asked is None else frozenset(asked.split())
    if not scopes or not scopes <= agency.scopes:
        raise InvalidScopeError("not scopes of this agency")
    return scopes


def _replayed(one: Spend) -> TokenAnswer:
    if one.kind == "assertion":
        return _refusal(401, "invalid_client", "the client assertion was used before")
    return _refusal(400, "invalid_dpop_proof", "the proof was used before")


def _refusal(status: int, code: str, description: str) -> TokenAnswer:
    body = json.dumps({"error": code, "error_description": description}).encode()
    challenge = (("WWW-Authenticate", 'DPoP algs="Ed25519 ES256"'),) if status == 401 else ()  # noqa: PLR2004
    return TokenAnswer(status, body, (*_HEADERS, *challenge))
