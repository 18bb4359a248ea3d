"""The pages in a real browser: what axe finds, by keyboard, without scripts, small and zoomed.

A click does not wait for the page it leads to: what comes next is `expect`ed, never asserted.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.hub_process import RunningHub
from tests.web.browser import (
    CHROMIUM,
    DESKTOP,
    PHONE,
    WHY_NOT,
    ZOOMED,
    window,
)
from tests.web.live import number_of, search

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop", {"viewport": DESKTOP}),
        ("phone", {"viewport": PHONE}),
        pytest.param(
            "forced-colours",
            {"viewport": DESKTOP, "forced_colors": "active"},
            marks=pytest.mark.heavy,
        ),
        ("without-scripts", {"viewport": DESKTOP, "java_script_enabled": False}),
        pytest.param("zoomed-400", {"viewport": ZOOMED}, marks=pytest.mark.heavy),
    ],
)
def test_a_liaison_officer_finds_and_reads_and_every_page_on_the_way_is_whole(
    place: RunningHub, browser: Browser, name: str, options: dict[str, Any]
) -> None:
    with window(browser, place.url, **options) as here:
        faults = {}

        def look(what: str) -> None:
            here.keep(f"{what}-{name}")
            # axe is a script itself: without scripts, what works is what the journey shows.
            if options.get("java_script_enabled", True):
                faults[what] = here.faults()

        here.open("/app/")
        look("welcome")
        here.sign_in("liaison-1")
        look("home")
        here.open("/app/find")
        here.page.get_by_role("button", name="Search").click()
        expect(here.page.get_by_text("There is a problem")).to_be_visible()
        here.complaints.clear()  # the browser counts 422 as a complaint
        look("find-errors")
        search(here, number_of(place))
        expect(here.page.get_by_role("heading", name="One match")).to_be_visible()
        look("found")
        here.page.get_by_role("link", name="Read the timeline").click()
        expect(here.page.get_by_role("heading", name="Concern raised")).to_be_visible()
        here.page.get_by_text("Filter, and as known on a day").click()
        here.page.locator(".hub-why a").first.click()
        expect(here.page).to_have_url(re.compile("#why-"))
        look("timeline")
        here.page.get_by_role("checkbox", name="oak-gp").check()
        here.page.get_by_role("button", name="Apply").click()
        expect(here.page.get_by_text("1 fit the filter")).to_be_visible()
        here.page.get_by_role("button", name="Sign out", exact=True).click()
        expect(here.page.get_by_text("You are signed out of the hub")).to_be_visible()
        look("signed-out")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize("name", ["desktop", pytest.param("phone", marks=pytest.mark.heavy)])
def test_an_officer_reads_the_register_signs_off_and_tells_who_saw(
    place: RunningHub, browser: Browser, name: str
) -> None:
    with window(browser, place.url, viewport=DESKTOP if name == "desktop" else PHONE) as here:
        faults = {}

        def look(what: str) -> None:
            here.keep(f"{what}-{name}")
            faults[what] = here.faults()

        here.sign_in("liaison-1")
        search(here, number_of(place))
        here.page.get_by_role("link", name="Read the timeline").click()
        expect(here.page.get_by_role("heading", name="Every record, newest first")).to_be_visible()
        place.settle()
        here.sign_in("ig_officer-1")
        here.open("/app/register?agency=north-council")
        look("register")
        here.page.locator("tbody a").first.click()
        here.page.get_by_text("Proof").click()
        expect(here.page.get_by_text("Which rules decided")).to_be_visible()
        look("entry")
        here.page.get_by_label("It was right", exact=True).check()
        here.page.get_by_role("button", name="Record your review").click()
        expect(here.page.get_by_text("Your review is on record.")).to_be_visible()
        here.page.locator("a[href*='/who-saw/']").click()
        expect(here.page.get_by_role("heading", name="Given")).to_be_visible()
        look("who-saw")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize("name", ["desktop", pytest.param("phone", marks=pytest.mark.heavy)])
def test_a_practitioner_is_led_to_advice(place: RunningHub, browser: Browser, name: str) -> None:
    with window(browser, place.url, viewport=DESKTOP if name == "desktop" else PHONE) as here:
        here.sign_in("practitioner-1")
        here.open("/app/share")
        here.keep(f"share-question-{name}")
        faults = here.faults()
        for words in ("A council", "An adult", "A safeguarding enquiry"):
            here.page.get_by_role("radio", name=words, exact=True).check()
            here.page.get_by_role("button", name="Continue").click()
            # Answered, it is asked no more: the page that comes next is there.
            expect(here.page.get_by_role("radio", name=words, exact=True)).to_have_count(0)
            expect(here.page.get_by_text("Your answers")).to_be_visible()
        faults += here.faults()
        here.page.get_by_role("button", name="Show the advice so far").click()
        expect(here.page.get_by_role("heading", name="What to write down")).to_be_visible()
        here.keep(f"share-advice-{name}")
        assert faults + here.faults() == []


def test_a_keyboard_reaches_every_mark_of_the_picture_in_order(
    place: RunningHub, browser: Browser
) -> None:
    with window(browser, place.url, viewport=DESKTOP) as here:
        here.sign_in("liaison-1")
        search(here, number_of(place))
        here.page.get_by_role("link", name="Read the timeline").click()
        expect(here.page.get_by_role("heading", name="Every record, newest first")).to_be_visible()
        here.page.wait_for_load_state()
        marks = here.page.locator(".hub-stop")
        said = marks.locator("title").all_text_contents()
        assert len(said) >= 3
        marks.first.focus()
        walked = []
        for _ in said:
            walked.append(here.page.evaluate("document.activeElement.textContent.trim()"))
            here.page.keyboard.press("Tab")
        assert walked == said
        marks.first.focus()
        here.page.keyboard.press("Enter")
        expect(here.page).to_have_url(re.compile("#item-"))


@pytest.mark.parametrize("name", ["desktop", pytest.param("phone", marks=pytest.mark.heavy)])
def test_a_boards_analyst_reads_figures_and_finds_nobody_in_them(
    place: RunningHub, browser: Browser, name: str
) -> None:
    with window(browser, place.url, viewport=DESKTOP if name == "desktop" else PHONE) as here:
        here.open("/app/dashboard")
        expect(here.page.get_by_role("heading", name="Who are you today?")).to_be_visible()
        here.page.get_by_role("link", name="A made-up sab_analyst").click()
        expect(here.page.get_by_role("heading", name="Figures for the Board")).to_be_visible()
        here.keep(f"dashboard-{name}")
        faults = here.faults()
        # This hub began today: no quarter is over, and nothing of it may be counted yet.
        expect(here.page.get_by_text("There is nothing to publish yet")).to_be_visible()
        expect(here.page.get_by_role("heading", name="Why this is lawful")).to_be_visible()
        here.open("/app/register")
        expect(here.page.get_by_text("This page is not for your role")).to_be_visible()
        assert faults == []
