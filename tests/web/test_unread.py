"""Left unread: the oldest come first, on the first page too, and nothing falls off a list."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.consent import CapacityAssessed, ConsentGiven
from contracts.police import Hold
from hub.clock import FixedClock
from hub.disclosure import inbox
from hub.web.unread import LEFT_DAYS, unread_of
from tests.support.parts import NHS_NUMBERS, concern, person
from tests.web.site import APP, Site, Visitor

TODAY = date(2026, 3, 20)
DAY_S = 86_400


def told(name: str, days: int) -> dict[str, Any]:
    at = datetime(2026, 3, 20, 12, tzinfo=UTC) - timedelta(days=days)
    return {"jti": name, "came": at.isoformat()}


def of(newest: list[dict[str, Any]], oldest: list[dict[str, Any]], limit: int) -> Any:  # noqa: ANN401 - what is tested
    return unread_of({"unread": newest, "oldest": oldest}, TODAY, limit)


def test_what_is_left_comes_oldest_first_and_what_is_new_newest_first() -> None:
    ages = {"a": 40, "b": LEFT_DAYS, "c": LEFT_DAYS - 1, "d": 0}
    oldest = [told(name, days) for name, days in ages.items()]
    found = of(oldest[::-1], oldest, 50)
    assert [(one["jti"], one["days"]) for one in found.left] == [("a", 40), ("b", 3)]
    assert [one["jti"] for one in found.new] == ["d", "c"]
    assert (found.count, found.oldest_days, found.more) == (4, 40, False)


def test_two_lists_that_do_not_meet_say_that_there_is_more() -> None:
    """With more than twice the limit, those in the middle are on neither list."""
    newest, oldest = [told("z", 0), told("y", 1)], [told("a", 9), told("b", 8)]
    found = of(newest, oldest, 2)
    assert ([one["jti"] for one in found.left], found.more) == (["a", "b"], True)
    meeting = [told("z", 0), told("b", 8)]
    assert not of(meeting, oldest, 2).more


def test_nothing_unread_is_nothing_left() -> None:
    found = of([], [], 50)
    assert (found.count, found.oldest_days, found.more) == (0, 0, False)


def agree(site: Site, number: str) -> None:
    """Let two things concern the practice: that somebody agrees to its being told, and is able."""
    able = CapacityAssessed(about="adult", decision="information_sharing", result="has")
    for ground in (ConsentGiven(about="adult", recipients=("gp-c",)), able):
        site.parts.post("council-a", ground, person(number))
    site.parts.project()


def later(site: Site, days: int) -> Visitor:
    """Let days go by; sign a nurse of the practice in on that day."""
    clock = site.parts.hub.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days * DAY_S)
    return site.signed_in("practitioner-1")


def test_the_first_page_and_the_inbox_say_how_long_a_notice_has_been_left(site: Site) -> None:
    agree(site, NHS_NUMBERS[0])
    nurse = later(site, 1)
    assert "2 unread" in nurse.get(f"{APP}/").text
    assert "Left unread" not in nurse.get(f"{APP}/inbox").text
    nurse = later(site, 16)
    agree(site, NHS_NUMBERS[1])
    first = nurse.get(f"{APP}/").text
    assert "17 days unread" in first
    assert "2 of 4 notices left unread." in first
    page = nurse.get(f"{APP}/inbox").text
    assert "Left unread (2)" in page
    assert "The first has been here for 17 days." in page
    assert page.index("17 days unread") < page.index('id="unread"')


def test_the_oldest_is_not_behind_what_came_since(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of the newest alone would never come to it."""
    monkeypatch.setattr(inbox, "UNREAD", 2)
    agree(site, NHS_NUMBERS[0])
    later(site, 30)
    for number in NHS_NUMBERS[1:4]:
        agree(site, number)
    page = site.signed_in("practitioner-1").get(f"{APP}/inbox").text
    assert "30 days unread" in page


def test_the_first_page_tells_of_a_notice_by_an_answer_on_record_and_of_none_by_none(
    site: Site,
) -> None:
    nurse = site.signed_in("practitioner-1")
    before = len(site.entries())
    nurse.get(f"{APP}/")
    assert len(site.entries()) == before
    agree(site, NHS_NUMBERS[0])
    nurse.get(f"{APP}/")
    entry = site.entries()[-1]
    assert len(site.entries()) == before + 1
    assert (entry["partner"], entry["user"], entry["channel"]) == ("gp-c", "practitioner-1", "poll")


def test_the_first_page_of_a_home_that_a_hold_names_tells_nothing(site: Site) -> None:
    said = concern(addressed_to=("home-e",), implicated=("home-e",))
    site.parts.post("police-b", Hold(about="adult", implicated=("home-e",), until="2099-01-01"))
    site.parts.post("council-a", said)
    site.parts.project()
    before = len(site.entries())
    page = site.signed_in("home-1").get(f"{APP}/").text
    assert "nread" not in page[page.index("<main") :].replace("unread first", "")
    assert len(site.entries()) == before
