"""The pages of a care setting and of a professional: what adds up, and only what one may have."""

import re

import pytest

from contracts.concern import ConcernRaised
from contracts.professional import PiPoTRaised
from contracts.setting import ProviderConcernOpened
from hub.clock import FixedClock
from hub.web import setting
from tests.support.parts import NHS_NUMBERS, concern, person
from tests.web.site import Site, Visitor
from tests.web.test_find import search

LOCATION = "1-7770001"
HOME = {"format": "uri", "uri": f"urn:cqc:location:{LOCATION}"}
PIN = "99Z0001T"
NURSE = {"format": "uri", "uri": f"urn:nmc:pin:{PIN}"}
PLAIN = re.compile(r"<[^>]+>|\s+")


def opened(visitor: Visitor, by: str, number: str, purpose: str) -> str:
    """Search by a number of some kind and return the page of whom was found, in plain words."""
    search(visitor, number, by=by, purpose=purpose)
    place = next((link for link in visitor.links() if link.count("/") == 4), None)
    assert place is not None, visitor.text()
    return PLAIN.sub(" ", visitor.get(place).text)


@pytest.fixture
def home(site: Site) -> Site:
    """A home with an open concern of the council's, and three residents harmed there since."""
    parts = site.parts
    watched = ProviderConcernOpened(about="setting", setting=LOCATION, level="watch")
    parts.post("council-a", watched, HOME)
    for n, by in enumerate(("gp-c", "trust-d", "police-b")):
        harmed = concern(setting=LOCATION, harm="a resident was hurt")
        parts.post(by, harmed, person(NHS_NUMBERS[n]))
    parts.project()
    return site


def test_a_care_setting_adds_up_what_everybody_recorded_there(home: Site) -> None:
    page = opened(home.signed_in("liaison-1"), "cqc_location", LOCATION, "safeguarding_enquiry")
    assert "What agencies hold about this care setting" in page
    assert "Three or more reports of harm within a year: 3 from 3 agencies in the 365 days" in page
    assert "Concern raised" in page
    assert "More than usual" in page
    assert "Why your agency may see this" in page
    for number in NHS_NUMBERS[:3]:
        assert number not in page


def test_a_setting_page_lists_no_resident_and_says_what_they_want_of_nobody(home: Site) -> None:
    page = opened(home.signed_in("liaison-1"), "cqc_location", LOCATION, "safeguarding_enquiry")
    assert "a resident was hurt" not in page
    assert "What the person wants" not in page


def test_an_alarm_of_an_earlier_year_stays_and_lately_is_lately(home: Site) -> None:
    clock = home.parts.hub.clock
    assert isinstance(clock, FixedClock)
    clock.advance(200 * 86_400)
    page = opened(home.signed_in("liaison-1"), "cqc_location", LOCATION, "safeguarding_enquiry")
    assert "Three or more reports of harm within a year" in page
    assert "More than usual" not in page


def test_bars_stand_for_months_the_oldest_first_and_lately_is_told_apart() -> None:
    uri = ConcernRaised.TYPE
    counts = [
        {"month": "2026-11", "type": uri, "count": 4, "posters": 2},
        {"month": "2026-03", "type": uri, "count": 1, "posters": 1},
        {"month": "2026-10", "type": uri, "count": None, "posters": 1},
    ]
    (line,) = setting.lines({"counts": counts}, "2026-11-28")
    assert line.bars == [(60, 8, False), (140, 32, True)]
    assert line.posters == 2


@pytest.fixture
def nurse(site: Site) -> Site:
    """A nurse of whom the council records a concern about a position of trust."""
    site.parts.post("council-a", PiPoTRaised(about="professional"), NURSE)
    site.parts.project()
    return site


def test_a_professional_is_shown_to_whoever_may_have_them_with_a_caution(nurse: Site) -> None:
    page = opened(nurse.signed_in("liaison-1"), "nmc_pin", PIN, "regulate_professional")
    assert "What you may have of this professional" in page
    assert "It is no finding." in page
    assert "Position of trust: raised" in page
    assert "What the person wants" not in page


@pytest.mark.parametrize("who", ["home-1", "police-1"])
def test_a_professional_is_nobody_to_whoever_may_not_have_them(nurse: Site, who: str) -> None:
    visitor = nurse.signed_in(who)
    page = search(visitor, PIN, by="nmc_pin", purpose="protect_from_harm")
    assert "There is nobody to show" in page
