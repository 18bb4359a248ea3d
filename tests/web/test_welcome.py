"""The first page of a try-out: one screen says what this is, and offers everybody by name."""

import re
from importlib.resources import files

import pytest
from playwright.sync_api import Route

from hub.demo.people import ANN, LOCATION
from hub.demo.personas import PERSONAS
from hub.web.pages import environment
from tests.web.browser import CHROMIUM, DESKTOP, WHY_NOT, chromium

STATIC = files("hub.web") / "static"


def welcome() -> str:
    """Return the first page as the try-out has it, with its own people."""
    page = environment().get_template("welcome.html")
    told = [persona.told() for persona in PERSONAS]
    return page.render(base="/app", static="/static", officer=None, navigation=[], people=told)


def test_every_persona_is_offered_and_the_numbers_to_search_for_are_there() -> None:
    page = welcome()
    assert re.findall(r"person=([a-z0-9-]+)", page) == [persona.id for persona in PERSONAS]
    assert ANN.value in page
    assert LOCATION in page
    assert "made up" in page


@pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
def test_a_newcomer_sees_it_all_without_scrolling() -> None:
    def serve(route: Route) -> None:
        path = route.request.url.partition("/static/")[2]
        if path:
            route.fulfill(path=str(STATIC / path))
        else:
            route.fulfill(body=welcome(), content_type="text/html; charset=utf-8")

    with chromium() as browser:
        page = browser.new_page(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
        page.route("**/*", serve)
        page.goto("http://hub.test/")
        card = page.locator(".hub-card").last.bounding_box()
        assert card is not None
        assert card["y"] + card["height"] <= DESKTOP["height"]
        page.close()
