"""Signing in and out: who comes in is who the provider says, in the browser that began it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from hub.clock import FixedClock
from hub.web.sessions import ABSOLUTE_S, ATTEMPT_S, IDLE_S
from hub.web.who import STEP_UP_S
from tests.web.site import APP, IDP, Site


def later(site: Site, seconds: float) -> None:
    clock = site.parts.hub.clock
    assert isinstance(clock, FixedClock)
    clock.advance(seconds)


def sessions(site: Site) -> int:
    return int(site.parts.rows("SELECT count(*) FROM ops.web_session")[0][0])


def test_somebody_who_signs_in_is_told_as_whom_and_where_to_go_on(site: Site) -> None:
    page = site.visitor().sign_in("liaison-1")
    assert page.status_code == 200
    assert page.url.path == f"{APP}/"
    assert "liaison-1</strong>, liaison officer" in page.text
    assert f'href="{APP}/find"' in page.text


def test_a_page_that_needs_an_officer_leads_through_the_provider_and_back(site: Site) -> None:
    visitor = site.visitor()
    asked = visitor.get(f"{APP}/find")
    assert str(asked.url).startswith(f"{IDP}/authorize")
    here = {k: v[0] for k, v in parse_qs(urlsplit(str(asked.url)).query).items()}
    assert here["code_challenge_method"] == "S256"
    assert here["nonce"]
    back = visitor.get(str(asked.url), **here, login_hint="liaison-1")
    assert back.url.path == f"{APP}/find"


def test_the_way_back_never_leaves_this_site(site: Site) -> None:
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", "/app/../x?a=//b"):
        page = site.visitor().sign_in("liaison-1", to=place)
        assert page.url.host == "127.0.0.1"
        assert page.url.path == f"{APP}/"


def test_a_key_that_was_there_before_signing_in_is_not_the_sessions_key(site: Site) -> None:
    visitor = site.visitor()
    visitor.http.cookies.set("hub", "chosen-by-another")
    visitor.sign_in("liaison-1")
    given = visitor.last.history[-1].headers.get_list("set-cookie") if visitor.last else []
    assert any(one.startswith("hub=") and "chosen-by-another" not in one for one in given)
    other = site.visitor()
    other.http.cookies.set("hub", "chosen-by-another")
    assert str(other.get(f"{APP}/find").url).startswith(IDP)


def test_signing_in_again_ends_the_session_before_and_takes_a_new_key(site: Site) -> None:
    visitor = site.signed_in("liaison-1")
    before = visitor.http.cookies["hub"]
    visitor.sign_in("police-1")
    assert visitor.http.cookies["hub"] != before
    assert sessions(site) == 1


def test_an_answer_taken_to_another_browser_signs_nobody_in(site: Site) -> None:
    visitor = site.visitor()
    to_provider = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["location"]
    back = visitor.step(to_provider).headers["location"]
    other = site.visitor()
    assert other.step(back).status_code == 403
    assert "hub" not in other.http.cookies
    assert visitor.step(back).status_code == 303
    assert visitor.step(back).status_code == 403, "it is good once"


@pytest.mark.parametrize(
    ("spoilt", "by"),
    [("state=", "state=x"), ("code=", "code=x"), ("iss=http", "iss=https"), ("&iss=", "&not=")],
)
def test_a_spoilt_answer_signs_nobody_in(site: Site, spoilt: str, by: str) -> None:
    visitor = site.visitor()
    to_provider = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["location"]
    back = visitor.step(to_provider).headers["location"]
    assert spoilt in back
    refused = visitor.step(back.replace(spoilt, by))
    assert refused.status_code == 403
    assert sessions(site) == 0


def test_a_refusal_by_the_provider_is_told_in_plain_words(site: Site) -> None:
    visitor = site.visitor()
    to_provider = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["location"]
    state = parse_qs(urlsplit(to_provider).query)["state"][0]
    told = visitor.step(f"{APP}/signed-in?error=access_denied&state={state}&iss={IDP}")
    assert told.status_code == 403
    assert "did not sign you in" in told.text


def test_a_sign_in_left_too_long_is_begun_again(site: Site) -> None:
    visitor = site.visitor()
    to_provider = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["location"]
    back = visitor.step(to_provider).headers["location"]
    later(site, ATTEMPT_S + 1)
    assert visitor.step(back).status_code == 403


def test_a_session_ends_when_nobody_uses_it(site: Site) -> None:
    visitor = site.signed_in("liaison-1")
    later(site, IDLE_S - 1)
    assert visitor.step(f"{APP}/find").status_code == 200
    later(site, IDLE_S - 1)
    assert visitor.step(f"{APP}/find").status_code == 200, "it was used since"
    later(site, IDLE_S)
    assert visitor.step(f"{APP}/find").status_code == 303


def test_a_session_ends_after_a_shift_however_much_it_is_used(site: Site) -> None:
    visitor = site.signed_in("liaison-1")
    for _ in range(ABSOLUTE_S // (IDLE_S - 60)):
        assert visitor.step(f"{APP}/find").status_code == 200
        later(site, IDLE_S - 60)
    later(site, IDLE_S - 60)
    assert visitor.step(f"{APP}/find").status_code == 303


def test_signing_out_ends_this_session_alone(site: Site) -> None:
    here, there = site.signed_in("liaison-1"), site.signed_in("liaison-1")
    here.send(f"{APP}/sign-out", where="here")
    assert "You are signed out" in here.text()
    assert here.step(f"{APP}/find").status_code == 303
    assert there.step(f"{APP}/find").status_code == 200


def test_signing_out_everywhere_ends_every_session_of_that_person(site: Site) -> None:
    here, there = site.signed_in("liaison-1"), site.signed_in("liaison-1")
    somebody = site.signed_in("police-1")
    here.send(f"{APP}/sign-out", where="everywhere")
    assert there.step(f"{APP}/find").status_code == 303
    assert somebody.step(f"{APP}/find").status_code == 200


def test_a_form_of_another_session_or_site_is_refused(site: Site) -> None:
    visitor, other = site.signed_in("liaison-1"), site.signed_in("police-1")
    for token in ("", "x", other.csrf()):
        assert visitor.send(f"{APP}/sign-out", csrf=token, where="here").status_code == 403
    visitor.get(f"{APP}/")
    visitor.http.headers["sec-fetch-site"] = "cross-site"
    assert visitor.send(f"{APP}/sign-out", where="here").status_code == 403
    del visitor.http.headers["sec-fetch-site"]
    assert visitor.step(f"{APP}/find").status_code == 200


def test_the_register_keeps_no_key_that_would_sign_anybody_in(site: Site) -> None:
    visitor = site.signed_in("liaison-1")
    key = visitor.http.cookies["hub"]
    kept = "".join(
        str(row)
        for read in ("SELECT t::text FROM ops.web_session t", "SELECT t::text FROM ops.web_login t")
        for row in site.parts.rows(read)
    )
    assert key not in kept
    assert key.encode().hex() not in kept


def test_cookies_are_for_the_server_alone(site: Site) -> None:
    visitor = site.visitor()
    set_cookie = visitor.step(f"{APP}/sign-in?person=liaison-1").headers["set-cookie"].lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie


def test_who_is_of_no_registered_agency_sees_no_page(site: Site) -> None:
    visitor = site.visitor()
    visitor.sign_in("stranger-1")
    assert visitor.step(f"{APP}/find").status_code == 303


def test_whoever_must_say_again_who_they_are_is_asked_by_the_provider(site: Site) -> None:
    to = site.visitor().step(f"{APP}/sign-in?again=yes").headers["location"]
    assert f"max_age={STEP_UP_S}" in to
    assert "max_age" not in site.visitor().step(f"{APP}/sign-in").headers["location"]
