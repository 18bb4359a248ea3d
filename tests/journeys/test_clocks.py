"""A request with a day: who was asked hears that it is late, and so does who asked."""

import time
from typing import Any

from contracts.concern import ReferralAccepted, ReferralMade
from tests.journeys.people import concern, enquiry, hold, person
from tests.support.hub_process import RunningHub

YESTERDAY = "2026-01-05"


def clocks(hub: RunningHub, agency: str) -> list[dict[str, Any]]:
    polled = hub.client(agency).poll(max_events=1000)
    return [dict(n.body) for n in polled.notices if n.body["cause"] in ("due", "overdue")]


def refer(hub: RunningHub) -> tuple[str, str, str, str]:
    """Let a police force refer a person, by a day that is over, to a partner in the enquiry."""
    police, provider = hub.enrol("police"), hub.enrol("provider")
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, police, provider)
    referred = ReferralMade(about="adult", to=provider, respond_by=YESTERDAY)
    return police, provider, number, hub.post(police, referred, person(number))


def let_time_pass(hub: RunningHub) -> None:
    """Let a second pass, and something happen to somebody else: time is the ledger's own."""
    time.sleep(1.1)
    concern(hub, hub.nhs_number())
    hub.settle()


def test_what_is_late_reaches_who_must_act_and_who_asked_until_it_is_answered(
    hub: RunningHub,
) -> None:
    police, provider, number, referral = refer(hub)
    let_time_pass(hub)
    for agency in (police, provider):
        (late,) = clocks(hub, agency)
        assert late["cause"] == "overdue"
        assert (late["duty"], late["whose"], late["request"]) == ("respond", provider, referral)
        assert late["asked_by"] == police
    accepted = ReferralAccepted(about="adult", referral=referral, referred_by=police)
    hub.post(provider, accepted, person(number))
    hub.settle()
    assert clocks(hub, police) == clocks(hub, provider) == []


def test_a_notice_that_was_handled_is_not_raised_again(hub: RunningHub) -> None:
    _, provider, _, _ = refer(hub)
    let_time_pass(hub)
    assert len(clocks(hub, provider)) == 1
    while hub.client(provider).handle_notices(lambda _: None).done:
        pass
    let_time_pass(hub)
    assert clocks(hub, provider) == []


def test_a_hold_silences_the_clock_of_whom_it_is_about(hub: RunningHub) -> None:
    police, provider, number, _ = refer(hub)
    hold(hub, number, provider)
    let_time_pass(hub)
    assert clocks(hub, provider) == []
    assert [late["whose"] for late in clocks(hub, police)] == [provider]
