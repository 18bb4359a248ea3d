"""A small provider in a real browser: raise a concern, answer a referral, hear of what is new."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from hub.clock import SystemClock, london_day, seconds
from tests.support.hub_process import RunningHub
from tests.web.browser import CHROMIUM, DESKTOP, PHONE, WHY_NOT, ZOOMED, Window, window
from tests.web.steps import concern_filled_in, hold_key, refer

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
FORMS = [
    ("desktop", {"viewport": DESKTOP}),
    ("without-scripts", {"viewport": DESKTOP, "java_script_enabled": False}),
    pytest.param("phone", {"viewport": PHONE}, marks=pytest.mark.heavy),
    pytest.param(
        "forced-colours", {"viewport": DESKTOP, "forced_colors": "active"}, marks=pytest.mark.heavy
    ),
    pytest.param("zoomed-400", {"viewport": ZOOMED}, marks=pytest.mark.heavy),
]


@pytest.fixture(scope="module")
def practice(place: RunningHub) -> RunningHub:
    """A hub that holds the practice's key. Before any browser: see `browser`."""
    hold_key(place)
    return place


def referred(hub: RunningHub, number: str, *, days: int) -> None:
    """Let the council refer somebody, and want an answer by so many days from now."""
    day = london_day(seconds(SystemClock())) + timedelta(days=days)
    refer(hub, number, respond_by=day.isoformat())


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_a_nurse_raises_a_concern_and_answers_a_referral(
    practice: RunningHub, browser: Browser, name: str, options: dict[str, Any]
) -> None:
    with window(browser, practice.url, **options) as here:
        page, faults = here.page, {}

        def look(what: str) -> None:
            here.keep(f"provider-{what}-{name}")
            # axe is a script itself: without scripts, what works is what the journey shows.
            if options.get("java_script_enabled", True):
                faults[what] = here.faults()

        number = practice.nhs_number()
        here.sign_in("practitioner-1")
        here.open("/app/post")
        look("post")
        page.get_by_role("link", name="Raise a concern", exact=True).click()
        page.get_by_role("button", name="Check what will be sent").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        here.complaints.clear()  # the browser counts 422 as a complaint
        look("errors")
        concern_filled_in(here, number)
        page.get_by_role("button", name="Check what will be sent").click()
        expect(page.get_by_role("heading", name="Who will see what")).to_be_visible()
        row = page.get_by_role("row", name="north-council")
        expect(row).to_contain_text("Told at once")
        page.get_by_text("Who will see nothing of it").click()
        look("check")
        page.get_by_role("button", name="Sign and send").click()
        expect(page.get_by_role("heading", name="Your receipt")).to_be_visible()
        look("sent")
        here.open("/app/post/referral")
        look("referral")
        referred(practice, number, days=-2)
        here.open("/app/inbox")
        expect(page.get_by_text("Overdue").first).to_be_visible()
        look("inbox")
        page.get_by_role("link", name="Referral to you").first.click()
        look("notice")
        page.get_by_label("What do you need the record for?").select_option("direct_care")
        page.get_by_role("button", name="Open the record").click()
        expect(page.get_by_text("A check of her skin")).to_be_visible()
        look("record")
        page.get_by_role("radio", name="We take it on", exact=True).check()
        page.get_by_label("Why, and what happens next").fill("Seen on Monday")
        page.get_by_role("button", name="Sign and send your answer").click()
        expect(page.get_by_text("Your answer is on record")).to_be_visible()
        look("answered")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


def test_an_open_inbox_hears_of_a_notice_without_loading_again(
    practice: RunningHub, browser: Browser
) -> None:
    with window(browser, practice.url, viewport=DESKTOP) as here:
        here.sign_in("practitioner-1")
        here.open("/app/inbox")
        expect(here.page.locator("#live-off")).to_be_hidden()
        here.page.evaluate("window.stayed = true")
        before = here.page.locator("#live > li").count()
        referred(practice, practice.nhs_number(), days=3)
        fresh = here.page.get_by_role("link", name="New: Referral made").first
        # One more than stood there: an earlier one may have the same words.
        expect(here.page.locator("#live > li").nth(before)).to_be_visible(timeout=20_000)
        expect(fresh).to_be_visible()
        expect(here.page.locator("#live-said")).to_contain_text("new notice")
        assert here.page.evaluate("window.stayed"), "the page was loaded again"
        here.keep("provider-live-desktop")
        assert here.faults() == []
        fresh.click()
        expect(here.page.get_by_role("heading", name="New: Referral made")).to_be_visible()


def test_a_concern_is_raised_by_keyboard_alone(practice: RunningHub, browser: Browser) -> None:
    with window(browser, practice.url, viewport=DESKTOP) as here:
        page = here.page
        here.sign_in("practitioner-1")
        here.open("/app/post/concern")
        reach(here, "about")
        page.keyboard.press("Space")
        for at, words in (("nhs", practice.nhs_number()), ("harm", "Bruises on her arm")):
            reach(here, at)
            page.keyboard.type(words)
        for at in ("source", "know", "names", "act"):
            page.locator(f"#{at}").focus()
            page.keyboard.press("Space")
        page.locator("#type-0").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Check what will be sent").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Check before you send")).to_be_visible()


def reach(here: Window, at: str) -> None:
    """Press Tab until a field is reached."""
    for _ in range(90):
        if here.page.evaluate("document.activeElement.id") == at:
            return
        here.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {at}")
