"""Finding somebody and reading a timeline: a page shows what the desk released, and no more."""

import re
from datetime import UTC, datetime

import pytest

from contracts.codes import AbuseType
from contracts.enquiry import EnquiryOpened
from contracts.identity import SubjectDescribed
from contracts.integrity import Retracted
from contracts.police import Hold
from contracts.triage import RoleAssigned, S42Decision
from hub.clock import FixedClock
from tests.support.parts import NHS_NUMBERS, concern, person
from tests.web.site import APP, Site, Visitor

NUMBER = NHS_NUMBERS[0]
NOBODY = NHS_NUMBERS[3]


def search(visitor: Visitor, number: str = NUMBER, **changed: str) -> str:
    """Search by number and return the page that came of it."""
    visitor.get(f"{APP}/find")
    fields = {
        "purpose": "safeguarding_enquiry", "reason": "open-enquiry", "by": "nhs_number",
        "number": number, **changed,
    }  # fmt: skip
    return visitor.send(f"{APP}/find", **fields).text


def timeline(visitor: Visitor, number: str = NUMBER) -> str:
    """Search, and open the first timeline there is."""
    search(visitor, number)
    first = next(link for link in visitor.links() if link.count("/") == 4)
    return visitor.get(first).text


def alike(page: str) -> str:
    """Return a page without what is fresh on every one: an errand's id, a form's token."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|value=\"[A-Za-z0-9_-]{43}\"", "", page)


@pytest.fixture
def case(site: Site) -> Site:
    """A concern of a doctor's to the council, and what the council and the police did since."""
    parts = site.parts
    parts.post("gp-c", concern(types=(AbuseType.PHYSICAL,), injuries="two fractures"))
    decided = S42Decision(
        about="adult", care_and_support_needs="yes", abuse_or_risk="yes",
        cannot_protect_self="yes", decision="s42_enquiry",
    )  # fmt: skip
    described = SubjectDescribed(about="adult", given_name="Ann", family_name="Example-Person")
    for said in (
        decided,
        EnquiryOpened(about="adult", lead="council-a"),
        RoleAssigned(about="adult", agency="police-b", role="partner"),
        described,
    ):
        parts.post("council-a", said)
    parts.project()
    return site


def test_a_search_says_for_what_and_why_and_is_on_record_with_both(case: Site) -> None:
    page = search(case.signed_in("liaison-1"))
    assert "One match" in page
    entry = case.entries()[-1]
    assert (entry["type"], entry["channel"]) == ("disclosure-made", "find")
    assert (entry["partner"], entry["user"]) == ("council-a", "liaison-1")
    assert (entry["purpose"], entry["reason"]) == ("safeguarding_enquiry", "open-enquiry")


def test_every_page_that_tells_of_somebody_names_the_answers_it_is_made_of(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    search(visitor)
    assert visitor.last is not None
    (redirect,) = visitor.last.history
    assert "hub-disclosures" not in visitor.last.headers
    timeline(visitor)
    page = visitor.last
    found = {
        jti for answer in (redirect, page) for jti in answer.headers["hub-disclosures"].split(", ")
    }
    rows = case.parts.rows("SELECT jti::text FROM ledger.header WHERE pseq IS NOT NULL")
    on_record = {row[0] for row in rows}
    assert found <= on_record
    assert len(found) == 2
    assert len(on_record) == 4  # the first page tells of notices; `timeline` searches once more


def test_a_search_without_purpose_or_reason_asks_for_them_and_searches_nothing(case: Site) -> None:
    visitor, before = case.signed_in("liaison-1"), len(case.entries())
    page = search(visitor, purpose="", reason="because")
    assert visitor.last is not None
    assert visitor.last.status_code == 422
    assert "Select what you need it for" in page
    assert "Select why you are looking now" in page
    assert NUMBER not in page, "what was typed is not sent back"
    assert len(case.entries()) == before


@pytest.mark.parametrize("typed", ["9990000019", "12", "", "Ann Example"])
def test_a_number_that_is_none_is_told_at_its_field(site: Site, typed: str) -> None:
    page = search(site.signed_in("liaison-1"), typed)
    assert 'href="#number"' in page
    assert "There is a problem" in page


def test_somebody_is_found_by_name_and_date_of_birth(case: Site) -> None:
    born = SubjectDescribed(
        about="adult", given_name="Ann", family_name="Example", birth_date="1950-03-27"
    )
    case.parts.post("council-a", born)
    case.parts.project()
    typed = {"number": "", "family": "EXAMPLE", "given": "Ann"}
    born_on = {"born__day": "27", "born__month": "3", "born__year": "1950"}
    visitor = case.signed_in("liaison-1")
    assert "One match" in search(visitor, **typed, **born_on)
    assert "Enter a real date of birth" in search(visitor, **typed, born__day="31", born__month="2")


def test_finding_nobody_is_an_answer_on_record_too(case: Site) -> None:
    page = search(case.signed_in("liaison-1"), NOBODY)
    assert "There is nobody to show" in page
    assert case.entries()[-1]["type"] == "disclosure-refused"
    assert case.entries()[-1]["reason"] == "open-enquiry"


def test_who_is_implicated_gets_the_page_a_stranger_would(case: Site) -> None:
    case.parts.post("police-b", Hold(about="adult", implicated=("home-e",), until="2099-01-01"))
    case.parts.project()
    visitor = case.signed_in("home-1")
    hidden, unknown = search(visitor), search(visitor, NOBODY)
    assert alike(hidden) == alike(unknown)
    assert len(hidden) == len(unknown)
    kinds = [(e["type"], e["reason_code"]) for e in case.entries()[-2:]]
    # The page is the same; the register alone knows that one of them was hidden.
    assert kinds == [("disclosure-refused", "bar"), ("disclosure-refused", "nothing_to_show")]


def test_a_timeline_shows_each_record_with_why_it_was_lawful(case: Site) -> None:
    page = timeline(case.signed_in("liaison-1"))
    assert "Ann Example-Person" in page
    assert "Physical Abuse" in page
    assert "legislation.gov.uk/ukpga/2014/23/section/42" in page
    assert "Section 42 decision" in page
    entry = case.entries()[-1]
    assert (entry["channel"], entry["reason"]) == ("timeline", "open-enquiry")
    assert len(entry["items"]) >= 3
    assert page.count("Why it was lawful: ") == len(entry["items"])
    assert set(re.findall(r'href="#(why-\d+)"', page)) == set(re.findall(r'id="(why-\d+)"', page))


def test_a_page_holds_what_the_desk_released_and_nothing_that_it_withheld(case: Site) -> None:
    case.parts.post("gp-c", concern(narrative="Marmaduke Featherstonehaugh", referrer="Old Moe"))
    case.parts.project()
    page = timeline(case.signed_in("police-1"))
    assert "Marmaduke" not in page
    assert "Old Moe" not in page
    assert "spoke up" not in page, "that anybody spoke up is never confirmed"


def test_nobodys_name_or_number_stands_in_a_title_or_an_address(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    page = timeline(visitor)
    title = re.search(r"<title>([^<]*)</title>", page)
    assert title is not None
    assert title[1].startswith("Timeline ")
    assert "Ann" not in title[1]
    assert visitor.last is not None
    assert re.fullmatch(rf"{APP}/find/[0-9a-f-]{{36}}/[0-9a-f-]{{36}}", visitor.last.url.path)
    kept = str(case.parts.rows("SELECT e::text FROM ops.web_errand e"))
    assert NUMBER not in kept
    assert "Ann" not in kept


def test_a_filter_narrows_the_list_and_says_so(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    here = visitor.last.url.path
    page = visitor.get(here, by="gp-c").text
    assert "1 fit the filter" in page
    assert "Physical Abuse" in page
    assert "Section 42 decision, by" not in page
    assert "No record fits" in visitor.get(here, by="cqc").text


def test_as_known_on_an_earlier_day_shows_that_day_and_what_came_since(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    here = visitor.last.url.path
    day = {"known_day": "1", "known_month": "1", "known_year": "2099"}
    page = visitor.get(here, **day).text
    assert "As known on 1 January 2099" in page
    assert "Nothing that you may see." in page
    assert "Enter a real day" in visitor.get(here, known_day="31").text


def test_a_month_is_zoomed_to_from_the_picture_and_leads_to_its_neighbours(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    here = visitor.last.url.path
    zoom = next(link for link in visitor.links() if link.startswith("?month="))
    page = visitor.get(here + zoom).text
    assert 'aria-current="true">September 2026' in page
    assert "Section 42 decision" in page
    assert "?month=2026-08" in visitor.links()
    empty = visitor.get(here, month="2026-10").text
    assert "No record fits" in empty, "a month without records is not the page for nobody"
    assert "Only what happened in this period is shown" in empty
    assert visitor.get(here, month="2026-13").status_code == 404


def test_what_was_taken_back_since_is_told_beside_an_earlier_day(case: Site) -> None:
    clock = case.parts.hub.clock
    assert isinstance(clock, FixedClock)
    day = datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC)
    jti = case.parts.rows("SELECT jti::text FROM ledger.header WHERE agency = 'gp-c'")[0][0]
    clock.advance(2 * 86_400)
    case.parts.post("gp-c", Retracted(about="adult", item=str(jti), reason="mistaken"))
    case.parts.project()
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    known = {"known_day": str(day.day), "known_month": str(day.month), "known_year": str(day.year)}
    page = visitor.get(visitor.last.url.path, **known).text
    assert "What is different today from" in page
    came = page[page.index("Shown today, and not then") :]
    assert "Retracted, by gp-c" in came[:400]
    # What was taken back is shown on no day any more: the decision is today's, whatever was known.
    assert "Physical Abuse" not in page


def test_an_errand_is_its_officers_own(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    here = visitor.last.url.path
    for other in ("police-1", "sab_analyst-1"):
        stranger = case.signed_in(other)
        before = len(case.entries())
        for path in (here, here.rpartition("/")[0]):
            assert stranger.step(path).status_code == 404
        assert len(case.entries()) == before


def test_a_subject_that_the_search_did_not_find_is_not_shown_on_its_errand(case: Site) -> None:
    visitor = case.signed_in("liaison-1")
    timeline(visitor)
    assert visitor.last is not None
    errand = visitor.last.url.path.rpartition("/")[0]
    case.parts.post("gp-c", concern(), person(NHS_NUMBERS[1]))
    case.parts.project()
    timeline(visitor, NHS_NUMBERS[1])
    other = visitor.last.url.path.rpartition("/")[2]
    answer = visitor.step(f"{errand}/{other}")
    assert answer.status_code == 404
    assert "There is no such record, or none that you may know of" in answer.text


def test_candidates_stand_side_by_side_with_what_agrees_and_to_whom_they_are_known(
    case: Site,
) -> None:
    for n in (0, 1):
        born = SubjectDescribed(
            about="adult", given_name="Ann", family_name="Example", birth_date="1950-03-27"
        )
        case.parts.post("council-a", born, person(NHS_NUMBERS[n]))
    case.parts.project()
    visitor = case.signed_in("liaison-1")
    typed = {"number": "", "family": "Example", "given": "Ann"}
    page = search(visitor, **typed, born__day="27", born__month="3", born__year="1950")
    assert "2 matches" in page
    assert page.count(">Agrees<") == 4, "family name and date of birth, of both"
    assert "Given name" not in page, "it was in no key, so it was not compared"
    known = page[page.index(">Known to<") :]
    assert "gp-c" in known, "a doctor's record of the first may be seen"
    assert "Nobody else that you may know of" in known


def test_a_purpose_the_agency_may_not_state_is_not_offered(site: Site) -> None:
    visitor = site.signed_in("liaison-1")
    offered = re.findall(r'<option value="([a-z_]+)"', visitor.get(f"{APP}/find").text)
    assert "safeguarding_enquiry" in offered
    board = re.findall(
        r'<option value="([a-z_]+)"', site.signed_in("sab_analyst-1").get(f"{APP}/find").text
    )
    assert "crime_investigation" not in board
    assert "Select what you need it for" in search(
        site.signed_in("sab_analyst-1"), purpose="crime_investigation"
    )
