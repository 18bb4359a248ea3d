"""Every route against every role, and what every answer carries: generated from the routes."""

import re

import pytest
from fastapi.routing import APIRoute

from hub.web.app import ROUTERS
from hub.web.shield import CSP
from hub.web.who import ROLES, Allowed
from tests.web.site import APP, Site

OPEN = {"/", "/accessibility", "/cookies", "/sign-in", "/signed-in", "/back-channel-logout"}
"""What needs nobody signed in. A route that is in neither list fails a test here."""
ANY_ROLE = {"/sign-out"}
SOME_ID = "00000000-0000-4000-8000-000000000001"


def routes() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def guard(route: APIRoute) -> Allowed | None:
    found = [d.call for d in route.dependant.dependencies if isinstance(d.call, Allowed)]
    return found[0] if found else None


def method(route: APIRoute) -> str:
    return next(iter(route.methods or ()))


def address(route: APIRoute) -> str:
    return APP + re.sub(r"\{[^}]+\}", SOME_ID, route.path)


GUARDED = [(route, guard(route)) for route in routes() if guard(route) is not None]


def test_every_route_is_open_on_purpose_or_guarded() -> None:
    assert GUARDED
    bare = {route.path for route in routes() if guard(route) is None}
    assert bare == OPEN | ANY_ROLE


def test_each_role_enters_exactly_the_routes_that_are_for_it(site: Site) -> None:
    entered: dict[str, set[str]] = {role: set() for role in ROLES}
    expected: dict[str, set[str]] = {role: set() for role in ROLES}
    for role in ROLES:
        visitor = site.signed_in(f"{role}-1")
        for route, allowed in GUARDED:
            assert allowed is not None
            if role in allowed.roles:
                expected[role].add(f"{method(route)} {route.path}")
            visitor.get(f"{APP}/")
            answer = (
                visitor.step(address(route))
                if method(route) == "GET"
                else visitor.send(address(route))
            )
            if answer.status_code != 403:
                entered[role].add(f"{method(route)} {route.path}")
            else:
                assert "not for your role" in answer.text
    assert entered == expected


def test_nobody_enters_a_guarded_route_without_signing_in(site: Site) -> None:
    visitor = site.visitor()
    for route, _ in GUARDED:
        send = visitor.http.get if method(route) == "GET" else visitor.http.post
        answer = site.parts.run(send(address(route)))
        assert answer.status_code == 303, route.path
        assert answer.headers["location"].startswith(f"{APP}/sign-in")


def test_a_role_that_does_not_exist_opens_nothing(site: Site) -> None:
    visitor = site.signed_in("nobody-1")
    assert all(
        visitor.step(address(r)).status_code == 403 for r, _ in GUARDED if method(r) == "GET"
    )


@pytest.mark.parametrize("path", ["/", "/accessibility", "/cookies", "/nothing-here", "/find"])
def test_every_answer_is_shielded(site: Site, path: str) -> None:
    answer = site.signed_in("liaison-1").step(APP + path)
    assert answer.headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


def test_static_files_may_be_kept_since_their_address_changes_with_them(site: Site) -> None:
    visitor = site.visitor()
    visitor.get(f"{APP}/")
    sheets = re.findall(r'href="([^"]+\.css)"', visitor.text())
    assert len(sheets) == 3
    weight = 0
    for sheet in sheets:
        answer = visitor.step(sheet)
        assert "immutable" in answer.headers["cache-control"]
        weight += len(answer.content)
    assert weight < 500_000


def test_a_page_that_fails_inside_says_so_and_repeats_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.signed_in("liaison-1")

    async def broken(*_: object) -> None:
        raise RuntimeError("Marmaduke Featherstonehaugh")

    monkeypatch.setattr("hub.web.find.errand_of", broken)
    answer = visitor.step(f"{APP}/find/{SOME_ID}")
    assert answer.status_code == 500
    assert "there is a problem with the hub" in answer.text
    assert "Marmaduke" not in answer.text
    assert answer.headers["content-security-policy"] == CSP


def test_the_bare_address_leads_to_the_first_page(site: Site) -> None:
    assert site.visitor().get("/").url.path == f"{APP}/"
