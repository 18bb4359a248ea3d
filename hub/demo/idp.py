"""An OpenID Connect provider for the try-out: its ready users sign in with one click, no password.

In: one line of JSON on stdin, from whoever started the try-out. Out: signed ID tokens, by the same
protocol as a real provider's. Never here: a use outside the try-out. It listens on this machine
only, ends when its starter is gone, and does not start by itself.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from jinja2 import Environment
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.clock import Clock, SystemClock, seconds
from hub.ids import Source, SystemSource

LIFETIME_S: Final = 300
HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
REFUSED: Final = 2
_PAGE: Final = Environment(autoescape=True).from_string("""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><link rel="icon" href="data:,">
<title>Sign in for the try-out</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:19px/1.4 arial,sans-serif;margin:2em auto;max-width:38em;padding:0 1em}
li{margin:0 0 1em}a{color:#1a65a6}</style></head><body><main>
<h1>Who are you today?</h1><p>These people are made up. This sign-in belongs to the try-out.</p>
<ul>{% for url, person in people %}<li><a href="{{ url }}">{{ person.name }}</a><br>
{{ person.job }}</li>{% endfor %}</ul></main></body></html>""")


class NotInTryoutError(Exception):
    """It was started by something that is not the try-out."""


@dataclass(slots=True)
class _Grant:
    """A code that was given, until it is used."""

    person: Mapping[str, Any]
    nonce: str
    challenge: str
    at: int


@dataclass(slots=True)
class TryoutProvider:
    """One provider for one client. Everything it knows is in memory."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    people: list[Mapping[str, Any]]
    clock: Clock
    source: Source
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"})
    )
    codes: dict[str, _Grant] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.described),
                Route("/jwks", self.jwks),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    def described(self, _: Request) -> Response:
        """Say what there is. Source: OpenID Connect Discovery 1.0."""
        listed = ("id", "name", "job", "words")
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "hub_tryout_people": [{k: p[k] for k in listed} for p in self.people],
            }
        )

    def jwks(self, _: Request) -> Response:
        """Give the public key."""
        self.key.ensure_kid()
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        """Sign in whoever is hinted at, or ask who it is."""
        asked = request.query_params
        known = asked.get("client_id") == self.client_id
        if not known or asked.get("redirect_uri") != self.redirect_uri:
            return Response("unknown client", 400)
        if asked.get("code_challenge_method") != "S256" or asked.get("response_type") != "code":
            return self._back({"error": "invalid_request", "state": asked.get("state", "")})
        person = next((p for p in self.people if p["id"] == asked.get("login_hint")), None)
        if person is None:
            return self._ask(asked)
        code = self.source.bytes(24).hex()
        self.codes[code] = _Grant(
            person, asked.get("nonce", ""), asked.get("code_challenge", ""), seconds(self.clock)
        )
        return self._back({"code": code, "state": asked.get("state", "")})

    async def token(self, request: Request) -> Response:
        """Exchange a code for an ID token, once, with its verifier."""
        form = dict(parse_qsl((await request.body()).decode()))
        grant = self.codes.pop(form.get("code", ""), None)
        now = seconds(self.clock)
        basic = basic_of(self.client_id, self.client_secret)
        if (
            grant is None
            or now - grant.at > LIFETIME_S
            or request.headers.get("authorization") != basic
            or create_s256_code_challenge(form.get("code_verifier", "")) != grant.challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": grant.person["id"],
            "sid": self.source.bytes(16).hex(),
            "iat": now,
            "exp": now + LIFETIME_S,
            "auth_time": now,
            "nonce": grant.nonce,
            "hub_agency": grant.person["agency"],
            "hub_roles": list(grant.person["roles"]),
        }
        self.key.ensure_kid()
        signed = jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)
        told = {"access_token": "none", "token_type": "Bearer", "id_token": signed}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    def _ask(self, asked: QueryParams) -> Response:
        links = [
            (f"?{urlencode({**asked, 'login_hint': person['id']})}", person)
            for person in self.people
        ]
        return HTMLResponse(_PAGE.render(people=links))

    def _back(self, told: Mapping[str, str]) -> Response:
        return RedirectResponse(f"{self.redirect_uri}?{urlencode({**told, 'iss': self.issuer})}")


def basic_of(user: str, password: str) -> str:
    """Return the `Authorization` header of HTTP Basic. Source: RFC 7617."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def configured(line: str) -> TryoutProvider:
    """Return the provider that the try-out asks for.

    Raises:
        NotInTryoutError: nothing asks, or it asks for another machine than this.
    """
    try:
        told = json.loads(line)
        provider = TryoutProvider(**told, clock=SystemClock(), source=SystemSource())
    except (ValueError, TypeError):
        raise NotInTryoutError("this provider is a part of `hub demo` alone") from None
    for url in (provider.issuer, provider.redirect_uri):
        if urlsplit(url).hostname not in HOSTS:
            raise NotInTryoutError("this provider signs in without a password: only on one machine")
    return provider


def _end_with_stdin(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


def main() -> int:
    """Serve until stdin ends; return the exit code."""
    try:
        provider = configured("" if sys.stdin.isatty() else sys.stdin.readline())
    except NotInTryoutError as refusal:
        sys.stderr.write(f"hub.demo.idp: {refusal}\n")
        return REFUSED
    where = urlsplit(provider.issuer)
    server = uvicorn.Server(
        uvicorn.Config(
            provider.app(),
            host=where.hostname or "127.0.0.1",
            port=where.port or 0,
            log_level="warning",
            access_log=False,
        )
    )
    Thread(target=_end_with_stdin, args=[server], daemon=True).start()
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
