"""Signing in at a provider that others wrote and certified: npm's oidc-provider, as a real peer."""

import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import which

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from hub.clock import SystemClock
from hub.web.oidc import Provider
from tests.web.site import APP, HUB, Site, Visitor

HERE = Path(__file__).parent / "idp"
NODE = which("node") or ""
READY = bool(NODE) and (HERE / "node_modules").is_dir()

pytestmark = pytest.mark.skipif(
    not READY, reason="oidc-provider is not installed; `make test` installs it where there is npm"
)
_FORM = re.compile(r'<form[^>]* action="([^"]+)"')
_PROMPT = re.compile(r'name="prompt" value="([a-z]+)"')


@pytest.fixture
def issuer() -> Iterator[str]:
    """The provider, running; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [NODE, str(HERE / "provider.mjs"), str(port), f"{HUB}{APP}/signed-in"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()
    process.stdout.close()


def visitor_of(site: Site, issuer: str) -> Visitor:
    """Return a browser of a hub that lets this provider sign people in."""
    mounted = next(r.app for r in site.app.routes if isinstance(r, Mount) and r.path == APP)
    assert isinstance(mounted, FastAPI)
    real = Provider(
        issuer=issuer, client_id="hub", client_secret="for-this-test",  # noqa: S106 - nobody's
        redirect_uri=f"{HUB}{APP}/signed-in", agency_claim="hub_agency", roles_claim="hub_roles",
        clock=SystemClock(),
    )  # fmt: skip
    mounted.state.web = replace(mounted.state.web, provider=real)
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=site.app),
        mounts={issuer: httpx.AsyncHTTPTransport()},
        base_url=HUB,
    )
    site._open.append(http)
    return Visitor(site.parts, http)


def pass_forms(visitor: Visitor) -> None:
    """Sign in and agree, on the provider's own pages."""
    for _ in range(3):
        prompt, form = _PROMPT.search(visitor.text()), _FORM.search(visitor.text())
        if prompt is None or form is None:
            return
        said = {"prompt": prompt[1], "login": "officer-7", "password": "any"}
        visitor._do(visitor.http.post(form[1], data=said, follow_redirects=True))


def test_an_officer_signs_in_at_a_real_provider_and_goes_on_where_they_were(
    site: Site, issuer: str
) -> None:
    visitor = visitor_of(site, issuer)
    page = visitor.get(f"{APP}/find")
    assert page.url.path.startswith("/interaction/")
    pass_forms(visitor)
    assert visitor.last is not None
    assert visitor.last.url.path == f"{APP}/find"
    assert "officer-7</strong>, liaison officer" in visitor.text()


def test_a_real_provider_asked_again_says_when_somebody_signed_in(site: Site, issuer: str) -> None:
    visitor = visitor_of(site, issuer)
    visitor.get(f"{APP}/sign-in", again="yes")
    pass_forms(visitor)
    rows = site.parts.rows("SELECT auth_time FROM ops.web_session")
    assert len(rows) == 1
    assert abs(rows[0][0] - SystemClock().now_ms() // 1000) < 120
