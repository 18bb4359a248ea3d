"""Whatever an implicated agency asks, a hidden subject and an unknown one give the same answer.

Every route is asked twice: about a subject hidden by a police hold, and about one that is nobody's.
Status, headers and bytes must be equal; only the receipt and the time of day may differ.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from adapters.kit import sign_event
from contracts.concern import ConcernRaised
from tests.journeys.people import concern, enquiry, hold, person
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

ASKER = "elm-provider"
_DIFFERS = {"date", "hub-receipt"}


@dataclass(frozen=True, slots=True)
class Somebody:
    """A subject as an asker may name it."""

    number: str
    subject: str
    item: str
    disclosure: str


@pytest.fixture(scope="module")
def hidden(hub: RunningHub) -> Somebody:
    number = hub.nhs_number()
    item = concern(hub, number)
    enquiry(hub, number, ASKER)
    hold(hub, number, ASKER)
    hub.settle()
    subject = hub.find("north-council", number)
    page = hub.client("north-council").timeline_page(subject, purpose="safeguarding_enquiry")
    return Somebody(number, subject, item, page.receipt.dis)


@pytest.fixture(scope="module")
def nobody(hub: RunningHub) -> Somebody:
    return Somebody(hub.nhs_number(), new_id(), new_id(), new_id())


@pytest.fixture(scope="module")
def asker(hub: RunningHub) -> SignedIn:
    return hub.signed_in(ASKER)


def find(asker: SignedIn, about: Somebody) -> httpx.Response:
    body = {
        "purpose": "safeguarding_enquiry",
        "identifiers": [{"kind": "nhs_number", "value": about.number}],
    }
    return asker.send("POST", "/subjects/find", json=body)


def timeline(asker: SignedIn, about: Somebody) -> httpx.Response:
    headers = {"Hub-Purpose": "safeguarding_enquiry"}
    return asker.send("GET", f"/subjects/{about.subject}/timeline", headers=headers)


def timeline_by_demand(asker: SignedIn, about: Somebody) -> httpx.Response:
    headers = {
        "Hub-Purpose": "emergency",
        "Hub-Emergency": "yes",
        "Hub-Legal-Demand": "court_order",
    }
    path = f"/subjects/{about.subject}/timeline"
    return asker.send(
        "GET", path, headers=headers, params={"limit": 1, "as_known_on": "2099-01-01"}
    )


def timeline_with_a_cursor(asker: SignedIn, about: Somebody) -> httpx.Response:
    headers = {"Hub-Purpose": "safeguarding_enquiry"}
    path = f"/subjects/{about.subject}/timeline"
    return asker.send("GET", path, headers=headers, params={"after": "AAAA"})


def stated_request(asker: SignedIn, about: Somebody) -> httpx.Response:
    body: dict[str, Any] = {
        "id": new_id(),
        "purpose": "safeguarding_enquiry",
        "subject": about.subject,
        "necessary": True,
        "reason": "we were asked to enquire",
    }
    answer = asker.send("POST", "/disclosures", json=body)
    answer._content = answer.content.replace(body["id"].encode(), b"-")
    return answer


def emergency_request(asker: SignedIn, about: Somebody) -> httpx.Response:
    body: dict[str, Any] = {
        "id": new_id(),
        "purpose": "emergency",
        "subject": about.subject,
        "emergency": True,
        "aggregate": True,
        "case": "A1",
        "reason": "somebody is in danger",
    }
    answer = asker.send("POST", "/disclosures", json=body)
    answer._content = answer.content.replace(body["id"].encode(), b"-")
    return answer


def who_saw(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("GET", f"/subjects/{about.subject}/disclosures")


def entry(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("GET", f"/disclosures/{about.disclosure}")


def register(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("GET", "/disclosures", params={"subject": about.subject})


def receipt_of_item(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("GET", f"/receipts/{about.item}")


def receipt_of_answer(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("GET", f"/receipts/{about.disclosure}")


def acknowledge(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("POST", "/events/poll", json={"maxEvents": 0, "ack": [about.item]})


def poll(asker: SignedIn, _: Somebody) -> httpx.Response:
    return asker.send("POST", "/events/poll", json={"maxEvents": 10})


def post(asker: SignedIn, about: Somebody) -> httpx.Response:
    now = int(time.time())
    token = sign_event(
        ConcernRaised(about="adult"), person(about.number), key=asker.key,
        issuer=f"{HUB_URI}/agencies/{ASKER}", audience=HUB_URI, iat=now, toe=now, jti=new_id(),
    )  # fmt: skip
    return asker.send("POST", "/events", content=token, headers=EVENT)


def options(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("OPTIONS", f"/subjects/{about.subject}/timeline")


def head(asker: SignedIn, about: Somebody) -> httpx.Response:
    return asker.send("HEAD", f"/subjects/{about.subject}/timeline")


def slash(asker: SignedIn, about: Somebody) -> httpx.Response:
    answer = asker.send("GET", f"/subjects/{about.subject}/timeline/")
    answer.headers["location"] = answer.headers.get("location", "").replace(about.subject, "-")
    return answer


ROUTES: tuple[Callable[[SignedIn, Somebody], httpx.Response], ...] = (
    find,
    timeline,
    timeline_by_demand,
    timeline_with_a_cursor,
    stated_request,
    emergency_request,
    who_saw,
    entry,
    register,
    receipt_of_item,
    receipt_of_answer,
    acknowledge,
    poll,
    options,
    head,
    slash,
    post,  # last: from then on the asker knows of both, by its own record
)


def test_both_answers_are_in_the_register_and_only_there_is_the_bar_named(
    hub: RunningHub, asker: SignedIn, hidden: Somebody, nobody: Somebody
) -> None:
    # Before the asker posts about either: from then on it has a record of its own to be shown.
    for about in (hidden, nobody):
        timeline(asker, about)
    hub.settle()
    found = hub.client("ig-office").register(partner=ASKER, limit="500").data["entries"]
    rows = [
        {k: row[k] for k in ("outcome", "channel", "purpose", "items", "categories", "rules")}
        for about in (hidden, nobody)
        for row in [r for r in found if r["subject"] == about.subject][-1:]
    ]
    barred, unknown = (row.pop("rules") for row in rows)
    assert rows[0] == rows[1]
    assert (barred, unknown) == (["x-tipping-off-employer@1", "x-tipping-off@1"], [])


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.__name__))
def test_hidden_and_unknown_get_the_same_answer(
    route: Callable[[SignedIn, Somebody], httpx.Response],
    asker: SignedIn,
    hidden: Somebody,
    nobody: Somebody,
) -> None:
    assert whole(route(asker, hidden)) == whole(route(asker, nobody))


def test_a_find_by_a_hidden_number_among_unknown_ones_finds_nobody(
    hub: RunningHub, asker: SignedIn
) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hold(hub, number, ASKER)
    hub.settle()
    kinds = [{"kind": "nhs_number", "value": n} for n in (hub.nhs_number(), number)]
    answer = asker.send(
        "POST", "/subjects/find", json={"purpose": "safeguarding_enquiry", "identifiers": kinds}
    )
    assert answer.json() == {"subjects": []}


def whole(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], Any]:
    """Return all of an answer that an asker could compare."""
    headers = [(k, "" if k in _DIFFERS else v) for k, v in answer.headers.multi_items()]
    body = answer.content
    assert b"hold" not in body.lower()
    return answer.status_code, headers, json.loads(body) if body[:1] == b"{" else body
