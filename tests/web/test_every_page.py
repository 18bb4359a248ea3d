"""Every page of the hub before axe: wide, narrow, in forced colours and zoomed, none left out."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from hub.web.parts import MOUNTED_AT
from tests.support.hub_process import RunningHub
from tests.web.browser import CHROMIUM, DESKTOP, PHONE, WHY_NOT, ZOOMED, Window, window
from tests.web.live import HOME, NURSE, number_of, search
from tests.web.matrix import MATRIX, PARAMETER
from tests.web.visits import MISHAPS, NO_PAGE, STEPS, VISITS

FORMS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE},
    "forced-colours": {"viewport": DESKTOP, "forced_colors": "active"},
    "zoomed-400": {"viewport": ZOOMED},
}
ROLES_THAT_VISIT = sorted({who for who in [*VISITS.values(), *MISHAPS.values()] if who})


def test_every_page_has_a_visit_and_every_visit_a_page() -> None:
    pages = {at for at in MATRIX if at.startswith("GET ")}
    assert pages - NO_PAGE == {*VISITS, *STEPS}
    assert pages >= NO_PAGE
    assert not set(VISITS) & set(STEPS)


@pytest.fixture(scope="module")
def known(place: RunningHub, browser: Browser) -> dict[str, str]:
    """What stands where an address has a parameter: a search, whom it found, an answer's record."""
    with window(browser, place.url) as here:
        here.sign_in("liaison-1")
        search(here, number_of(place))
        errand = here.page.url.rpartition("/")[2]
        here.page.get_by_role("link", name="Read the timeline").click()
        expect(here.page.get_by_role("heading", name="Every record, newest first")).to_be_visible()
        subject = here.page.url.rpartition("/")[2]
        others = [
            timeline_of(here, HOME, "cqc_location", "safeguarding_enquiry"),
            timeline_of(here, NURSE, "nmc_pin", "regulate_professional"),
        ]
        place.settle()
        here.sign_in("ig_officer-1")
        here.open("/app/register?agency=north-council")
        jti = (here.page.locator("tbody a").first.get_attribute("href") or "").rpartition("/")[2]
        found = {"errand": errand, "subject": subject, "jti": jti, "others": " ".join(others)}
        return {**found, **looked_again(here, jti)}


def timeline_of(here: Window, number: str, by: str, purpose: str) -> str:
    """Return where the timeline of a care setting or a professional is."""
    search(here, number, by, purpose)
    link = here.page.get_by_role("link", name="Read the timeline").first
    return (link.get_attribute("href") or "").removeprefix(MOUNTED_AT)


def looked_again(here: Window, jti: str) -> dict[str, str]:
    """Have the officer draw, ask and report; return the sample, the question and the breach."""
    page = here.page
    here.open(f"/app/register/{jti}")
    page.get_by_label("What do you want to know?").select_option("which_case")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Your question is on record.")).to_be_visible()
    here.open("/app/sampling")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_text("The sample is drawn")).to_be_visible()
    again = page.get_by_role("link", name="Draw again").first.get_attribute("href") or ""
    here.open(f"/app/breaches/new?answer={jti}&agency=north-council")
    page.get_by_label("Somebody looked without a need").check()
    page.get_by_label("There is a risk to people").check()
    page.get_by_role("button", name="Put it on record").click()
    expect(page.get_by_text("Clock running")).to_be_visible()
    breach = page.url.rpartition("/")[2].partition("?")[0]
    here.sign_in("liaison-1")
    here.open("/app/asked-of-us")
    asked = page.get_by_role("link", name="Answer").first.get_attribute("href") or ""
    return {
        "sample": again.split("/")[-2],
        "question": asked.split("/")[-1],
        "breach": breach,
        "rule": "s42-enquiry",
    }


def addresses(who: str, known: dict[str, str]) -> list[str]:
    """Return what somebody visits, each with the ids that stand in it."""
    paths = [at.removeprefix("GET ") for at, by in VISITS.items() if by == who]
    paths += [path for path, by in MISHAPS.items() if by == who]
    paths += known["others"].split() if who == "liaison" else []
    return [PARAMETER.sub(lambda found: known[found[1]], path) for path in paths]


def looked_at(here: Window, path: str, name: str) -> list[str]:
    """Open a page and return what is wrong with it."""
    here.open(MOUNTED_AT + path)
    here.keep(name)
    if path in MISHAPS:
        here.complaints.clear()  # the browser counts the status as a complaint
    return here.faults()


@pytest.mark.skipif(not CHROMIUM, reason=WHY_NOT)
@pytest.mark.parametrize("who", ["", *ROLES_THAT_VISIT])
@pytest.mark.parametrize(
    "form",
    [
        "desktop",
        *(
            pytest.param(name, marks=pytest.mark.heavy)  # a minute, for what changes seldom
            for name in FORMS
            if name != "desktop"
        ),
    ],
)
def test_every_page_is_whole(
    place: RunningHub, browser: Browser, known: dict[str, str], form: str, who: str
) -> None:
    faults = {}
    with window(browser, place.url, **FORMS[form]) as here:
        if who:
            here.sign_in(f"{who}-1")
        for number, path in enumerate(addresses(who, known)):
            wrong = looked_at(here, path, f"every-{who or 'anybody'}-{number}-{form}")
            if wrong:
                faults[path] = wrong
    assert faults == {}
