"""A provider implicated under a police hold learns nothing, and loses nothing of its own."""

import pytest

from adapters.kit import UnknownSubjectError
from contracts.subject import Purpose
from contracts.triage import RoleAssigned
from tests.journeys.people import UNSAID, concern, enquiry, hold, lift, person, seen
from tests.support.hub_process import RunningHub

PURPOSE: Purpose = "safeguarding_enquiry"


def test_a_hold_takes_away_what_the_provider_was_shown(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number, alleged_perpetrator=UNSAID)
    enquiry(hub, number, "elm-provider")
    hub.settle()
    assert seen(hub, "elm-provider", number), "asked to help, it sees the concern"
    hold(hub, number, "elm-provider")
    hub.settle()
    assert seen(hub, "elm-provider", number) == []
    assert seen(hub, "north-council", number), "the council goes on seeing it"


def test_a_hold_bites_before_the_views_have_heard_of_it(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "elm-provider")
    hub.settle()
    subject = hub.find("elm-provider", number)
    client = hub.client("elm-provider")
    assert client.timeline_page(subject, purpose=PURPOSE).released
    hold(hub, number, "elm-provider")
    with pytest.raises(UnknownSubjectError):
        client.timeline_page(subject, purpose=PURPOSE)
    assert seen(hub, "elm-provider", number) == []


def test_its_own_concern_stays_in_its_sight_and_nothing_else(hub: RunningHub) -> None:
    number = hub.nhs_number()
    own = concern(hub, number, by="elm-provider", narrative=UNSAID)
    concern(hub, number, by="oak-gp")
    enquiry(hub, number, "elm-provider")
    hold(hub, number, "elm-provider")
    hub.settle()
    (item,) = seen(hub, "elm-provider", number)
    assert item["jti"] == own
    assert item["fields"]["narrative"] == UNSAID
    assert item["withheld"] == []
    assert [reason["rule"] for reason in item["because"]] == ["own-record@1"]


def test_the_page_of_its_own_items_does_not_tell_that_there_are_others(hub: RunningHub) -> None:
    alone, held = hub.nhs_number(), hub.nhs_number()
    for number in (alone, held):
        concern(hub, number, by="elm-provider")
    for _ in range(3):
        concern(hub, held, by="oak-gp")
    enquiry(hub, held, "elm-provider")
    hold(hub, held, "elm-provider")
    hub.settle()
    pages = []
    for number in (alone, held):
        subject = hub.find("elm-provider", number)
        page = hub.client("elm-provider").timeline_page(subject, purpose=PURPOSE, limit=1)
        pages.append({**page.data, "subject": "", "items": len(page.data["items"])})
    assert pages[0] == pages[1]
    assert pages[0]["next"] is None


def test_no_notice_reaches_it_while_the_hold_lives(hub: RunningHub) -> None:
    provider = hub.enrol("provider")
    number = hub.nhs_number()
    hold(hub, number, provider)
    concern(hub, number, addressed_to=("north-council", provider))
    role = RoleAssigned(about="adult", agency=provider, role="asked_to_enquire")
    hub.post("north-council", role, person(number))
    hub.settle()
    polled = hub.client(provider).poll()
    assert polled.notices == ()
    assert polled.receipt is None


def test_who_placed_the_hold_is_not_told_that_it_was_asked_about_meanwhile(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "elm-provider", "north-police")
    hub.settle()
    subject = hub.find("elm-provider", number)
    hold(hub, number, "elm-provider")
    hub.settle()
    police = hub.client("north-police")
    before = {notice.jti for notice in police.poll(max_events=1000).notices}
    with pytest.raises(UnknownSubjectError):
        hub.client("elm-provider").timeline_page(subject, purpose=PURPOSE)
    hub.settle()
    assert {notice.jti for notice in police.poll(max_events=1000).notices} == before != set()


def test_notices_that_waited_are_not_handed_out_once_the_hold_is_on_record(hub: RunningHub) -> None:
    provider = hub.enrol("provider")
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, provider)
    hub.settle()
    hold(hub, number, provider)
    assert hub.client(provider).poll().notices == ()


def test_the_day_a_hold_names_lifts_nothing_but_the_police_do(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "elm-provider")
    hold(hub, number, "elm-provider")
    hub.settle()
    assert seen(hub, "elm-provider", number) == []
    lift(hub, number, "elm-provider")
    hub.settle()
    types = {item["type"].rsplit("/", 2)[1] for item in seen(hub, "elm-provider", number)}
    assert "concern-raised" in types
    assert "hold" not in types, "what the police did stays with the police and the council"


def test_its_chain_of_receipts_has_no_gap_from_what_it_was_not_told(hub: RunningHub) -> None:
    provider = hub.enrol("provider")
    number = hub.nhs_number()
    concern(hub, number, by=provider)
    concern(hub, number)
    hold(hub, number, provider)
    hub.settle()
    seen(hub, provider, number)
    seen(hub, provider, hub.nhs_number())
    client = hub.client(provider)
    client.poll()
    assert client.chain.last() == 3
    assert client.chain.gaps() == []
