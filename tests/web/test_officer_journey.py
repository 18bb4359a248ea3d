"""An officer of information governance in a real browser: draw, ask, report, change the law.

A click does not wait for the page it leads to: what comes next is `expect`ed, never asserted.
"""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hub_process import RunningHub
from tests.web.browser import CHROMIUM, DESKTOP, PHONE, WHY_NOT, Window, window
from tests.web.live import search

pytestmark = pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
REFUSALS = 5


def refused_again_and_again(here: Window, place: RunningHub) -> None:
    """Have two council officers look for people nobody knows, as often as makes an alarm each.

    Two alarms of one kind on a page must still be told apart by somebody who cannot see them.
    """
    for officer in ("liaison-1", "liaison-2"):
        here.sign_in(officer)
        for _ in range(REFUSALS):
            search(here, place.nhs_number())
    place.settle()


def answered(here: Window, words: str) -> None:
    """Have the agency answer what it was asked."""
    page = here.page
    here.sign_in("agency_admin-1")
    here.open("/app/asked-of-us")
    page.get_by_role("link", name="Answer").first.click()
    page.get_by_role("radio", name=words).check()
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("Your answer is on record.")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop", {"viewport": DESKTOP}),
        pytest.param("phone", {"viewport": PHONE}, marks=pytest.mark.heavy),
        ("without-scripts", {"viewport": DESKTOP, "java_script_enabled": False}),
    ],
)
def test_an_officer_follows_an_alarm_to_a_question_its_answer_and_a_breach(
    place: RunningHub, browser: Browser, name: str, options: dict[str, Any]
) -> None:
    scripts = options.get("java_script_enabled", True)
    with window(browser, place.url, **options) as here:
        page, faults = here.page, {}

        def look(what: str) -> None:
            here.keep(f"officer-{what}-{name}")
            if scripts:
                faults[what] = here.faults()

        refused_again_and_again(here, place)
        here.sign_in("ig_officer-1")
        here.open("/app/alarms")
        alarm = page.locator(".hub-alarm", has_text="Refused again and again").first
        alarm.locator("summary").click()
        look("alarms")
        alarm.locator("tbody a").first.click()
        expect(page.get_by_role("heading", name="Which rules decided")).to_be_visible()
        page.get_by_text("Proof", exact=True).click()
        look("entry")
        page.get_by_label("What do you want to know?").select_option("why_so_often")
        # The most urgent is answered first: others' questions stand open in this shared hub.
        page.get_by_label("They must answer within").select_option("2")
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_text("Your question is on record.")).to_be_visible()
        answered(here, "It was opened by mistake")
        here.sign_in("ig_officer-1")
        here.open("/app/questions")
        expect(page.get_by_text("Answered by agency_admin-1").first).to_be_visible()
        look("questions")
        page.get_by_role("link", name="The entry").first.click()
        page.get_by_role("link", name="Report a breach about this answer").click()
        expect(page.get_by_role("heading", name="Report a breach")).to_be_visible()
        page.get_by_role("button", name="Put it on record").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()
        here.complaints.clear()  # the browser counts 422 as a complaint
        look("breach-errors")
        page.get_by_role("radio", name="Somebody looked without a need").check()
        page.get_by_role("radio", name="There is a risk to people").check()
        page.get_by_role("button", name="Put it on record").click()
        expect(page.get_by_text("Clock running")).to_be_visible()
        page.get_by_role("radio", name="It was reported to the Information").check()
        page.get_by_label("reference, of a report").fill("IC-1")
        page.get_by_role("button", name="Put it on record").click()
        expect(page.get_by_text("reference: IC-1.")).to_be_visible()
        look("breach")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


def test_a_sample_is_drawn_and_worked_off_by_keyboard_alone(
    place: RunningHub, browser: Browser
) -> None:
    with window(browser, place.url, viewport=DESKTOP) as here:
        page = here.page
        refused_again_and_again(here, place)
        here.sign_in("ig_officer-1")
        here.open("/app/sampling")
        _reach(page, "Draw")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The sample is drawn")).to_be_visible()
        link = page.get_by_role("region", name="Queue").get_by_role("link").first
        at = link.get_attribute("href") or ""
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("group", name="Sign off this answer")).to_be_visible()
        page.get_by_role("radio", name="It was right", exact=True).focus()
        page.keyboard.press("Space")
        _reach(page, "Record your review")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Your review is on record.")).to_be_visible()
        here.open("/app/sampling")
        expect(page.locator(f"a[href='{at}']")).to_have_count(0)


@pytest.mark.heavy  # it proves the whole law
@pytest.mark.parametrize("name", ["desktop", "phone"])
def test_a_rule_is_changed_by_one_and_released_by_two_others(
    place: RunningHub, browser: Browser, name: str
) -> None:
    with window(browser, place.url, viewport=DESKTOP if name == "desktop" else PHONE) as here:
        page, faults = here.page, {}
        page.set_default_timeout(120_000)

        def look(what: str) -> None:
            here.keep(f"officer-{what}-{name}")
            faults[what] = here.faults()

        here.sign_in("ig_officer-1")
        here.open("/app/rulebook/rules/s42-enquiry")
        page.get_by_role("button", name="Draft a change to this rule").click()
        text = page.get_by_label("The rule").input_value()
        wider = text.replace('["council", "police"]', '["council", "police", "gp"]')
        page.get_by_label("The rule").fill(wider)
        page.get_by_label("Name of the release").fill(f"wider.{name}")
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_text("What if it had been law")).to_be_visible()
        look("draft")
        worded = text.replace('title = "', f'title = "On {name}: ')
        page.get_by_label("The rule").fill(worded)
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_text("You proposed it")).to_be_visible()
        at = page.url.removeprefix(place.url)
        look("proposal")
        for person in ("ig_officer-2", "ig_officer-3"):
            here.sign_in(person)
            here.open(at)
            page.get_by_role("button", name="Approve").click()
            expect(page.get_by_text(person)).not_to_have_count(0)
        expect(page.get_by_text("2 of 2 approvals")).to_be_visible()
        page.get_by_role("button", name="Release", exact=True).click()
        expect(page.get_by_text("It decides from")).to_be_visible()
        look("released")
        assert {what: wrong for what, wrong in faults.items() if wrong} == {}


def _reach(page: Page, button: str) -> None:
    """Press Tab until a button has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == button:
            return
    raise AssertionError(f"Tab never reaches {button}")
