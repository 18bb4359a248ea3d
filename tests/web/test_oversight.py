"""Officers look again: they draw answers, ask agencies about them, and agencies answer in time."""

import re

import pytest

from contracts.integrity import Retracted
from hub.clock import FixedClock
from tests.support.parts import concern
from tests.web.site import APP, Site
from tests.web.test_find import search, timeline
from tests.web.test_register import newest, subject_of

DAY = 86_400


@pytest.fixture
def read(site: Site) -> Site:
    """A site where the council read a timeline, and the home looked and was refused."""
    site.parts.post("gp-c", concern())
    site.parts.project()
    timeline(site.signed_in("liaison-1"))
    search(site.signed_in("home-1"))
    site.parts.project()
    return site


def said(site: Site, kind: str) -> list[dict[str, object]]:
    """Return what the hub said of a kind, in order."""
    rows = site.parts.rows(
        "SELECT routing FROM ledger.header WHERE agency = 'hub' AND type LIKE %s ORDER BY position",
        f"%/{kind}/v1",
    )
    return [row[0] for row in rows]


def days(site: Site) -> dict[str, str]:
    rows = site.parts.rows("SELECT min(day)::text, max(day)::text FROM views_v1.register")
    return {"first": rows[0][0], "last": rows[0][1]}


def drawn(site: Site, **changes: str) -> str:
    """Have the officer draw a sample, and return the queue."""
    visitor = site.signed_in("ig_officer-1")
    visitor.get(f"{APP}/sampling")
    return visitor.send(
        f"{APP}/sampling", **{**days(site), "size": "5", "seed": "s33d", **changes}
    ).text


def test_a_sample_is_an_event_with_its_seed_and_fills_the_queue(read: Site) -> None:
    page = drawn(read)
    assert "on record with its seed" in page
    assert "liaison-1" in page
    assert "home-1" in page
    [sample] = said(read, "sample-drawn")
    assert (sample["seed"], sample["officer"], sample["office"]) == (
        "s33d", "ig_officer-1", "ig-office",
    )  # fmt: skip
    assert read.entries()[-1]["channel"] == "oversight", "the reading is on record too"


def test_the_half_by_chance_comes_out_the_same_when_drawn_again(read: Site) -> None:
    drawn(read)
    visitor = read.signed_in("ig_officer-1")
    visitor.get(f"{APP}/sampling")
    again = next(link for link in visitor.links() if link.endswith("/again"))
    assert "are the same" in visitor.get(again).text
    timeline(read.signed_in("liaison-1"))
    read.parts.project()
    assert "are the same" in visitor.get(again).text, "later answers change nothing"
    nothing = "00000000-0000-4000-8000-000000000001"
    assert visitor.get(f"{APP}/sampling/{nothing}/again").status_code == 404


def test_what_rests_on_a_retracted_record_says_so_and_a_review_takes_it_off(read: Site) -> None:
    [(jti,)] = read.parts.rows("SELECT jti::text FROM views_v1.item")
    read.parts.post("gp-c", Retracted(about="adult", item=jti, reason="wrong_person"))
    read.parts.project()
    page = drawn(read)
    assert "It rests on a record that was taken back" in page
    assert "Shared without the person agreeing" in page
    entry = newest(read, "disclosure-made")
    visitor = read.signed_in("ig_officer-1")
    assert f"/register/{entry}" in visitor.get(f"{APP}/sampling").text
    visitor.get(f"{APP}/register/{entry}")
    visitor.send(f"{APP}/register/{entry}/review", verdict="upheld")
    assert f"/register/{entry}" not in visitor.get(f"{APP}/sampling").text
    assert "1 of" in visitor.text()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"first": ""}, "Enter a first and a last day"),
        ({"size": "7"}, "A seed is up to 60"),
        ({"seed": "a b"}, "A seed is up to 60"),
        ({"first": "2020-01-01"}, "at most 31 days"),
        ({"first": "2099-01-01", "last": "2099-01-02"}, "have not come yet"),
        ({"first": "2020-01-01", "last": "2020-01-02"}, "nothing in those days"),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(
    read: Site, changes: dict[str, str], told: str
) -> None:
    assert told in drawn(read, **changes)
    assert said(read, "sample-drawn") == []


def test_an_agency_is_asked_with_a_clock_and_answers(read: Site) -> None:
    entry = newest(read, "disclosure-made")
    officer = read.signed_in("ig_officer-1")
    officer.get(f"{APP}/register/{entry}")
    assert "Select what you want to know" in officer.send(f"{APP}/register/{entry}/ask").text
    page = officer.send(f"{APP}/register/{entry}/ask", question="which_case", days="5").text
    assert "Your question is on record" in page
    assert "4 days 23 hours left" in page or "5 days left" in page
    twice = officer.send(f"{APP}/register/{entry}/ask", question="which_case", days="5")
    assert "waits for an answer" in twice.text

    asked = read.signed_in("agency_admin-1")
    page = asked.get(f"{APP}/asked-of-us").text
    assert "Which case was it for?" in page
    assert subject_of(read) not in page, "a question says nothing of whom"
    link = next(one for one in asked.links() if "/asked-of-us/" in one)
    assert subject_of(read) not in asked.get(link).text
    assert "Select your answer" in asked.send(link).text
    assert "Enter a reference" in asked.send(link, explanation="opened_by_mistake", case="<b>").text
    page = asked.send(link, explanation="needed_for_our_case", case="ASC-7").text
    assert "Your answer is on record" in page
    asked.get(link)
    assert asked.send(link, explanation="needed_for_our_case", csrf=None).status_code in {403, 404}

    page = officer.get(f"{APP}/register/{entry}").text
    assert "It was needed for a case of ours" in page
    assert "ASC-7" in page
    [query], [answer] = said(read, "disclosure-queried"), said(read, "disclosure-explained")
    assert (query["to"], query["dis"]) == ("council-a", entry)
    assert (answer["agency"], answer["officer"]) == ("council-a", "agency_admin-1")


def test_an_answer_that_does_not_come_in_time_is_overdue(read: Site) -> None:
    entry = newest(read, "disclosure-refused")
    officer = read.signed_in("ig_officer-1")
    officer.get(f"{APP}/register/{entry}")
    officer.send(f"{APP}/register/{entry}/ask", question="why_needed", days="2")
    clock = read.parts.hub.clock
    assert isinstance(clock, FixedClock)
    clock.advance(3 * DAY)
    officer = read.signed_in("auditor-1")
    page = officer.get(f"{APP}/questions").text
    assert "Overdue" in page
    assert "1 day over" in page
    home = read.signed_in("home-1")
    home.get(f"{APP}/asked-of-us")
    link = next(one for one in home.links() if "/asked-of-us/" in one)
    home.get(link)
    home.send(link, explanation="no_need_was_found")
    assert "Answered late" in officer.get(f"{APP}/questions").text


def test_no_agency_sees_or_answers_what_another_was_asked(read: Site) -> None:
    entry = newest(read, "disclosure-made")
    officer = read.signed_in("ig_officer-1")
    officer.get(f"{APP}/register/{entry}")
    officer.send(f"{APP}/register/{entry}/ask", question="which_case", days="5")
    [(jti,)] = read.parts.rows("SELECT jti::text FROM ledger.header WHERE type LIKE '%-queried/%'")
    home = read.signed_in("home-1")
    assert "Nothing was asked" in home.get(f"{APP}/asked-of-us").text
    nothing = "00000000-0000-4000-8000-000000000001"
    theirs, nobodys = (
        re.sub(r"[0-9a-f-]{36}|value=\"[^\"]+\"", "", home.get(f"{APP}/asked-of-us/{one}").text)
        for one in (jti, nothing)
    )
    assert theirs == nobodys
    home.get(f"{APP}/asked-of-us")
    sent = home.send(f"{APP}/asked-of-us/{jti}", explanation="no_need_was_found")
    assert sent.status_code in {403, 404}
    assert said(read, "disclosure-explained") == []


def test_an_office_is_not_asked_by_itself(read: Site) -> None:
    officer = read.signed_in("ig_officer-1")
    officer.get(f"{APP}/register")
    own = str(
        read.parts.rows("SELECT jti::text FROM ledger.header WHERE partner = 'ig-office'")[0][0]
    )
    officer.get(f"{APP}/register/{own}")
    page = officer.send(f"{APP}/register/{own}/ask", question="which_case", days="5")
    assert "another office must ask" in page.text
