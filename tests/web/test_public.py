"""What a public service owes everybody, and what it says when something cannot be shown."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from hub.clock import seconds
from hub.disclosure.ask import Answer
from tests.support.parts import concern
from tests.web.site import APP, Site
from tests.web.test_find import NUMBER, search

SECTIONS = (
    "How accessible this website is",
    "Feedback and contact information",
    "Reporting accessibility problems with this website",
    "Enforcement procedure",
    "Technical information about this website\u2019s accessibility",
    "Compliance status",
    "Non-accessible content",
    "What we\u2019re doing to improve accessibility",
    "Preparation of this accessibility statement",
)
"""Source: the model statement under the Accessibility Regulations 2018, regulation 8."""


def test_the_statement_has_every_part_that_the_regulations_ask_for(site: Site) -> None:
    page = site.visitor().get(f"{APP}/accessibility").text
    places = [page.index(f">{part}<") for part in SECTIONS]
    assert places == sorted(places)
    assert "Equality Advisory and Support Service" in page
    assert site.parts.hub.settings.contact in page


def test_security_txt_says_whom_to_tell_and_is_not_out_of_date(site: Site) -> None:
    answer = site.visitor().get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"].startswith("mailto:")
    now = datetime.fromtimestamp(seconds(site.parts.hub.clock), tz=UTC)
    expires = datetime.fromisoformat(said["Expires"])
    assert now < expires < now + timedelta(days=365), "RFC 9116 section 2.5.5: less than a year"
    assert said["Canonical"].endswith("/.well-known/security.txt")


def test_the_cookies_that_are_set_are_the_cookies_that_are_told(site: Site) -> None:
    visitor = site.visitor()
    told = visitor.get(f"{APP}/cookies").text
    set_now = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["set-cookie"].split("=")[0]
    visitor.sign_in("liaison-1")
    for name in {set_now, *visitor.http.cookies}:
        if name.startswith("hub"):
            assert f">{name}<" in told


def test_the_help_explains_every_shape_that_is_drawn(site: Site) -> None:
    page = site.visitor().get(f"{APP}/help").text
    assert page.count("hub-mark ") == 8
    assert "call 999" in page


@pytest.mark.parametrize("path", ["/nothing-here", "/find/not-an-id", "/help/me"])
def test_an_address_that_leads_nowhere_says_so_in_the_usual_words(site: Site, path: str) -> None:
    answer = site.signed_in("liaison-1").step(APP + path)
    assert answer.status_code == 404
    assert '<h1 class="govuk-heading-l">Page not found</h1>' in answer.text
    assert "If you typed the web address, check it is correct." in answer.text
    assert path not in answer.text


def test_a_database_that_is_away_is_a_service_that_comes_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.signed_in("liaison-1")

    async def away(*_: object) -> None:
        raise psycopg.OperationalError("host=10.0.0.1 user=hub_app")

    monkeypatch.setattr("hub.web.find.errand_of", away)
    answer = visitor.step(f"{APP}/find/00000000-0000-4000-8000-000000000001")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert "Sorry, the service is unavailable" in answer.text
    assert "10.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("reason", "status", "words"),
    [
        ("erased", 410, "The record was erased"),
        ("purpose_not_open", 403, "Your agency may not ask for this purpose"),
        ("nothing_to_show", 404, "none that you may know of"),
    ],
)
def test_a_timeline_that_is_refused_says_what_may_be_said(
    site: Site, monkeypatch: pytest.MonkeyPatch, reason: str, status: int, words: str
) -> None:
    site.parts.post("gp-c", concern())
    site.parts.project()
    visitor = site.signed_in("liaison-1")
    search(visitor, NUMBER)
    place = next(link for link in visitor.links() if link.count("/") == 4)

    async def refused(*_: object) -> Answer:
        return Answer(
            outcome="refused",
            body=b"{}",
            receipt="",
            jti=UUID(int=1),
            reason=reason,  # type: ignore[arg-type] # one of the desk's own codes
        )

    monkeypatch.setattr("hub.disclosure.desk.Desk.timeline", refused)
    answer = visitor.step(place)
    assert answer.status_code == status
    assert words in answer.text
