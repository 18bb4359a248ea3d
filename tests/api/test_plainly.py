"""A timeline that is asked for plainly is answered as the route answers it, to the byte."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.api.plainly import plain_of
from tests.journeys.people import concern, enquiry
from tests.support.hub_process import RunningHub
from tests.support.signed_in import SignedIn, new_id

WHY = {"Hub-Purpose": "safeguarding_enquiry"}
ROUTE_ONLY = {"Hub-Emergency": "false"}
"""Says nothing new, and is left to the route."""
COUNTED = 'hub_requests_total{route="/subjects/{subject}/timeline",status="404"}'


@pytest.fixture(scope="module")
def subject(hub: RunningHub) -> str:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "north-trust")
    hub.settle()
    return hub.find("north-council", number)


@pytest.fixture(scope="module")
def trust(hub: RunningHub) -> SignedIn:
    return hub.signed_in("north-trust")


def ask(trust: SignedIn, subject: str, headers: dict[str, str]) -> httpx.Response:
    path = f"/subjects/{subject}/timeline"
    return trust.http.get(trust.url + path, headers={**trust.headers("GET", path), **headers})


def told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    names = [
        (n, "" if n in {"date", "hub-receipt"} else v) for n, v in answer.headers.multi_items()
    ]
    return answer.status_code, names, answer.content


def both(trust: SignedIn, subject: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    yield ask(trust, subject, headers)
    yield ask(trust, subject, {**headers, **ROUTE_ONLY})


@pytest.mark.parametrize(
    "headers",
    [
        WHY,
        {**WHY, "Hub-User": "officer.1", "Hub-Legal-Demand": "s45"},
        {**WHY, "Hub-User": "not an opaque id"},
        {**WHY, "DPoP": "no proof"},
        {**WHY, "Authorization": "Bearer of-no-key"},
        {"Hub-Purpose": "curiosity"},
        {"Hub-Purpose": "board_assurance"},
        {},
        {**WHY, "Hub-Legal-Demand": "s46"},
    ],
    ids=str,
)
def test_it_says_what_the_route_says(
    trust: SignedIn, subject: str, headers: dict[str, str]
) -> None:
    for about in (subject, new_id(), "nobody"):
        plain, routed = map(told, both(trust, about, headers))
        assert plain == routed


def test_a_proof_is_good_once_whichever_way_it_comes(trust: SignedIn, subject: str) -> None:
    path = f"/subjects/{subject}/timeline"
    for first, second in ((WHY, {**WHY, **ROUTE_ONLY}), ({**WHY, **ROUTE_ONLY}, WHY), (WHY, WHY)):
        proved = trust.headers("GET", path)
        answers = [
            trust.http.get(trust.url + path, headers={**proved, **h}) for h in (first, second)
        ]
        assert [a.status_code for a in answers] == [200, 401]


def test_it_is_counted_as_the_route_is(hub: RunningHub, trust: SignedIn) -> None:
    def counted() -> float:
        lines = hub.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(COUNTED))

    before = counted()
    assert [a.status_code for a in both(trust, new_id(), WHY)] == [404, 404]
    assert counted() == before + 2


@pytest.mark.parametrize(
    "changed",
    [
        {"query_string": b"limit=20"},
        {"path": "/subjects/nobody/timeline"},
        {"path": "/subjects/7D7C7C50-5B9F-4F0E-9A53-0D4C3C4F7A10/timeline"},
        {"path": "/subjects/7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10/timeline\n"},
        {"root_path": "/under"},
        {"headers": [(b"hub-purpose", b"prevent")]},
        {"more": [(b"hub-purpose", b"prevent")]},
        {"more": [(b"dpop", b"another")]},
        {"more": [(b"hub-emergency", b"true")]},
    ],
    ids=str,
)
def test_what_could_be_read_in_two_ways_is_left_to_the_route(changed: dict[str, Any]) -> None:
    plain: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/subjects/7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10/timeline",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", b"a"), (b"dpop", b"d"), (b"hub-purpose", b"prevent")],
    }
    more = changed.get("more", [])
    assert plain_of(plain, "https://hub.example") is not None
    scope = {**plain, "headers": [*plain["headers"], *more], **changed}
    assert plain_of(scope, "https://hub.example") is None
