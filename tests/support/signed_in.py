"""A signed-in agency without the kit's care: for requests that a good client would never send.

In: an agency's key. Out: headers with a token and a fresh proof, or with one spoilt on purpose.
Never here: retries, checks of receipts. What the hub answers is returned as it came.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.kit.edge import authorities, machine
from adapters.kit.keys import Signer
from adapters.kit.tokens import ASSERTION_TYPE, DpopKey, client_assertion

HUB_URI = "https://hub.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EVENT = {"Content-Type": "application/secevent+jwt"}
_EDGE = machine()


def new_id() -> str:
    """Return a fresh UUID."""
    return _EDGE.new_id()


@dataclass(slots=True)
class SignedIn:
    """One access token and the key it is bound to."""

    url: str
    agency: str
    key: Signer
    scope: str
    dpop: DpopKey = field(default_factory=DpopKey)
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=30, verify=authorities())
    )
    token: str = ""
    until: float = 0.0

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def access_token(self) -> str:
        """Return the token, renewed in time."""
        if time.time() > self.until:
            answer = self.sign_in()
            self.token = answer.raise_for_status().json()["access_token"]
            self.until = time.time() + 200
        return self.token

    def sign_in(self, *, headers: dict[str, str] | None = None, **changed: str) -> httpx.Response:
        """Ask for a token; `changed` replaces fields of the form."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client_assertion(
                self.key,
                client=f"{HUB_URI}/agencies/{self.agency}",
                hub_uri=HUB_URI,
                now=int(time.time()),
                jti=new_id(),
            ),
            "scope": self.scope,
            **changed,
        }
        proof = self.proof("POST", "/oauth2/token", bound=False)
        return self.http.post(
            f"{self.url}/oauth2/token", data=form, headers={"DPoP": proof, **(headers or {})}
        )

    def proof(self, method: str, path: str, *, bound: bool = True) -> str:
        """Return a fresh proof for one request."""
        return self.dpop.proof(
            method=method,
            url=self.url + path,
            now=int(time.time()),
            jti=new_id(),
            access_token=self.access_token() if bound else None,
        )

    def headers(self, method: str, path: str) -> dict[str, str]:
        """Return the headers of one request."""
        return {
            "Authorization": f"DPoP {self.access_token()}",
            "DPoP": self.proof(method, path),
        }

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        **sent: Any,  # noqa: ANN401 - httpx's own
    ) -> httpx.Response:
        """Send one request, with a proof of its own; `headers` replace what it would send."""
        # The proof names the path as it stands in the request line.
        known = {**self.headers(method, path), **(headers or {})}
        return self.http.request(method, self.url + path, headers=known, **sent)
