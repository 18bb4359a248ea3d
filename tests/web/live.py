"""A running hub with people in it and a browser, shared by all that is driven in a browser.

In: the session's PostgreSQL. Out: the fixtures `place` and `browser`, and what journeys begin with.
Never here: a reset. Who needs a case of their own takes another number.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from adapters.kit import urn
from contracts.codes import AbuseType
from contracts.police import CrimeReported
from contracts.professional import PiPoTRaised
from contracts.setting import ProviderConcernOpened
from hub.web.who import ROLES
from tests.journeys.people import concern, enquiry, person
from tests.support.hub_process import CAST, RunningHub, running
from tests.support.postgres import Postgres
from tests.web.browser import Window, chromium

HOME, NURSE = "1-7770001", "99Z0001T"
"""A care setting and a professional, by made-up numbers."""
AGENCY_OF = {
    "ig_officer": "ig-office",
    "auditor": "ig-office",
    "practitioner": "oak-gp",
    "sab_analyst": "north-board",
}
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
PEOPLE += [
    {**next(one for one in PEOPLE if one["id"] == "ig_officer-1"), "id": f"ig_officer-{n}"}
    for n in (2, 3)
]
"""Law needs three: who proposes never approves."""
PEOPLE += [{**next(one for one in PEOPLE if one["id"] == "liaison-1"), "id": "liaison-2"}]


@pytest.fixture(scope="session")
def place(postgres: Postgres) -> Iterator[RunningHub]:
    """A running hub with people, in which one woman's case is known to three agencies."""
    with running(postgres, {**CAST, "north-board": "sab"}, people=PEOPLE) as hub:
        number = hub.nhs_number()
        concern(hub, number, types=(AbuseType.PHYSICAL,), injuries="two fractures")
        enquiry(hub, number, "north-police")
        crime = CrimeReported(about="adult", crime_ref="NS-1", offence="assault", role="victim")
        hub.post("north-police", crime, person(number))
        happened_elsewhere(hub)
        hub.settle()
        hub.folder.joinpath("number").write_text(number)
        yield hub


def happened_elsewhere(hub: RunningHub) -> None:
    """Have three residents harmed at a home that the council watches, and a nurse suspected."""
    watched = ProviderConcernOpened(about="setting", setting=HOME, level="watch")
    hub.post("north-council", watched, urn(f"urn:cqc:location:{HOME}"))
    for by in ("oak-gp", "north-trust", "east-council"):
        concern(hub, hub.nhs_number(), by=by, setting=HOME)
    hub.post("north-council", PiPoTRaised(about="professional"), urn(f"urn:nmc:pin:{NURSE}"))


@pytest.fixture(scope="module")
def browser(place: RunningHub) -> Iterator[Browser]:  # noqa: ARG001 - it starts first, see below
    """One browser for a module's tests.

    Not for a session's: while it is open its loop counts as running, and no test in this process
    could run one of its own; nor could the hub be started after it.
    """
    with chromium() as found:
        yield found


def number_of(hub: RunningHub) -> str:
    """Return the number of the woman whose case it is."""
    return hub.folder.joinpath("number").read_text()


def search(
    here: Window, number: str, by: str = "nhs_number", purpose: str = "safeguarding_enquiry"
) -> None:
    """Fill the form in, send it, and wait for what came of it."""
    page = here.page
    here.open("/app/find")
    page.get_by_label("What do you need it for?").select_option(purpose)
    page.get_by_label("An enquiry is open").check()
    page.get_by_label("Kind of number").select_option(by)
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("On record: you searched for")).to_be_visible()
