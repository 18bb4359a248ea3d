"""Every route against every role, and what every answer carries: generated from the routes."""

import re

import httpx
import pytest

from contracts.identity import SubjectDescribed
from hub.web.shield import CSP
from hub.web.who import ROLES, Allowed
from tests.support.parts import concern
from tests.web.matrix import ANYBODY, MATRIX, OWN, PARAMETER, SHARED, STREAM, guarded, routes
from tests.web.site import APP, Site, Visitor
from tests.web.test_find import NUMBER, search

SOME_ID = "00000000-0000-4000-8000-000000000001"
CANARY = "Featherstonehaugh"


def address(at: str, known: dict[str, str] | None = None) -> str:
    """Return a route's address, with ids that are nobody's, or those that are known."""
    path = at.partition(" ")[2]
    return APP + PARAMETER.sub(lambda found: (known or {}).get(found[1], SOME_ID), path)


def knock(visitor: Visitor, at: str, known: dict[str, str] | None = None) -> httpx.Response:
    """Ask for a route as a browser would, and follow nowhere."""
    if at == STREAM:
        # Whoever may enter is answered for ever; what is no id is refused behind the same door.
        return visitor.step(address(at, known), **{"last-event-id": "no id"})
    if at.startswith("GET "):
        return visitor.step(address(at, known))
    visitor.get(f"{APP}/")
    form = {"csrf": visitor.csrf()}
    return visitor.parts.run(visitor.http.post(address(at, known), data=form))


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {at for at, _ in routes()} == set(MATRIX)


def test_every_parameter_of_a_route_is_known_to_be_somebodys_or_shared() -> None:
    used = {name for at in MATRIX for name in PARAMETER.findall(at)}
    assert used == OWN | SHARED


def test_what_guards_each_route_is_what_its_row_says() -> None:
    guards = {
        at: frozenset(d.call.roles)
        for at, route in routes()
        for d in route.dependant.dependencies
        if isinstance(d.call, Allowed)
    }
    assert guards == guarded()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_exactly_the_routes_that_are_for_it(site: Site, role: str) -> None:
    visitor = site.signed_in(f"{role}-1")
    for at, roles in guarded().items():
        answer = knock(visitor, at)
        assert (answer.status_code != 403) == (role in roles), (at, role)
        assert ("This page is not for your role" in answer.text) == (role not in roles), (at, role)


def test_nobody_enters_a_guarded_route_without_signing_in(site: Site) -> None:
    visitor = site.visitor()
    for at in MATRIX:
        if MATRIX[at] == ANYBODY:
            continue
        answer = knock(visitor, at)
        assert answer.status_code == 303, at
        assert answer.headers["location"].startswith(f"{APP}/sign-in")


def test_a_role_that_does_not_exist_opens_nothing(site: Site) -> None:
    visitor = site.signed_in("nobody-1")
    assert {knock(visitor, at).status_code for at in guarded()} == {403}


@pytest.fixture
def owned(site: Site) -> dict[str, str]:
    """One officer's search about a woman whose name everybody's pages are looked through for."""
    site.parts.post("gp-c", concern())
    described = SubjectDescribed(about="adult", given_name="Ann", family_name=CANARY)
    site.parts.post("council-a", described)
    site.parts.project()
    owner = site.signed_in("liaison-1")
    search(owner, NUMBER)
    assert owner.last is not None
    errand = owner.last.url.path.rpartition("/")[2]
    place = next(link for link in owner.links() if errand in link)
    assert CANARY in owner.get(place).text, "its owner reads it"
    jti = site.parts.rows("SELECT jti::text FROM ledger.header WHERE pseq IS NOT NULL LIMIT 1")
    site.parts.project()
    return {"errand": errand, "subject": place.rpartition("/")[2], "jti": str(jti[0][0])}


@pytest.mark.parametrize("who", [*(f"{role}-1" for role in ROLES if role != "liaison"), "police-1"])
def test_an_id_that_is_somebody_elses_opens_nothing_of_theirs(
    site: Site, owned: dict[str, str], who: str
) -> None:
    visitor = site.signed_in(who)
    role = "liaison" if who == "police-1" else who.removesuffix("-1")
    for at, roles in guarded().items():
        named = set(PARAMETER.findall(at))
        if not named:
            continue
        answer = knock(visitor, at, owned)
        assert CANARY not in answer.text, (at, who)
        if role not in roles:
            assert answer.status_code == 403, (at, who)
        elif named & OWN:
            assert answer.status_code == 404, (at, who)
        else:
            assert answer.status_code < 500, (at, who)


def test_an_auditor_who_follows_an_id_reads_that_and_not_of_whom(
    site: Site, owned: dict[str, str]
) -> None:
    answer = knock(site.signed_in("auditor-1"), "GET /register/{jti}", owned)
    assert answer.status_code == 200
    assert owned["subject"] not in answer.text


def shielded(answer: httpx.Response) -> None:
    """Assert what every answer carries, and that nothing in it would need a weaker policy."""
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert " style=" not in answer.text
    assert not re.search(r"<script(?![^>]* src=)| on[a-z]+=|javascript:", answer.text)


def test_the_policy_allows_nothing_unsafe_and_nobody_elses() -> None:
    assert "unsafe" not in CSP
    assert "default-src 'none'" in CSP
    assert not re.search(r"https?:|\*", CSP)


@pytest.mark.parametrize("who", ["", "liaison-1", "ig_officer-1"])
def test_every_answer_is_shielded(site: Site, owned: dict[str, str], who: str) -> None:
    visitor = site.signed_in(who) if who else site.visitor()
    for at in [*MATRIX, "GET /nothing-here"]:
        shielded(knock(visitor, at, owned))


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
    assert "there is a problem with the service" in answer.text
    assert "Marmaduke" not in answer.text
    assert answer.headers["content-security-policy"] == CSP


def test_the_bare_address_leads_to_the_first_page(site: Site) -> None:
    assert site.visitor().get("/").url.path == f"{APP}/"
