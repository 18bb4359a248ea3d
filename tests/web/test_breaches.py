"""A breach of personal data: on record, with 72 hours that run, step by step until it is closed."""

from contracts.integrity import BreachReported
from hub.clock import FixedClock
from tests.web.site import APP, Site, Visitor

HOUR = 3_600
NOW_KNOWN = {"kind": "wrong_recipient", "agency": "council-a", "risk": "likely"}


def aware(site: Site) -> dict[str, str]:
    """Return the day and time that the form shows: now."""
    visitor = site.signed_in("ig_officer-1")
    page = visitor.get(f"{APP}/breaches/new").text
    day = page.split('id="aware-day"')[1].split('value="')[1].split('"')[0]
    time = page.split('id="aware-time"')[1].split('value="')[1].split('"')[0]
    return {"aware_day": day, "aware_time": time}


def reported(site: Site, **changes: str) -> Visitor:
    """Put a breach on record, and return the officer's browser at its page."""
    at = aware(site)
    visitor = site.signed_in("ig_officer-1")
    visitor.get(f"{APP}/breaches/new")
    visitor.send(f"{APP}/breaches/new", **{**at, **NOW_KNOWN, **changes})
    return visitor


def here(visitor: Visitor) -> str:
    assert visitor.last is not None
    return visitor.last.url.path


def step(visitor: Visitor, what: str, **more: str) -> str:
    return visitor.send(here(visitor).split("?")[0], step=what, **more).text


def test_a_breach_is_on_record_with_whose_what_and_when_and_its_clock_runs(site: Site) -> None:
    visitor = reported(site, people="3", **{"c-health": "yes"}, case="IG-12", happened="2026-01-01")
    page = visitor.text()
    assert "It went to somebody who should not have it" in page
    assert "2 days 23 hours left" in page or "3 days left" in page
    assert "health" in page
    assert "IG-12" in page
    assert "1 January 2026" in page
    listed = site.signed_in("auditor-1").get(f"{APP}/breaches").text
    assert "Clock running" in listed
    assert site.entries()[-1]["channel"] == "oversight"


def test_what_is_missing_or_wrong_is_told_beside_its_field_and_nothing_is_recorded(
    site: Site,
) -> None:
    for changes, told in (
        ({"kind": ""}, "Select what went wrong"),
        ({"risk": "small"}, "Select how great the risk"),
        ({"people": "some"}, "Enter a whole number"),
        ({"people": "-1"}, "Enter a whole number"),
        ({"aware_time": "noon"}, "Enter the day and the time"),
        ({"happened": "2026-02-31"}, "Enter a day of the calendar"),
        ({"case": "Ann <b>"}, "Enter a reference"),
        ({"agency": "nobody"}, "choose an agency that is registered"),
        ({"aware_day": "2999-01-01"}, "has not come yet"),
        ({"happened": "2999-01-01"}, "has not come yet"),
        ({"dis": "00000000-0000-4000-8000-000000000001"}, "no such answer in the register"),
    ):
        page = reported(site, **changes)
        assert page.last is not None
        assert page.last.status_code == 422
        assert told.lower() in page.text().lower()
    assert site.parts.rows("SELECT 1 FROM ledger.header WHERE type LIKE '%/breach-opened/%'") == []


def test_a_breach_is_closed_only_once_it_is_said_whether_it_was_reported(site: Site) -> None:
    visitor = reported(site, risk="high")
    assert "Select what was done" in step(visitor, "")
    assert "say first whether it was reported" in step(visitor, "closed").lower()
    assert "A risk to people is to be reported" in step(visitor, "not_reportable")
    assert "reference: IC-1" in step(visitor, "reported", reference="IC-1")
    assert "on record already" in step(visitor, "reported")
    assert "whether the people were told" in step(visitor, "closed")
    step(visitor, "people_told")
    assert "Closed" in step(visitor, "closed")
    assert "it is closed" in step(visitor, "contained").lower()


def test_past_72_hours_it_is_overdue_and_a_report_says_why_it_is_late(site: Site) -> None:
    visitor = reported(site)
    path = here(visitor)
    clock = site.parts.hub.clock
    assert isinstance(clock, FixedClock)
    clock.advance(73 * HOUR)
    visitor = site.signed_in("ig_officer-1")
    page = visitor.get(path).text
    assert "Overdue" in page
    assert "1 hour over" in page
    assert "say why it is reported after 72 hours" in step(visitor, "reported").lower()
    page = step(visitor, "reported", late="told_late")
    assert "Late, because: we were told late" in page
    assert "Reported" in page


def test_what_an_agency_reports_waits_until_an_officer_takes_it_up(site: Site) -> None:
    told = BreachReported(about="adult", discovered_on="2026-01-01", told_ico="no")
    jti = str(site.parts.post("council-a", told).jti)
    visitor = site.signed_in("ig_officer-1")
    page = visitor.get(f"{APP}/breaches").text
    assert "not taken up" in page
    link = next(one for one in visitor.links() if f"report={jti}" in one)
    visitor.get(link)
    visitor.send(f"{APP}/breaches/new", **aware(site), **NOW_KNOWN, follows=jti)
    assert "what the agency reported" in visitor.text()
    assert "not taken up" not in visitor.get(f"{APP}/breaches").text


def test_a_breach_that_is_not_there_is_not_there(site: Site) -> None:
    nothing = "00000000-0000-4000-8000-000000000001"
    assert site.signed_in("auditor-1").get(f"{APP}/breaches/{nothing}").status_code == 404


def test_what_is_learned_later_is_added_and_decides_what_may_be_done(site: Site) -> None:
    visitor = reported(site)
    assert "Not known yet" in visitor.text()
    page = step(visitor, "learned", people="4", risk="unlikely", **{"c-health": "yes"})
    assert "It is about 4 people" in page
    assert "A risk to anybody is unlikely" in page
    assert "Enter a whole number of people" in step(visitor, "learned", people="many")
    assert "Not reportable" in step(visitor, "not_reportable")
    assert "We know more" in step(visitor, "learned", people="5"), "as often as there is news"
