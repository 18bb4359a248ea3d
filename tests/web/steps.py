"""Brings a hub to where pages are that need something done first, and tells their addresses.

In: a running hub, a browser. Out: addresses of a form, a receipt, notices, and a proposal of law.
Never here: what is expected of a page.
"""

import asyncio
import re
from typing import Any

from playwright.sync_api import Browser, expect

from contracts.concern import ReferralMade
from contracts.consent import CapacityAssessed, ConsentGiven
from contracts.integrity import ClearedForRelease
from hub.assembly import with_hub
from hub.web.parts import MOUNTED_AT
from tests.journeys.people import concern, demand, person
from tests.support.hub_process import RunningHub
from tests.web.browser import DESKTOP, Window, window

LAW_MS = 300_000
"""Proposing proves the whole law."""


def hold_key(hub: RunningHub) -> None:
    """Have the hub hold the practice's key. Before any browser: see `tests.web.live`."""

    async def enrol(inside: Any) -> str:  # noqa: ANN401 - Hub
        kid: str = await inside.keystore.enrol("oak-gp", asked_by="oak-admin")
        return kid

    asyncio.run(with_hub(hub.settings, enrol))
    hub.settle()


def refer(hub: RunningHub, number: str, *, respond_by: str | None = None) -> None:
    """Let the council refer somebody who agrees to the practice, and want an answer by a day."""
    council = "north-council"
    able = CapacityAssessed(about="adult", decision="information_sharing", result="has")
    hub.post(council, ConsentGiven(about="adult", recipients=("oak-gp",)), person(number))
    hub.post(council, able, person(number))
    said = ReferralMade(
        about="adult", to="oak-gp", why="A check of her skin", respond_by=respond_by
    )
    jti = hub.post(council, said, person(number))
    hub.post(council, ClearedForRelease(about="adult", item=jti), person(number))
    hub.settle()


def ask(hub: RunningHub, number: str) -> None:
    """Let the police ask for what the practice holds, which a person has to decide on."""
    concern(hub, number, by="oak-gp")
    hub.settle()
    subject = hub.find("north-council", number)
    demand(hub, "north-police", subject)
    hub.settle()
    refused = hub.client("north-police").disclose(
        subject, purpose="crime_investigation", legal_demand="police_request", necessary=True,
        offence_stated=True, reason="the theft of 4 March",
    )  # fmt: skip
    assert not refused.released
    hub.settle()


def concern_filled_in(here: Window, number: str) -> None:
    """Fill a concern in, as a nurse would."""
    page = here.page
    page.get_by_role("radio", name="An adult", exact=True).check()
    page.get_by_label("NHS number", exact=True).fill(number)
    page.get_by_label("Given name").fill("Ann")
    page.get_by_label("Family name").fill("Quill")
    page.get_by_label("Physical Abuse").check()
    page.get_by_label("What happened, or what did you see?").fill("Two bruises on her arm")
    page.get_by_label("I or a colleague saw or heard it").check()
    page.get_by_label("They are at risk of abuse or neglect").check()
    page.get_by_label("They need care and support").check()
    page.get_by_label("No: it names nobody else").check()
    page.get_by_label("north-council", exact=True).check()


def taken(hub: RunningHub, browser: Browser) -> list[str]:
    """Return the practice's pages: forms, a receipt, a referral and a request, closed and open."""
    with window(browser, hub.url, viewport=DESKTOP) as here:
        page = here.page
        here.sign_in("practitioner-1")
        here.open(f"{MOUNTED_AT}/post/concern")
        concern_filled_in(here, hub.nhs_number())
        page.get_by_role("button", name="Check what will be sent").click()
        page.get_by_role("button", name="Sign and send").click()
        expect(page.get_by_role("heading", name="Your receipt")).to_be_visible()
        found = [f"{MOUNTED_AT}/post/concern", f"{MOUNTED_AT}/post/referral", here.page.url]
        for named in ("Referral to you", "Another agency asks"):
            here.open(f"{MOUNTED_AT}/inbox")
            page.get_by_role("link", name=named).first.click()
            found.append(page.url)
            page.get_by_label("What do you need the record for?").select_option("direct_care")
            page.get_by_role("button", name="Open the record").click()
            expect(page.get_by_text("You are reading this for")).to_be_visible()
            found.append(page.url)
    return [address.removeprefix(hub.url) for address in found]


def proposed(hub: RunningHub, browser: Browser) -> str:
    """Have an officer propose a change of law; return where the proposal is."""
    with window(browser, hub.url, viewport=DESKTOP) as here:
        here.page.set_default_timeout(LAW_MS)
        here.sign_in("ig_officer-1")
        here.open(f"{MOUNTED_AT}/rulebook/draft?rule=s42-enquiry")
        box = here.page.locator("textarea[name=file]")
        old = box.input_value()
        box.fill(re.sub(r'(?m)^title = ".*"$', 'title = "An enquiry under section 42"', old))
        for button in ("Try it", "Propose it"):
            here.page.get_by_role("button", name=button).click(timeout=LAW_MS)
        expect(here.page.get_by_text("You proposed it")).to_be_visible(timeout=LAW_MS)
        return here.page.url.removeprefix(hub.url)
