"""Pages that need something done first before axe, and every page by keyboard and without scripts.

All of it is heavy: what a page is changes seldom, and axe has seen the plain ones in every run.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from hub.web.parts import MOUNTED_AT
from tests.support.hub_process import RunningHub
from tests.web.browser import CHROMIUM, DESKTOP, WHY_NOT, Window, window
from tests.web.steps import ask, hold_key, proposed, refer, taken
from tests.web.test_every_page import FORMS, ROLES_THAT_VISIT, addresses, known
from tests.web.visits import MISHAPS

__all__ = ["known"]
pytestmark = [pytest.mark.heavy, pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)]
NUMBER = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f-]{27})?\b|[0-9]+")
EVERYBODY = ["", *ROLES_THAT_VISIT]


@pytest.fixture(scope="module")
def practice(place: RunningHub) -> RunningHub:
    """A hub where the practice has a key, a referral and a request. Before any browser."""
    hold_key(place)
    refer(place, place.nhs_number(), respond_by="2026-01-31")
    ask(place, place.nhs_number())
    return place


@pytest.fixture(scope="module")
def steps(practice: RunningHub, browser: Browser) -> Mapping[str, list[str]]:
    """Addresses of the pages that need something done first, by who opens them."""
    return {
        "practitioner": taken(practice, browser),
        "ig_officer": [proposed(practice, browser)],
    }


@pytest.fixture(scope="module")
def pages(known: dict[str, str], steps: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Every page there is, by who opens it."""
    return {
        who: [
            *(MOUNTED_AT + path for path in addresses(who, known) if path not in MISHAPS),
            *steps.get(who, ()),
        ]
        for who in EVERYBODY
    }


def signed_in(here: Window, who: str) -> None:
    """Sign in, unless nobody in particular opens the pages."""
    if who:
        here.sign_in(f"{who}-1")


@pytest.mark.parametrize("form", FORMS)
def test_what_needs_something_done_first_is_whole(
    practice: RunningHub, browser: Browser, steps: Mapping[str, list[str]], form: str
) -> None:
    faults = {}
    for who, paths in steps.items():
        with window(browser, practice.url, **FORMS[form]) as here:
            signed_in(here, who)
            for number, path in enumerate(paths):
                here.open(path)
                here.keep(f"step-{who}-{number}-{form}")
                faults[path] = here.faults()
    assert len(faults) == 8
    assert {path: wrong for path, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_everything_on_every_page_is_reached_by_keyboard_and_seen_there(
    practice: RunningHub, browser: Browser, pages: Mapping[str, list[str]], who: str
) -> None:
    faults = {}
    with window(browser, practice.url, viewport=DESKTOP) as here:
        signed_in(here, who)
        for path in pages[who]:
            here.open(path)
            faults[path] = here.unreached()
    assert {path: wrong for path, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page_says_the_same_without_scripts(
    practice: RunningHub, browser: Browser, pages: Mapping[str, list[str]], who: str
) -> None:
    options: dict[str, Any] = {"viewport": DESKTOP}
    with (
        window(browser, practice.url, **options) as here,
        window(browser, practice.url, **options, java_script_enabled=False) as bare,
    ):
        for one in (here, bare):
            signed_in(one, who)
        for path in pages[who]:
            for one in (here, bare):
                one.open(path)
                expect(one.page.get_by_role("heading", level=1)).to_be_visible()
            # What a script adds (that an inbox hears by itself) is no part of what a page says.
            with_scripts, without = (set(words_of(one)) for one in (here, bare))
            assert with_scripts - without == set(), path
            assert bare.page.get_by_role("button").count() >= here.page.get_by_role(
                "button"
            ).count(), path  # fmt: skip
        assert here.complaints == bare.complaints == []


def words_of(here: Window) -> list[str]:
    """Return the lines of a page that are visible, without numbers: each reading has its own."""
    said = here.page.get_by_role("main").inner_text().splitlines()
    return [NUMBER.sub("#", line).replace("times", "time") for line in said if line.strip()]
