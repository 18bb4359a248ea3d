"""A liaison's questions: whom do we know of, what may we see, why, and what must we do with it."""

from typing import Any

import pytest

from adapters.kit import ProblemError, UnknownSubjectError, urn
from contracts.codes import AbuseType
from contracts.identity import SubjectDescribed
from contracts.setting import ProviderConcernOpened
from tests.journeys.people import UNSAID, concern, enquiry, person, seen
from tests.support.hub_process import RunningHub
from tests.support.signed_in import new_id


def test_a_person_is_found_by_nhs_number_with_the_fact_that_we_posted(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    asked: dict[str, Any] = {
        "purpose": "safeguarding_enquiry",
        "identifiers": [("nhs_number", number)],
    }
    council = hub.client("north-council").find(**asked).data["subjects"]
    doctor = hub.client("oak-gp").find(**asked).data["subjects"]
    assert [s["known_to_you"] for s in council] == [False]
    assert [s["known_to_you"] for s in doctor] == [True]
    assert council[0]["id"] == doctor[0]["id"]
    assert council[0]["kind"] == "adult"


def test_a_person_is_found_by_name_and_birth_date_however_it_is_spelled(hub: RunningHub) -> None:
    number = hub.nhs_number()
    family = f"O'Brien-{''.join(chr(ord('a') + int(c)) for c in number)}"
    described = SubjectDescribed(
        about="adult", given_name="Ann", family_name=family, birth_date="1950-02-03"
    )
    hub.post("oak-gp", described, person(number))
    hub.settle()
    found = hub.client("oak-gp").find(
        purpose="direct_care",
        demographics={"family_name": family.upper().replace("'", " "), "birth_date": "1950-02-03"},
    )
    assert [s["id"] for s in found.data["subjects"]] == [hub.find("oak-gp", number)]


def test_finding_nobody_is_an_answer_on_record_too(hub: RunningHub) -> None:
    found = hub.client("north-council").find(
        purpose="safeguarding_enquiry", identifiers=[("nhs_number", hub.nhs_number())]
    )
    assert found.data == {"subjects": []}
    assert found.receipt.outcome == "refused"


def test_a_timeline_pages_by_cursor_and_gives_every_item_once(hub: RunningHub) -> None:
    number = hub.nhs_number()
    posted = [concern(hub, number) for _ in range(7)]
    hub.settle()
    subject = hub.find("north-council", number)
    pages = list(
        hub.client("north-council").timeline(subject, purpose="safeguarding_enquiry", limit=3)
    )
    assert [len(page.data["items"]) for page in pages] == [3, 3, 1]
    assert [item["jti"] for page in pages for item in page.data["items"]] == posted
    assert pages[-1].data["next"] is None


def test_another_partners_cursor_is_refused(hub: RunningHub) -> None:
    number = hub.nhs_number()
    for _ in range(3):
        concern(hub, number, addressed_to=("north-council", "east-council"))
    hub.settle()
    subject = hub.find("north-council", number)
    page = hub.client("north-council").timeline_page(
        subject, purpose="safeguarding_enquiry", limit=1
    )
    with pytest.raises(ProblemError) as refused:
        hub.client("east-council").timeline_page(
            subject, purpose="safeguarding_enquiry", after=page.data["next"]
        )
    assert refused.value.status == 400


def test_a_cursor_is_good_for_its_own_subject_only(hub: RunningHub) -> None:
    numbers = [hub.nhs_number(), hub.nhs_number()]
    for number in numbers:
        concern(hub, number)
        concern(hub, number)
    hub.settle()
    first, second = (hub.find("north-council", number) for number in numbers)
    client = hub.client("north-council")
    page = client.timeline_page(first, purpose="safeguarding_enquiry", limit=1)
    with pytest.raises(ProblemError) as refused:
        client.timeline_page(second, purpose="safeguarding_enquiry", after=page.data["next"])
    assert refused.value.status == 400


def test_what_is_shown_says_why_and_what_it_obliges_to(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number, types=(AbuseType.PHYSICAL,), injuries="two fractures")
    hub.settle()
    (item,) = seen(hub, "north-council", number)
    assert item["posted_by"] == "oak-gp"
    assert item["status"] == "live"
    assert item["fields"]["types"] == ["Physical Abuse"]
    reasons = {reason["rule"]: reason for reason in item["because"]}
    assert reasons["adult-concern-to-council@1"]["cite"][0].startswith("https://www.legislation")
    assert "sent a safeguarding concern" in reasons["adult-concern-to-council@1"]["words"]
    assert item["obligations"] == ["minimum_necessary", "record_reason"]


def test_free_text_waits_until_it_is_cleared_of_names(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number, narrative=UNSAID, referrer=UNSAID, referrer_kind="family")
    hub.settle()
    (item,) = seen(hub, "north-council", number)
    assert "narrative" not in item["fields"]
    assert UNSAID not in str(item)
    assert "whistleblower" not in item["withheld"], "that anybody spoke up is never confirmed"


def test_the_same_item_is_another_slice_for_each_partner(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(
        hub,
        number,
        injuries="a fracture",
        serious_crime="no",
        types=(AbuseType.NEGLECT,),
    )
    enquiry(hub, number, "north-police", "north-trust")
    hub.settle()
    shown = {
        agency: set(item["shown"])
        for agency in ("north-council", "north-police", "north-trust", "oak-gp")
        for item in seen(hub, agency, number)
        if item["type"].endswith("/concern-raised/v1")
    }
    assert "criminal" in shown["north-police"]
    assert "criminal" not in shown["north-trust"]
    assert "health" in shown["north-trust"]
    assert shown["oak-gp"] >= {"health", "criminal", "concern"}, "what it posted, it sees"
    assert seen(hub, "elm-provider", number) == []


def test_another_purpose_is_another_answer(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("north-council", number)
    with pytest.raises(UnknownSubjectError):
        hub.client("north-council").timeline_page(subject, purpose="commissioning")


def test_a_timeline_as_known_on_an_earlier_day_leaves_out_what_came_later(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("oak-gp", number)
    client = hub.client("oak-gp")
    assert client.timeline_page(subject, purpose="direct_care", as_known_on="2099-01-01").released
    with pytest.raises(UnknownSubjectError):
        client.timeline_page(subject, purpose="direct_care", as_known_on="2020-01-01")


def test_a_timeline_is_bounded_by_the_days_things_happened(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("oak-gp", number)
    with pytest.raises(UnknownSubjectError):
        hub.client("oak-gp").timeline_page(subject, purpose="direct_care", until="2020-01-01")


def test_a_care_settings_pattern_shows_counts_alarms_and_nobodys_name(hub: RunningHub) -> None:
    location = f"1-{hub.nhs_number()}"
    place = urn(f"urn:cqc:location:{location}")
    for poster in ("north-council", "oak-gp", "north-trust"):
        opened = ProviderConcernOpened(
            about="setting", setting=location, level="watch", themes=("staffing",), narrative=UNSAID
        )
        hub.post(poster, opened, place)
    hub.settle()
    client = hub.client("cqc")
    found = client.find(purpose="regulate_provider", identifiers=[("cqc_location", location)])
    page = client.timeline_page(found.data["subjects"][0]["id"], purpose="regulate_provider")
    pattern = page.data["setting_risk"]
    assert sum(count["count"] for count in pattern["counts"]) == 3
    assert {"harm-3-in-12-months", "agencies-3-in-12-months"} <= {
        alarm["rule"] for alarm in pattern["alarms"]
    }
    assert pattern["because"][0]["rule"] == "setting-concern@1"
    assert UNSAID.encode() not in page.body
    polled = client.poll(max_events=1000)
    assert any(
        notice.body["cause"] == "alarm" and notice.body["setting"] == location
        for notice in polled.notices
    )


def test_a_stated_request_is_answered_once_however_often_it_is_sent(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("north-council", number)
    asked: dict[str, Any] = {
        "purpose": "safeguarding_enquiry",
        "necessary": True,
        "reason": "to judge whether there is reasonable cause",
        "request_id": new_id(),
    }
    client = hub.client("north-council")
    first = client.disclose(subject, **asked)
    again = client.disclose(subject, **asked)
    assert first.released
    assert (first.body, first.receipt) == (again.body, again.receipt)
    with pytest.raises(ProblemError) as refused:
        client.disclose(subject, **{**asked, "reason": "another reason altogether"})
    assert refused.value.status == 409


def test_a_refusal_says_what_it_rests_on_and_what_would_change_it(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("oak-gp", number)
    refused = hub.client("north-police").disclose(
        subject, purpose="crime_investigation", necessary=True, reason="send her whole file"
    )
    assert not refused.released
    assert refused.data["outcome"] == "refused"
    assert refused.data["reasons"]
    assert refused.data["what_would_change"]
    assert "items" not in refused.data
