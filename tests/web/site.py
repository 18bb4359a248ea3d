"""The pages over a hub in this process, its identity provider beside it, and visitors to both.

In: a hub's parts. Out: a Site, and Visitors who follow links and send forms as a browser would.
Never here: a page's own code; a session that was not begun by signing in.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.routing import Mount

from contracts.governance import AgencyRegistered
from hub.api.app import create_app
from hub.assembly import enrol
from hub.demo.idp import TryoutProvider
from hub.ids import SystemSource
from hub.web.app import beside
from hub.web.oidc import Provider
from tests.intake.world import OFFICERS
from tests.support.parts import Parts

HUB = "http://127.0.0.1:8000"
IDP = "http://127.0.0.1:9001"
APP = "/app"
PEOPLE: Sequence[Mapping[str, Any]] = [
    {"id": who, "agency": agency, "roles": [role], "name": who, "job": "", "words": ""}
    for who, role, agency in (
        ("liaison-1", "liaison", "council-a"),
        ("practitioner-1", "practitioner", "gp-c"),
        ("ig_officer-1", "ig_officer", "ig-office"),
        ("ig_officer-2", "ig_officer", "ig-office"),
        ("ig_officer-3", "ig_officer", "ig-office"),
        ("sab_analyst-1", "sab_analyst", "board-f"),
        ("agency_admin-1", "agency_admin", "council-a"),
        ("auditor-1", "auditor", "ig-office"),
        ("police-1", "liaison", "police-b"),
        ("home-1", "liaison", "home-e"),
        ("nobody-1", "king", "council-a"),
        ("stranger-1", "liaison", "not-here"),
    )
]
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_LINK = re.compile(r'<a[^>]* href="([^"]+)"')


@dataclass(slots=True)
class Visitor:
    """One browser: it keeps cookies, and remembers the last page."""

    parts: Parts
    http: httpx.AsyncClient
    last: httpx.Response | None = None

    def get(self, path: str, **params: str) -> httpx.Response:
        """Open an address, and follow where it leads."""
        return self._do(self.http.get(path, params=params or None, follow_redirects=True))

    def step(self, path: str, **headers: str) -> httpx.Response:
        """Open an address, and go no further."""
        return self._do(self.http.get(path, headers=headers))

    def send(self, path: str, *, csrf: str | None = None, **fields: str) -> httpx.Response:
        """Send a form, with the token of the last page, and follow where it leads."""
        token = self.csrf() if csrf is None else csrf
        names = {name.replace("__", "-"): value for name, value in fields.items()}
        data = {**names, "csrf": token}
        return self._do(self.http.post(path, data=data, follow_redirects=True))

    def sign_in(self, person: str, to: str = "") -> httpx.Response:
        """Sign in at the provider as one of its people."""
        return self.get(f"{APP}/sign-in", person=person, **({"to": to} if to else {}))

    def csrf(self) -> str:
        """Return the token in the last page."""
        found = _CSRF.search(self.text())
        return "" if found is None else found[1]

    def text(self) -> str:
        """Return the last page."""
        return "" if self.last is None else self.last.text

    def links(self) -> list[str]:
        """Return where the last page leads."""
        return [html.unescape(link) for link in _LINK.findall(self.text())]

    def _do(self, request: Any) -> httpx.Response:  # noqa: ANN401 - a coroutine
        self.last = self.parts.run(request)
        return self.last


@dataclass(slots=True)
class Site:
    """The pages, and who signs people in."""

    parts: Parts
    app: FastAPI
    idp: TryoutProvider
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Return a browser that was never here."""
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            mounts={IDP: httpx.ASGITransport(app=self.idp.app())},
            base_url=HUB,
        )
        self._open.append(http)
        return Visitor(self.parts, http)

    def signed_in(self, person: str) -> Visitor:
        """Return a browser in which somebody signed in."""
        visitor = self.visitor()
        assert visitor.sign_in(person).status_code == 200
        return visitor

    def entries(self) -> list[dict[str, Any]]:
        """Return every entry of the register, oldest first, as it is routed."""
        rows = self.parts.rows(
            "SELECT type, partner, routing::text FROM ledger.header WHERE type LIKE"
            " '%disclosure-%' AND agency = 'hub' ORDER BY position"
        )
        return [
            {**json.loads(routing), "type": str(kind).split("/")[-2], "partner": partner}
            for kind, partner, routing in rows
        ]

    def close(self) -> None:
        """Let go of the browsers."""
        for http in self._open:
            self.parts.run(http.aclose())


@contextmanager
def opened(parts: Parts) -> Iterator[Site]:
    """Yield the pages over a hub, in which the office for information governance is enrolled."""
    office = AgencyRegistered(
        agency="ig-office",
        name="Information governance",
        kind="other",
        prevent_specified="no",
        public_authority="yes",
        scopes=("read", "ig"),
        approved_by=OFFICERS,
    )
    parts.run(enrol(parts.hub, office))
    parts.hub.directory.refresh()
    idp = TryoutProvider(
        issuer=IDP,
        client_id="hub",
        client_secret="for this test",  # noqa: S106 - nobody's
        redirect_uri=f"{HUB}{APP}/signed-in",
        people=list(PEOPLE),
        clock=parts.hub.clock,
        source=SystemSource(),
    )
    site = Site(parts, _application(parts, idp), idp)
    try:
        yield site
    finally:
        site.close()


def provider(parts: Parts, idp: TryoutProvider) -> Provider:
    """Return the hub's end of signing in, with the provider in this process."""
    return Provider(
        issuer=idp.issuer,
        client_id=idp.client_id,
        client_secret=idp.client_secret,
        redirect_uri=idp.redirect_uri,
        agency_claim="hub_agency",
        roles_claim="hub_roles",
        clock=parts.hub.clock,
        transport=httpx.ASGITransport(app=idp.app()),
    )


def _application(parts: Parts, idp: TryoutProvider) -> FastAPI:
    settings = parts.hub.settings.model_copy(
        update={"oidc_issuer": idp.issuer, "oidc_client_id": "hub", "public_url": HUB}
    )
    hub = replace(parts.hub, settings=settings)
    app = beside(create_app(hub), hub)
    mounted = next(r.app for r in app.routes if isinstance(r, Mount) and r.path == APP)
    assert isinstance(mounted, FastAPI)
    web = mounted.state.web
    mounted.state.web = replace(web, provider=provider(parts, idp))
    return app
