"""In an emergency a named officer opens what would have waited; others look at it afterwards."""

from typing import Any

import pytest

from adapters.kit import ProblemError
from contracts.disclosure import DisclosureDecided
from contracts.identity import SafeAddressSet, SubjectDescribed
from tests.journeys.people import answer, concern, demand, enquiry, hold, person
from tests.support.hub_process import IG, RunningHub

GLASS = {"officer": "nurse-4", "minutes": 60, "reason": "she is here and cannot speak"}
REFERRER = "Perpetua Underhill-Smythe"


@pytest.fixture(scope="module")
def trust(hub: RunningHub) -> str:
    return hub.enrol("nhs_trust")


@pytest.fixture(scope="module")
def officer(hub: RunningHub) -> str:
    return hub.enrol("other", scopes=("read", "ig"))


def case(hub: RunningHub, partner: str, **said: Any) -> tuple[str, str]:  # noqa: ANN401
    """Return a person in an enquiry in which a trust takes part, with a referrer and an address."""
    number = hub.nhs_number()
    concern(hub, number, referrer_kind="family", **{"immediate_risk": "yes", **said})
    enquiry(hub, number, partner)
    hub.settle()
    return number, hub.find("north-council", number)


def ask(hub: RunningHub, agency: str, subject: str, **changed: Any) -> Any:  # noqa: ANN401
    asked = {
        "purpose": "protect_from_harm", "necessary": True, "emergency": True,
        "reason": "brought in unconscious", "break_glass": GLASS, "user": "nurse-4", **changed,
    }  # fmt: skip
    return hub.client(agency).disclose(subject, **asked)


def shown(found: Any) -> set[str]:  # noqa: ANN401
    return {category for item in found.data.get("items", ()) for category in item["shown"]}


def test_it_opens_what_a_bar_withheld_and_says_what_and_until_when(
    hub: RunningHub, trust: str
) -> None:
    _, subject = case(hub, trust)
    plain = ask(hub, trust, subject, break_glass=None)
    assert "third_party" not in shown(plain)
    assert plain.data["break_glass"] is None
    broken = ask(hub, trust, subject)
    assert "third_party" in shown(broken)
    said = broken.data["break_glass"]
    assert {c for opened in said["opened"] for c in opened["categories"]} == {"third_party"}
    assert said["until"] < said["completed_by"]


def test_it_opens_what_a_person_would_have_had_to_decide(hub: RunningHub) -> None:
    police = hub.enrol("police")
    number = hub.nhs_number()
    concern(hub, number, consent="refused", others_at_risk="yes", serious_crime="yes")
    hub.settle()
    subject = hub.find("north-council", number)
    asked = {"purpose": "crime_investigation", "legal_demand": "police_request"}
    demand(hub, police, subject)
    plain = ask(hub, police, subject, break_glass=None, offence_stated=True, **asked)
    assert not plain.released
    broken = ask(hub, police, subject, offence_stated=True, **asked)
    assert broken.released
    assert "concern" in shown(broken)


def test_it_never_opens_who_spoke_up(hub: RunningHub, trust: str) -> None:
    _, subject = case(hub, trust, from_whistleblower="yes", referrer=REFERRER)
    broken = ask(hub, trust, subject)
    assert broken.released
    assert "whistleblower" not in shown(broken)
    assert REFERRER not in str(broken.data)


def test_it_opens_nothing_to_whom_a_hold_keeps_away(hub: RunningHub) -> None:
    trust = hub.enrol("nhs_trust")
    number, subject = case(hub, trust)
    hold(hub, number, trust)
    hub.settle()
    hidden = ask(hub, trust, subject)
    unknown = ask(hub, trust, "00000000-0000-4000-8000-000000000000")
    assert not hidden.released
    assert {**hidden.data, "request_id": 0} == {**unknown.data, "request_id": 0}


def test_it_makes_no_basis_where_there_is_none(hub: RunningHub) -> None:
    trust = hub.enrol("nhs_trust")
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    found = ask(hub, trust, hub.find("north-council", number))
    assert not found.released


@pytest.mark.parametrize(
    ("agency", "changed", "why"),
    [
        ("north-trust", {"emergency": False}, "emergency"),
        ("north-trust", {"user": "porter-1"}, "Hub-User"),
        ("north-trust", {"user": None}, "Hub-User"),
        ("elm-provider", {}, "agencies that answer for emergencies"),
    ],
)
def test_it_is_not_for_everybody_and_an_attempt_is_on_record(
    hub: RunningHub, agency: str, changed: dict[str, Any], why: str
) -> None:
    _, subject = case(hub, "north-trust")
    for asked in (subject, "00000000-0000-4000-8000-000000000000"):
        tried = ask(hub, agency, asked, **changed)
        assert not tried.released
        assert why in tried.data["reasons"][0]
        entry = answer(hub, IG, "GET", f"/disclosures/{tried.receipt.dis}").json()
        assert entry["reason_code"] == "break_glass_refused"
        assert entry["subject"] == asked
        assert entry.get("user") == changed.get("user", "nurse-4")


def test_it_is_not_for_ever(hub: RunningHub) -> None:
    with pytest.raises(ProblemError) as refused:
        ask(hub, "north-trust", "00000000-0000-4000-8000-000000000000",
            break_glass={**GLASS, "minutes": 241})  # fmt: skip
    assert refused.value.status == 422


def queue(hub: RunningHub) -> dict[str, Any]:
    hub.settle()
    found = hub.client(IG).register(review="open", limit="500").data["entries"]
    return {entry["jti"]: entry for entry in found}


def test_it_waits_for_a_review_until_an_officer_has_looked(
    hub: RunningHub, trust: str, officer: str
) -> None:
    _, subject = case(hub, trust)
    dis = ask(hub, trust, subject).receipt.dis
    waiting = queue(hub)[dis]
    assert waiting["user"] == "nurse-4"
    assert waiting["review"]["verdict"] is None
    assert waiting["review"]["overdue"] is False
    assert waiting["review"]["due"] > waiting["recorded"]
    reviewed = hub.client(officer).review(dis, verdict="upheld", user="ig-2", note="right to")
    assert reviewed.data["of"] == dis
    assert reviewed.data["officer"] == "ig-2"
    assert dis not in queue(hub)
    (entry,) = [e for e in hub.client(IG).who_saw(subject).data["disclosures"] if e["jti"] == dis]
    assert entry["review"]["verdict"] == "upheld"


def test_the_full_record_is_the_partners_own_decision(hub: RunningHub, trust: str) -> None:
    number, subject = case(hub, trust)
    dis = ask(hub, trust, subject).receipt.dis
    assert queue(hub)[dis]["review"]["completed"] is False
    record = DisclosureDecided(
        about="adult", request=dis, decision="share", grounds=("emergency-life@1",),
        necessary_because="to treat her", proportionate_because="one name",
    )  # fmt: skip
    hub.post("oak-gp", record, person(number))
    assert queue(hub)[dis]["review"]["completed"] is False, "another's record is not this one's"
    hub.post(trust, record, person(number))
    assert queue(hub)[dis]["review"]["completed"] is True


def test_it_is_in_the_register_with_its_own_event(hub: RunningHub, trust: str) -> None:
    _, subject = case(hub, trust)
    dis = ask(hub, trust, subject).receipt.dis
    hub.settle()
    entry = answer(hub, IG, "GET", f"/disclosures/{dis}").json()
    assert entry["break_glass"]
    assert "third_party" in {c for item in entry["items"] for c in item["categories"]}
    assert entry["subject"] == subject


def test_nobody_reviews_what_they_were_given_themselves(hub: RunningHub) -> None:
    both = hub.enrol("council", scopes=("events", "read", "ig"))
    client = hub.new_client(both, scopes=("events", "read", "ig"), store=f"{both}-both")
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(both,))
    hub.settle()
    subject = hub.find(both, number)
    page = client.timeline_page(subject, purpose="safeguarding_enquiry", user="worker-1")
    with pytest.raises(ProblemError) as refused:
        client.review(page.receipt.dis, verdict="upheld", user="worker-1")
    assert refused.value.status == 403
    assert client.review(page.receipt.dis, verdict="upheld", user="ig-9").released


def test_a_review_of_nothing_is_answered_and_recorded_as_nothing(hub: RunningHub) -> None:
    with pytest.raises(ProblemError) as unknown:
        hub.client(IG).review("00000000-0000-4000-8000-000000000000", verdict="upheld", user="ig-1")
    assert unknown.value.status == 404


def test_a_safe_address_stays_closed_to_a_trust_that_serves_the_other(hub: RunningHub) -> None:
    trust = hub.enrol("nhs_trust")
    number, subject = case(hub, trust)
    hub.post(
        "north-council",
        SubjectDescribed.model_validate({"about": "adult", "address": "1 Example Street"}),
        person(number),
    )
    hub.post(
        "north-police",
        SafeAddressSet(about="adult", serving_alleged_perpetrator=(trust,)),
        person(number),
    )
    hub.settle()
    assert "contact" not in shown(ask(hub, trust, subject, break_glass=None))
    assert "contact" not in shown(ask(hub, trust, subject))
