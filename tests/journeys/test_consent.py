"""What a person says about sharing, and what follows: refusal, pressure, agreement taken back."""

import pytest

from adapters.kit import UnknownSubjectError
from contracts.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn
from contracts.triage import RiskAssessed
from tests.journeys.people import (
    capacity,
    coercion,
    concern,
    enquiry,
    no_wider_risk,
    person,
    seen,
)
from tests.support.hub_process import RunningHub


@pytest.fixture
def refused(hub: RunningHub) -> str:
    """A person able to decide, under nobody's control and no danger to others, who said no."""
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "north-police")
    capacity(hub, number, "has")
    coercion(hub, number, "not_suspected")
    no_wider_risk(hub, number)
    hub.post("north-council", ConsentRefused(about="adult"), person(number))
    hub.settle()
    return number


def test_a_refusal_by_somebody_able_to_decide_ends_it_for_partners(
    hub: RunningHub, refused: str
) -> None:
    assert seen(hub, "north-police", refused) == []
    assert seen(hub, "north-council", refused), "the council that leads keeps its enquiry"


def test_the_police_are_told_that_it_is_refused_and_not_why(hub: RunningHub, refused: str) -> None:
    subject = hub.find("north-council", refused)
    answer = hub.client("north-police").disclose(
        subject,
        purpose="crime_investigation",
        necessary=True,
        legal_demand="police_request",
        offence_stated=True,
        reason="theft reported by a bank",
    )
    assert not answer.released
    said = str(answer.data)
    assert "refused" in said
    for word in ("capacity", "consent", "able to decide", "said no"):
        assert word not in said


def test_the_officer_can_read_why_the_police_were_refused(hub: RunningHub, refused: str) -> None:
    subject = hub.find("north-council", refused)
    answer = hub.client("north-police").disclose(
        subject, purpose="crime_investigation", necessary=True, reason="theft reported by a bank"
    )
    hub.settle()
    entries = hub.client("ig-office").register(subject=subject, outcome="refused").data["entries"]
    (entry,) = (e for e in entries if e["jti"] == answer.receipt.dis)
    assert "x-capacity-refusal@1" in entry["rules"]


def test_suspected_pressure_opens_it_again_to_those_who_can_protect(
    hub: RunningHub, refused: str
) -> None:
    coercion(hub, refused, "suspected")
    hub.settle()
    assert seen(hub, "north-police", refused)


def test_a_risk_to_others_opens_it_again(hub: RunningHub, refused: str) -> None:
    risk = RiskAssessed(about="adult", level="high", others_at_risk="yes")
    hub.post("north-council", risk, person(refused))
    hub.settle()
    assert seen(hub, "north-police", refused)


def test_pressure_that_nobody_considered_waits_for_a_person(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "north-police")
    capacity(hub, number, "has")
    hub.post("north-council", ConsentRefused(about="adult"), person(number))
    hub.settle()
    assert seen(hub, "north-police", number) == []


def test_agreement_shows_the_named_agency_what_it_covers(hub: RunningHub) -> None:
    number = _agreed(hub)
    items = seen(hub, "north-advocate", number, purpose="protect_from_harm")
    assert {item["type"].rsplit("/", 2)[1] for item in items} >= {"concern-raised"}
    assert all("stop_if_withdrawn" in item["obligations"] for item in items)
    assert seen(hub, "elm-provider", number, purpose="protect_from_harm") == []


def test_agreement_taken_back_between_listing_and_reading_shows_nothing(hub: RunningHub) -> None:
    number = _agreed(hub)
    subject = hub.find("north-advocate", number)
    hub.post("north-council", ConsentWithdrawn(about="adult"), person(number))
    with pytest.raises(UnknownSubjectError):
        hub.client("north-advocate").timeline_page(subject, purpose="protect_from_harm")


def test_agreement_taken_back_between_two_pages_shows_no_second_page(hub: RunningHub) -> None:
    number = _agreed(hub)
    subject = hub.find("north-advocate", number)
    pages = hub.client("north-advocate").timeline(subject, purpose="protect_from_harm", limit=1)
    assert next(pages).data["items"]
    hub.post("north-council", ConsentWithdrawn(about="adult"), person(number))
    assert next(pages).data["items"] == []


def test_agreement_taken_back_from_one_agency_stands_for_the_other(hub: RunningHub) -> None:
    number = _agreed(hub, "north-advocate", "north-trust")
    withdrawn = ConsentWithdrawn(about="adult", withdrawn_from=("north-advocate",))
    hub.post("north-council", withdrawn, person(number))
    hub.settle()
    assert seen(hub, "north-advocate", number, purpose="protect_from_harm") == []
    assert seen(hub, "north-trust", number, purpose="protect_from_harm")


def _agreed(hub: RunningHub, *recipients: str) -> str:
    number = hub.nhs_number()
    concern(hub, number)
    capacity(hub, number, "has")
    given = ConsentGiven(about="adult", recipients=recipients or ("north-advocate",))
    hub.post("north-council", given, person(number))
    hub.settle()
    return number
