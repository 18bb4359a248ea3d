"""A purpose is checked against what the asker's kind of agency does, on every way to read."""

import pytest

from tests.journeys.people import concern
from tests.support.hub_process import IG, RunningHub

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def case(hub: RunningHub) -> tuple[str, str]:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    return number, hub.find("north-council", number)


@pytest.mark.parametrize("about", ["known", "unknown"])
def test_every_way_to_read_refuses_in_the_same_words_whoever_it_is_about(
    hub: RunningHub, case: tuple[str, str], about: str
) -> None:
    provider = hub.client("elm-provider")
    subject = case[1] if about == "known" else NOBODY
    number = case[0] if about == "known" else hub.nhs_number()
    page = provider.timeline_page(subject, purpose="crime_investigation")
    asked = provider.disclose(
        subject, purpose="crime_investigation", necessary=True, reason="we wonder who it was"
    )
    found = provider.find(purpose="crime_investigation", identifiers=[("nhs_number", number)])
    for answer in (page, asked, found):
        assert not answer.released
        assert answer.data["reasons"] == page.data["reasons"]
        assert "may not state the purpose `crime investigation`" in answer.data["reasons"][0]
        assert "direct care" in answer.data["what_would_change"][0]
    assert asked.data["request_id"]
    assert page.data["request_id"] is None


def test_the_refusal_is_in_the_register(hub: RunningHub, case: tuple[str, str]) -> None:
    page = hub.client("north-advocate").timeline_page(case[1], purpose="regulate_provider")
    hub.settle()
    (entry,) = [
        e
        for e in hub.client(IG).register(partner="north-advocate", limit="500").data["entries"]
        if e["jti"] == page.receipt.dis
    ]
    assert (entry["outcome"], entry["purpose"]) == ("refused", "regulate_provider")


def test_the_right_purpose_does_not_make_a_part_in_the_case(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    asked = hub.client("fir-provider").disclose(
        case[1], purpose="safeguarding_enquiry", necessary=True, reason="we would like to know"
    )
    assert not asked.released
    assert "may not state" not in str(asked.data)
