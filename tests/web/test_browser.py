"""The pages in a real browser: what axe finds, by keyboard, without scripts, small and zoomed.

A click does not wait for the page it leads to: what comes next is `expect`ed, never asserted.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from contracts.codes import AbuseType
from contracts.police import CrimeReported
from hub.web.who import ROLES
from tests.journeys.people import concern, enquiry, person
from tests.support.hub_process import CAST, RunningHub, running
from tests.support.postgres import Postgres
from tests.web.browser import (
    CHROMIUM,
    DESKTOP,
    PHONE,
    WHY_NOT,
    ZOOMED,
    Window,
    chromium,
    window,
)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)

AGENCY_OF = {"ig_officer": "ig-office", "auditor": "ig-office", "practitioner": "oak-gp"}
PEOPLE = [
    {
        "id": f"{role}-1",
        "name": f"A made-up {role}",
        "job": role,
        "words": "Made up.",
        "agency": AGENCY_OF.get(role, "north-council"),
        "roles": [role],
    }
    for role in ROLES
]


@pytest.fixture(scope="module")
def place(postgres: Postgres) -> Iterator[RunningHub]:
    """A running hub with people, in which one woman's case is known to three agencies."""
    with running(postgres, CAST, people=PEOPLE) as hub:
        number = hub.nhs_number()
        concern(hub, number, types=(AbuseType.PHYSICAL,), injuries="two fractures")
        enquiry(hub, number, "north-police")
        crime = CrimeReported(about="adult", crime_ref="NS-1", offence="assault", role="victim")
        hub.post("north-police", crime, person(number))
        hub.settle()
        hub.folder.joinpath("number").write_text(number)
        yield hub


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with chromium() as found:
        yield found


def search(here: Window, number: str) -> None:
    """Fill the form in and send it."""
    page = here.page
    here.open("/app/find")
    page.get_by_label("What do you need it for?").select_option("safeguarding_enquiry")
    page.get_by_label("An enquiry is open").check()
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_role("button", name="Search").click()


def number_of(hub: RunningHub) -> str:
    return hub.folder.joinpath("number").read_text()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop", {"viewport": DESKTOP}),
        ("phone", {"viewport": PHONE}),
        ("forced-colours", {"viewport": DESKTOP, "forced_colors": "active"}),
        ("without-scripts", {"viewport": DESKTOP, "java_script_enabled": False}),
        ("zoomed-400", {"viewport": ZOOMED}),
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
        here.page.get_by_text("Why it was lawful").first.click()
        look("timeline")
        here.page.get_by_role("checkbox", name="oak-gp").check()
        here.page.get_by_role("button", name="Apply").click()
        expect(here.page.get_by_text("1 fit the filter")).to_be_visible()
        here.page.get_by_role("button", name="Sign out", exact=True).click()
        expect(here.page.get_by_text("You are signed out of the hub")).to_be_visible()
        look("signed-out")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


@pytest.mark.parametrize("name", ["desktop", "phone"])
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


@pytest.mark.parametrize("name", ["desktop", "phone"])
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
        said = [marks.nth(n).get_attribute("aria-label") for n in range(marks.count())]
        assert len(said) >= 3
        marks.first.focus()
        walked = []
        for _ in said:
            walked.append(here.page.evaluate("document.activeElement.getAttribute('aria-label')"))
            here.page.keyboard.press("Tab")
        assert walked == said
        marks.first.focus()
        here.page.keyboard.press("Enter")
        expect(here.page).to_have_url(re.compile("#item-"))


def test_the_pages_of_everybody_are_whole(place: RunningHub, browser: Browser) -> None:
    with window(browser, place.url, viewport=PHONE) as here:
        faults = {}
        for path in ("/app/cookies", "/app/accessibility"):
            here.open(path)
            faults[path] = here.faults()
        assert faults == {"/app/cookies": [], "/app/accessibility": []}
