"""Where a rule asks for a person, the holder decides, says why, and only then is anything shown."""

from typing import Any

import pytest

from adapters.kit import Notice
from contracts.disclosure import DisclosureDecided
from tests.journeys.people import answer, concern, demand, enquiry, hold, person
from tests.support.hub_process import IG, RunningHub

WAITS = "A named person has to decide before anything can be said."

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def police(hub: RunningHub) -> str:
    """Return a police force without any part in the case."""
    return hub.enrol("police")


@pytest.fixture
def gp(hub: RunningHub) -> str:
    return hub.enrol("gp")


@pytest.fixture
def trust(hub: RunningHub) -> str:
    return hub.enrol("nhs_trust")


def ask(hub: RunningHub, police: str, subject: str) -> Any:  # noqa: ANN401
    if subject != NOBODY:
        demand(hub, police, subject)
    return hub.client(police).disclose(
        subject, purpose="crime_investigation", legal_demand="police_request", necessary=True,
        offence_stated=True, reason="the theft of 4 March, by his carer",
    )  # fmt: skip


def decide(hub: RunningHub, holder: str, number: str, partner: str, **said: Any) -> None:  # noqa: ANN401
    fields = {
        "decision": "share", "officer": "guardian-1", "grounds": ("police-request@1",),
        "necessary_because": "only this shows who was there",
        "proportionate_because": "one afternoon, and no health record", **said,
    }  # fmt: skip
    decided = DisclosureDecided(about="adult", partner=partner, **fields)
    hub.post(holder, decided, person(number))
    hub.settle()


def requests(hub: RunningHub, agency: str) -> list[Notice]:
    """Return the requests an agency hears of, past whatever else waits for it in this hub."""
    hub.settle()
    found: list[Notice] = []
    page = hub.client(agency).poll()
    while page.more:
        found += page.notices
        page = hub.client(agency).poll(ack=[n.jti for n in page.notices])
    return [n for n in (*found, *page.notices) if n.body["cause"] == "request"]


def case(hub: RunningHub, *holders: str, led: bool = True) -> tuple[str, str]:
    number = hub.nhs_number()
    for holder in holders:
        concern(hub, number, by=holder)
    if led:
        enquiry(hub, number)
    hub.settle()
    return number, hub.find("north-council", number)


def test_a_request_that_waits_for_a_person_is_told_so_and_releases_nothing(
    hub: RunningHub, police: str, gp: str
) -> None:
    _, subject = case(hub, gp)
    refused = ask(hub, police, subject)
    assert not refused.released
    assert refused.data["reasons"] == [WAITS]
    hub.settle()
    entry = answer(hub, IG, "GET", f"/disclosures/{refused.receipt.dis}").json()
    assert entry["reason_code"] == "person_must_decide"
    assert set(entry["refer_to"]) == {gp, "north-council"}


def test_the_holder_and_the_lead_hear_who_asked_and_what_for_and_no_more(
    hub: RunningHub, police: str, gp: str
) -> None:
    _, subject = case(hub, gp)
    refused = ask(hub, police, subject)
    for agency in (gp, "north-council"):
        told = [n for n in requests(hub, agency) if n.body["request"] == refused.receipt.dis]
        assert len(told) == 1, agency
        assert told[0].body["asked_by"] == police
        assert told[0].body["purpose"] == "crime_investigation"
        assert told[0].body["legal_demand"] == "police_request"
        assert "theft" not in str(told[0])
    assert requests(hub, police) == []


def test_a_holders_yes_releases_what_that_holder_posted_and_nothing_of_anothers(
    hub: RunningHub, police: str, gp: str, trust: str
) -> None:
    number, subject = case(hub, gp, trust)
    assert not ask(hub, police, subject).released
    decide(hub, gp, number, police)
    released = ask(hub, police, subject)
    assert released.released
    assert {item["posted_by"] for item in released.data["items"]} == {gp}
    for item in released.data["items"]:
        assert "health" not in item["shown"]
        assert "human_review" not in item["obligations"]
        assert {reason["rule"] for reason in item["because"]} == {"police-request@1"}


def test_the_hub_reads_nobodys_word_as_the_holders(
    hub: RunningHub, police: str, gp: str, trust: str
) -> None:
    number, subject = case(hub, gp)
    decide(hub, trust, number, police)
    assert not any(i["posted_by"] == gp for i in ask(hub, police, subject).data.get("items", ()))


def test_a_yes_towards_one_force_is_no_yes_towards_another(
    hub: RunningHub, police: str, gp: str
) -> None:
    number, subject = case(hub, gp)
    decide(hub, gp, number, hub.enrol("police"))
    assert not ask(hub, police, subject).released


@pytest.mark.parametrize("decision", ["do_not_share", "share_in_part"])
def test_a_no_ends_the_waiting_and_takes_back_an_earlier_yes(
    hub: RunningHub, police: str, gp: str, decision: str
) -> None:
    number, subject = case(hub, gp, led=False)
    decide(hub, gp, number, police)
    assert ask(hub, police, subject).released
    decide(hub, gp, number, police, decision=decision)
    refused = ask(hub, police, subject)
    assert not refused.released
    assert refused.data["reasons"] != [WAITS]
    assert refused.receipt.dis not in {n.body["request"] for n in requests(hub, gp)}


def test_a_provider_that_could_be_tipped_off_is_not_told_that_the_police_ask(
    hub: RunningHub, police: str
) -> None:
    provider = hub.enrol("provider")
    number, subject = case(hub, provider)
    hold(hub, number)
    hub.settle()
    refused = ask(hub, police, subject)
    assert not refused.released
    hub.settle()
    entry = answer(hub, IG, "GET", f"/disclosures/{refused.receipt.dis}").json()
    assert provider not in entry["refer_to"]
    assert requests(hub, provider) == []


def test_a_hold_that_begins_after_the_request_still_stops_the_notice(
    hub: RunningHub, police: str
) -> None:
    provider = hub.enrol("provider")
    number, subject = case(hub, provider)
    refused = ask(hub, police, subject)
    hub.settle()
    entry = answer(hub, IG, "GET", f"/disclosures/{refused.receipt.dis}").json()
    assert provider in entry["refer_to"]
    hold(hub, number)
    assert requests(hub, provider) == []


def test_a_hidden_subject_and_an_unknown_one_refuse_an_implicated_force_alike(
    hub: RunningHub, police: str, gp: str
) -> None:
    number, subject = case(hub, gp)
    hold(hub, number, police)
    hub.settle()
    hidden = ask(hub, police, subject).data
    unknown = ask(hub, police, NOBODY).data
    assert {**hidden, "request_id": None} == {**unknown, "request_id": None}
