"""An information-governance officer reads the register, and is in it."""

import json
from typing import Any

import pytest

from adapters.kit import ProblemError
from contracts.subject import Purpose
from tests.journeys.people import UNSAID, answer, concern, enquiry, hold, seen
from tests.support.hub_process import IG, RunningHub

PURPOSE: Purpose = "safeguarding_enquiry"


def entries(hub: RunningHub, *, user: str | None = None, **filters: str) -> list[dict[str, Any]]:
    """Return what the register holds; `user` is the partner's officer who asked."""
    hub.settle()
    # The kit's own `user` is who asks now, so the filter of that name goes by the wire.
    params = {**filters, **({} if user is None else {"user": user})}
    found: list[dict[str, Any]] = answer(hub, IG, "GET", "/disclosures", params=params).json()[
        "entries"
    ]
    return found


@pytest.fixture(scope="module")
def officer(hub: RunningHub) -> str:
    return hub.enrol("other", scopes=("read", "ig"))


@pytest.fixture(scope="module")
def council(hub: RunningHub) -> str:
    return hub.enrol("council")


@pytest.fixture(scope="module")
def read(hub: RunningHub, council: str) -> str:
    """A subject whom the council found, read by one of its officers, and the police asked about."""
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(council,), narrative=UNSAID)
    hub.settle()
    subject = hub.find(council, number)
    hub.client(council).timeline_page(subject, purpose=PURPOSE, user="worker-7")
    refused = hub.client("north-police").disclose(
        subject, purpose="crime_investigation", necessary=True, reason="all you have, please"
    )
    assert not refused.released
    hub.settle()
    return subject


def test_the_register_is_found_by_subject_in_the_ledgers_order(
    hub: RunningHub, read: str, council: str
) -> None:
    found = entries(hub, subject=read)
    assert [(e["partner"], e["channel"], e["outcome"]) for e in found[:3]] == [
        (council, "find", "released"),
        (council, "timeline", "released"),
        ("north-police", "disclosure", "refused"),
    ]
    assert [e["position"] for e in found] == sorted(e["position"] for e in found)


@pytest.mark.parametrize(
    ("filters", "channels"),
    [
        ({"user": "worker-7"}, {"timeline"}),
        ({"outcome": "refused"}, {"disclosure"}),
        ({"rule": "adult-concern-to-council"}, {"find", "timeline"}),
        ({"rule": "adult-concern-to-council@1"}, {"find", "timeline"}),
        ({"rule": "no-such-rule"}, set()),
        ({"day": "2020-01-01"}, set()),
        ({"partner": "fir-provider"}, set()),
    ],
)
def test_the_register_is_found_by_what_an_officer_knows(
    hub: RunningHub, read: str, filters: dict[str, str], channels: set[str]
) -> None:
    found = entries(hub, subject=read, **filters)
    assert {e["channel"] for e in found if e["channel"] != "register"} == channels


def test_the_register_pages_by_position(hub: RunningHub, read: str) -> None:
    first = hub.client(IG).register(subject=read, limit="1").data
    assert len(first["entries"]) == 1
    second = hub.client(IG).register(subject=read, limit="1", after=str(first["after"])).data
    assert second["entries"][0]["position"] > first["entries"][0]["position"]


def test_one_entry_has_its_reasons_in_words(hub: RunningHub, read: str) -> None:
    (timeline,) = entries(hub, subject=read, user="worker-7")
    shown = answer(hub, IG, "GET", f"/disclosures/{timeline['jti']}")
    assert shown.status_code == 200
    entry = shown.json()
    assert entry["user"] == "worker-7"
    assert entry["purpose"] == PURPOSE
    assert entry["outcome"] == "released"
    reasons = {reason["rule"]: reason["words"] for reason in entry["reasons"]}
    assert "sent a safeguarding concern" in reasons["adult-concern-to-council@1"]
    assert UNSAID not in shown.text, "the register holds no content"


def test_an_unknown_entry_is_answered_and_recorded_like_any_other(
    hub: RunningHub, read: str
) -> None:
    shown = answer(hub, IG, "GET", f"/disclosures/{read}")
    assert shown.status_code == 404
    assert shown.headers["content-type"] == "application/problem+json"
    assert "hub-receipt" in shown.headers


def test_who_saw_what_lists_releases_refusals_and_finds(
    hub: RunningHub, read: str, council: str
) -> None:
    hub.settle()
    found = hub.client(IG).who_saw(read).data["disclosures"]
    assert {(e["partner"], e["outcome"]) for e in found} >= {
        (council, "released"),
        ("north-police", "refused"),
    }
    (timeline,) = (e for e in found if e["user"] == "worker-7" and e["channel"] == "timeline")
    assert set(timeline["categories"]) >= {"concern", "existence"}


def test_an_officers_own_readings_are_in_the_register(
    hub: RunningHub, read: str, officer: str
) -> None:
    hub.client(officer).who_saw(read, user="ig-1")
    (own,) = entries(hub, partner=officer, subject=read, user="ig-1")
    assert own["channel"] == "subject_disclosures"
    assert own["purpose"] == "audit"


def test_an_officer_of_another_agency_has_no_way_in(hub: RunningHub, read: str) -> None:
    client = hub.client("north-council")
    with pytest.raises(ProblemError) as register:
        client.register()
    with pytest.raises(ProblemError) as who_saw:
        client.who_saw(read)
    assert (register.value.status, who_saw.value.status) == (403, 403)


def test_an_officer_sees_the_register_and_not_the_record(hub: RunningHub, read: str) -> None:
    with pytest.raises(ProblemError) as unknown:
        hub.client(IG).timeline_page(read, purpose="audit")
    assert unknown.value.status == 404


def test_the_receipt_of_an_answer_is_for_its_partner_and_for_officers(
    hub: RunningHub, read: str, council: str
) -> None:
    (timeline,) = entries(hub, subject=read, user="worker-7")
    path = f"/receipts/{timeline['jti']}"
    theirs = answer(hub, council, "GET", path)
    officers = answer(hub, IG, "GET", path)
    assert theirs.json() == officers.json()
    assert json.loads(theirs.content)["receipt"]
    assert answer(hub, "north-police", "GET", path).status_code == 404


def test_every_partners_numbers_run_without_a_gap(hub: RunningHub) -> None:
    partner = hub.enrol("council")
    client = hub.client(partner)
    for hidden in (False, True):
        number = hub.nhs_number()
        concern(hub, number, addressed_to=(partner,))
        enquiry(hub, number)
        if hidden:
            hold(hub, number, partner)
        hub.settle()
        seen(hub, partner, number)
        client.poll()
        client.disclose(
            hub.find("oak-gp", number), purpose=PURPOSE, necessary=True, reason="to be complete"
        )
    assert client.chain.gaps() == []
    assert client.chain.last() > 4
    rows = entries(hub, partner=partner, limit="500")
    assert [row["pseq"] for row in rows] == list(range(1, client.chain.last() + 1))


@pytest.mark.usefixtures("read")
def test_what_was_released_is_what_the_register_says_byte_for_byte(
    hub: RunningHub, council: str
) -> None:
    held = {link.dis: link.bd for link in hub.client(council).chain.unacknowledged()}
    rows = {e["jti"]: e["body_digest"] for e in entries(hub, partner=council)}
    assert held == rows
