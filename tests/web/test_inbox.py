"""The inbox: unread first, referrals with their clocks, corrections acknowledged; all on record."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from contracts.concern import ConcernRaised, ReferralAccepted, ReferralMade
from contracts.consent import CapacityAssessed, ConsentGiven
from contracts.disclosure import RecipientAcknowledged
from contracts.integrity import ClearedForRelease, Retracted
from contracts.police import Hold
from contracts.triage import RiskAssessed
from tests.support.parts import NHS_NUMBERS, concern, known, person
from tests.web.site import APP, Site, Visitor

NOTICE = re.compile(rf'href="{APP}/inbox/([0-9a-f-]{{36}})"')


def day(site: Site, days: int) -> str:
    at = datetime.fromtimestamp(site.parts.now, UTC) + timedelta(days=days)
    return at.date().isoformat()


def agree(site: Site, number: str = NHS_NUMBERS[0]) -> None:
    """Put on record that the person agreed to the practice's being told."""
    able = CapacityAssessed(about="adult", decision="information_sharing", result="has")
    for ground in (ConsentGiven(about="adult", recipients=("gp-c",)), able):
        site.parts.post("council-a", ground, person(number))


def refer(site: Site, *, by: str | None = None, number: str = NHS_NUMBERS[0]) -> str:
    """Let the council refer somebody who agrees to the practice."""
    agree(site, number)
    jti = site.parts.jti()
    said = ReferralMade(about="adult", to="gp-c", why="a check of her health", respond_by=by)
    site.parts.post("council-a", said, person(number), jti=jti)
    site.parts.post("council-a", ClearedForRelease(about="adult", item=jti), person(number))
    site.parts.project()
    return jti


def correction(visitor: Visitor) -> str:
    """Return the notice of a correction."""
    page = visitor.get(f"{APP}/inbox").text
    found = re.search(rf'href="{APP}/inbox/([0-9a-f-]{{36}})">A record you were shown', page)
    assert found is not None
    visitor.get(f"{APP}/inbox/{found[1]}")
    return found[1]


def notices(page: str) -> list[str]:
    """Return the notices that a page leads to, in order."""
    return list(dict.fromkeys(NOTICE.findall(page)))


def open_first(visitor: Visitor, purpose: str = "direct_care") -> str:
    """Open the first notice of the inbox."""
    first = notices(visitor.get(f"{APP}/inbox").text)[0]
    visitor.get(f"{APP}/inbox/{first}")
    return visitor.send(f"{APP}/inbox/{first}", do="open", purpose=purpose).text


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return "" if found is None else found[1]


def posted(site: Site, type_uri: str) -> list[dict[str, str]]:
    rows = site.parts.rows(
        "SELECT routing FROM ledger.header WHERE agency = 'gp-c' AND type = %s ORDER BY position",
        type_uri,
    )
    return [row[0] for row in rows]


@pytest.fixture
def held(site: Site) -> Site:
    """A site whose hub holds the practice's key."""
    site.parts.run(site.parts.hub.keystore.enrol("gp-c", asked_by="admin-1"))
    return site


@pytest.fixture
def nurse(held: Site) -> Visitor:
    """A nurse of that practice."""
    return held.signed_in("practitioner-1")


def test_an_empty_inbox_says_so_and_is_no_disclosure(held: Site, nurse: Visitor) -> None:
    before = len(held.entries())
    assert "Nothing unread." in nurse.get(f"{APP}/inbox").text
    assert len(held.entries()) == before


def test_a_referral_waits_with_the_day_it_is_due_and_nothing_of_what_it_says(
    held: Site, nurse: Visitor
) -> None:
    refer(held, by=day(held, 3))
    page = nurse.get(f"{APP}/inbox").text
    assert "Waiting for your answer (1)" in page
    assert "Referral to you, about an adult" in page
    assert "in 3 days" in page
    assert "Overdue" not in page
    assert "a check of her health" not in page
    entry = held.entries()[-1]
    assert (entry["partner"], entry["user"], entry["channel"]) == ("gp-c", "practitioner-1", "poll")
    assert {tuple(item["categories"]) for item in entry["items"]} == {("existence",)}


def test_what_is_overdue_is_marked_and_comes_first(held: Site, nurse: Visitor) -> None:
    refer(held, by=day(held, 5))
    refer(held, by=day(held, -2), number=NHS_NUMBERS[1])
    refer(held, number=NHS_NUMBERS[2])
    page = nurse.get(f"{APP}/inbox").text
    late, soon, unnamed = (
        page.index(words)
        for words in ("2 days ago", "in 5 days", "No day was named by which to answer")
    )
    assert late < soon < unnamed
    assert page.count("Overdue") == 1


def test_opening_is_an_errand_and_a_recorded_answer(held: Site, nurse: Visitor) -> None:
    refer(held)
    page = open_first(nurse)
    assert "a check of her health" in page
    entry = held.entries()[-1]
    assert (entry["partner"], entry["channel"]) == ("gp-c", "timeline")
    assert (entry["purpose"], entry["reason"]) == ("direct_care", "asked-by-another")


def test_a_notice_is_not_opened_without_a_purpose(held: Site, nurse: Visitor) -> None:
    refer(held)
    page = open_first(nurse, purpose="curiosity")
    assert "Select what you need it for" in page
    assert "a check of her health" not in page


def test_a_referral_is_accepted_in_the_practices_name_and_waits_no_more(
    held: Site, nurse: Visitor
) -> None:
    jti = refer(held)
    held.parts.post("council-a", RiskAssessed(about="adult", level="high", at_risk="yes"))
    page = open_first(nurse)
    first = notices(nurse.get(f"{APP}/inbox").text)[0]
    sent = {"accepted": "yes", "reason": "Seen on Monday", "jti": field(page, "jti")}
    held.parts.project()
    task = nurse.send(f"{APP}/inbox/{first}/answer", **sent)
    held.parts.project()
    assert "Your answer is on record" in task.text
    [said] = posted(held, ReferralAccepted.TYPE)
    assert (said["referral"], said["referred_by"]) == (jti, "council-a")
    assert "Waiting for your answer" not in nurse.get(f"{APP}/inbox").text
    council = held.signed_in("liaison-1").get(f"{APP}/inbox").text
    assert "New: Referral accepted" in council


@pytest.mark.parametrize("sent", [{}, {"accepted": "no"}, {"accepted": "maybe", "reason": "x"}])
def test_an_answer_that_is_not_complete_is_not_sent(
    held: Site, nurse: Visitor, sent: dict[str, str]
) -> None:
    refer(held)
    first = notices(nurse.get(f"{APP}/inbox").text)[0]
    nurse.get(f"{APP}/inbox/{first}")
    answer = nurse.send(f"{APP}/inbox/{first}/answer", **sent)
    assert answer.status_code == 422
    assert "Your answer is not complete" in answer.text
    assert posted(held, ReferralAccepted.TYPE) == []


def test_a_referral_to_somebody_else_cannot_be_answered(held: Site, nurse: Visitor) -> None:
    refer(held)
    theirs = notices(nurse.get(f"{APP}/inbox").text)[0]
    other = held.signed_in("liaison-1")
    other.get(f"{APP}/")
    answer = other.send(f"{APP}/inbox/{theirs}/answer", accepted="yes")
    assert answer.status_code == 404
    assert other.get(f"{APP}/inbox/{theirs}").text == other.get(
        f"{APP}/inbox/{held.parts.jti()}"
    ).text.replace(held.parts.jti(), "")


@pytest.fixture
def corrected(held: Site) -> Site:
    """A site where the practice was shown a concern that the council has taken back."""
    jti = held.parts.jti()
    said = ConcernRaised(
        about="adult", at_risk="yes", care_needs="yes", harm="wrong", addressed_to=("gp-c",)
    )
    agree(held)
    record = held.parts.post("council-a", said, jti=jti)
    held.parts.project()
    held.parts.timeline("gp-c", record.subject)
    back = Retracted(about="adult", item=jti, reason="wrong_person")
    held.parts.post("council-a", back, known(record.subject))
    held.parts.project()
    return held


def test_a_correction_is_read_and_acknowledged_over_the_agencys_signature(
    corrected: Site, nurse: Visitor
) -> None:
    first = correction(nurse)
    shown = nurse.send(f"{APP}/inbox/{first}", do="open", purpose="direct_care").text
    assert "Do not rely on" in shown
    told_by = field(shown, "told_by")
    done = nurse.send(f"{APP}/inbox/{first}/acknowledge", told_by=told_by, jti=field(shown, "jti"))
    assert "you have read the correction" in done.text
    [said] = posted(corrected, RecipientAcknowledged.TYPE)
    entry = next(
        row for row in corrected.parts.rows(
            "SELECT pseq, routing FROM ledger.header WHERE agency = 'hub' AND jti = %s::uuid",
            told_by,
        )
    )  # fmt: skip
    assert said["dis"] == told_by
    assert (said["pseq"], said["bd"]) == (entry[0], entry[1]["body_digest"])


@pytest.mark.usefixtures("corrected")
def test_a_correction_is_not_marked_as_read_by_looking_at_it(nurse: Visitor) -> None:
    first = correction(nurse)
    nurse.send(f"{APP}/inbox/{first}", do="open", purpose="direct_care")
    page = nurse.get(f"{APP}/inbox").text
    assert page.index(first) > page.index('id="unread"')
    assert 'id="read"' not in page or page.index(first) < page.index('id="read"')


def test_nobody_acknowledges_what_another_agency_was_given(corrected: Site, nurse: Visitor) -> None:
    corrected.parts.request("council-a", corrected.parts.post("gp-c", concern()).subject)
    corrected.parts.project()
    theirs = corrected.parts.rows(
        "SELECT jti::text FROM ledger.header WHERE partner = 'council-a' LIMIT 1"
    )[0][0]
    first = correction(nurse)
    for told_by in (theirs, corrected.parts.jti(), "nonsense"):
        nurse.get(f"{APP}/inbox/{first}")
        answer = nurse.send(f"{APP}/inbox/{first}/acknowledge", told_by=told_by)
        assert answer.status_code == 404
    assert posted(corrected, RecipientAcknowledged.TYPE) == []


def test_a_council_that_accepts_a_practices_referral_tells_it_so(
    held: Site, nurse: Visitor
) -> None:
    for ground in (RiskAssessed(about="adult", level="high", at_risk="yes"),):
        held.parts.post("gp-c", ground)
    held.parts.post("gp-c", ReferralMade(about="adult", to="council-a", why="needs"))
    held.parts.project()
    held.parts.run(held.parts.hub.keystore.enrol("council-a", asked_by="admin-1"))
    council = held.signed_in("liaison-1")
    page = open_first(council, purpose="safeguarding_enquiry")
    assert "Do you take it on?" in page
    first = next(
        n for n in notices(council.get(f"{APP}/inbox").text)
        if "Referral made" in council.get(f"{APP}/inbox/{n}").text
    )  # fmt: skip
    council.get(f"{APP}/inbox/{first}")
    council.send(f"{APP}/inbox/{first}/answer", accepted="yes", reason="We begin on Monday")
    held.parts.project()
    assert "New: Feedback given" in nurse.get(f"{APP}/inbox").text


def test_what_was_read_stands_apart_from_what_is_unread(held: Site, nurse: Visitor) -> None:
    agree(held)
    held.parts.project()
    first = notices(nurse.get(f"{APP}/inbox").text)[0]
    nurse.get(f"{APP}/inbox/{first}")
    page = nurse.send(f"{APP}/inbox/{first}", do="read").text
    assert "The notice is marked as read." in page
    assert page.index('id="read"') < page.index(f"/inbox/{first}")


def test_a_home_that_a_hold_names_has_an_empty_inbox(held: Site) -> None:
    said = concern(addressed_to=("home-e",), implicated=("home-e",))
    held.parts.post("police-b", Hold(about="adult", implicated=("home-e",), until="2099-01-01"))
    held.parts.post("council-a", said)
    held.parts.project()
    home, stranger = held.signed_in("home-1"), held.signed_in("practitioner-1")
    pages = [
        re.sub(r"home-e|gp-c|home-1|practitioner-1|liaison officer|practitioner", "",
               visitor.get(f"{APP}/inbox").text)
        for visitor in (home, stranger)
    ]  # fmt: skip
    bodies = [re.sub(r'value="[^"]*"', "", page[page.index("<main") :]) for page in pages]
    assert bodies[0] == bodies[1]
    assert "Nothing unread." in pages[0]
