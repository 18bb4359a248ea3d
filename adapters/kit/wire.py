"""Signed-in requests to one hub: tokens fetched and renewed, proofs made, failures tried again.

In: a method, a path and a body. Out: the hub's answer, or an error that says what is known.
Never here: what an answer means, or whether it may be used; see receipts.

Source: RFC 6749 §4.4, RFC 9449 §7, RFC 9110 §10.2.3 (Retry-After).
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from adapters.kit.edge import Edge, backoff_s
from adapters.kit.errors import HubBusyError, HubUnreachableError, SignInError
from adapters.kit.keys import Signer
from adapters.kit.tokens import ASSERTION_TYPE, DpopKey, client_assertion

TRIES = 4
MOST_WAIT_S = 60.0
"""A hub that asks for more is told so by the caller's own schedule, not by a sleeping process."""
RENEW_BEFORE_S = 30.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BUSY = frozenset({httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent more than once."""

    method: str
    path: str
    content: bytes | None = None
    headers: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    discloses: bool = False
    """Whether the hub puts its answer on record as a disclosure to this agency."""


class Wire:
    """The way to the hub for one agency and one process.

    Args:
        http: a client whose `base_url` is the hub's public URL.
        key: the agency's registered key.
        agency: the agency's URI.
        hub_uri: the hub's URI.
        edge: clock, sleep, ids and chance.
        scopes: what the access token is asked for.
        on_lost_answer: told when a disclosure may have been recorded whose answer never came.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        key: Signer,
        agency: str,
        hub_uri: str,
        edge: Edge,
        scopes: tuple[str, ...],
        on_lost_answer: Callable[[], None],
    ) -> None:
        self._http = http
        self._key = key
        self._agency = agency
        self._hub_uri = hub_uri
        self._edge = edge
        self._scopes = scopes
        self._on_lost_answer = on_lost_answer
        self._dpop = DpopKey()
        self._lock = threading.Lock()
        self._token: tuple[str, float] | None = None

    def call(self, request: Request, *, tries: int = TRIES) -> httpx.Response:
        """Send a request until it is answered. Every try carries a proof of its own.

        Sending again is safe: an event has its `jti`, a stated request its id, and a question
        asked twice is at worst on record twice.

        Raises:
            HubBusyError: still busy after the last try, or busy for longer than a minute.
            HubUnreachableError: no answer after the last try.
            SignInError: the hub gives no token.
        """
        for failed in range(tries):
            try:
                return self._signed_in(request)
            except (HubBusyError, HubUnreachableError) as error:
                asked = error.retry_after_s if isinstance(error, HubBusyError) else None
                wait = max(asked or 0.0, backoff_s(failed, self._edge.chance()))
                if failed + 1 == tries or wait > MOST_WAIT_S:
                    raise
                self._edge.sleep(wait)
        raise HubUnreachableError("no try was allowed")

    @contextmanager
    def stream(self, request: Request) -> Iterator[httpx.Response]:
        """Send a request whose answer goes on as long as the hub has something to say. One try.

        Raises:
            HubBusyError: the hub said `later`.
            HubUnreachableError: the connection broke, or there was none.
            SignInError: the hub gives no token.
        """
        token = self._access_token()
        headers = self._shown(request, token)
        try:
            with self._http.stream(request.method, request.path, headers=headers) as response:
                if response.status_code in _BUSY:
                    raise HubBusyError(self._retry_after(response))
                if response.status_code == httpx.codes.UNAUTHORIZED:
                    self._forget(token)
                yield response
        except httpx.TransportError as error:
            raise HubUnreachableError("the hub's stream broke") from error

    def _signed_in(self, request: Request) -> httpx.Response:
        token = self._access_token()
        response = self._send(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            # Expired under way, or the hub lost its sessions: one fresh token, then no more.
            self._forget(token)
            response = self._send(request, self._access_token())
        return response

    def _send(self, request: Request, token: str) -> httpx.Response:
        return self._once(request, self._shown(request, token))

    def _shown(self, request: Request, token: str) -> dict[str, str]:
        """Return the headers of one try, with a proof of its own."""
        proof = self._proof(request, token)
        return {**(request.headers or {}), "Authorization": f"DPoP {token}", "DPoP": proof}

    def _once(self, request: Request, headers: Mapping[str, str]) -> httpx.Response:
        try:
            response = self._http.request(
                request.method,
                request.path,
                content=request.content,
                params=request.params,
                headers=dict(headers),
            )
        except httpx.TransportError as error:
            if request.discloses and not isinstance(error, _NEVER_SENT):
                self._on_lost_answer()
            raise HubUnreachableError("the hub did not answer") from error
        if response.status_code in _BUSY:
            raise HubBusyError(self._retry_after(response))
        if response.is_server_error:
            if request.discloses:
                self._on_lost_answer()
            raise HubUnreachableError(f"the hub answered {response.status_code}")
        return response

    def _access_token(self) -> str:
        with self._lock:
            if self._token is not None and self._edge.now() < self._token[1]:
                return self._token[0]
            asked_at = self._edge.now()
            answer = self._ask_for_token()
            life_s = max(0.0, answer["expires_in"] - RENEW_BEFORE_S)
            self._token = (answer["access_token"], asked_at + life_s)
            return self._token[0]

    def _ask_for_token(self) -> dict[str, Any]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client_assertion(
                self._key,
                client=self._agency,
                hub_uri=self._hub_uri,
                now=int(self._edge.now()),
                jti=self._edge.new_id(),
            ),
            "scope": " ".join(self._scopes),
        }
        body = str(httpx.QueryParams(form)).encode()
        request = Request("POST", "/oauth2/token", body)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response = self._once(request, {**kind, "DPoP": self._proof(request, None)})
        answer = json_of(response)
        if response.status_code != httpx.codes.OK:
            raise SignInError(f"the hub gives no token: `{answer.get('error', 'no reason')}`")
        # A Bearer token could be used by whoever sees it. It is not taken, even if offered.
        bound = answer.get("token_type") == "DPoP" and isinstance(answer.get("access_token"), str)
        if not bound or not isinstance(answer.get("expires_in"), int):
            raise SignInError("the hub's token is not bound to this process")
        return answer

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token is not None and self._token[0] == token:
                self._token = None

    def _proof(self, request: Request, token: str | None) -> str:
        return self._dpop.proof(
            method=request.method,
            url=str(self._http.base_url).rstrip("/") + request.path,
            now=int(self._edge.now()),
            jti=self._edge.new_id(),
            access_token=token,
        )

    def _retry_after(self, response: httpx.Response) -> float | None:
        asked = response.headers.get("Retry-After", "").strip()
        if asked.isdecimal():
            return float(asked)
        try:
            at = parsedate_to_datetime(asked)
        except ValueError:
            return None
        # A date without a zone is UTC, whatever this machine's zone is.
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return max(0.0, at.timestamp() - self._edge.now())


def json_of(response: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object; an empty one where it has none."""
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
