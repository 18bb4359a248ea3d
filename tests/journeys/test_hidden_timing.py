"""Neither bytes nor time tell an implicated agency that there is something it may not know of.

Two questions, each asked many times in random order: is there anybody at all (hidden against
unknown), and is a resident of one's own under investigation (tipped off against not)?
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

import httpx
import pytest

from contracts.integrity import ClearedForRelease
from contracts.police import InvestigationOpened
from tests.journeys.people import capacity, concern, enquiry, hold, person
from tests.support.hub_process import RunningHub
from tests.support.signed_in import SignedIn, new_id
from tests.support.two_samples import kolmogorov_smirnov

WARM = 100
PAIRS = 2_000 + WARM
FEW = 15
MANY = 200
ROUNDS = 2
"""Alike sources give a p below 0.01 once in a hundred rounds: so a second, fresh one may decide."""
_THEIRS = ("subject", "request_id", "jti", "position", "occurred", "recorded", "id")
"""What differs between any two subjects whose records one posted oneself."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as an asker may name them."""

    number: str
    subject: str


Ask: TypeAlias = Callable[[SignedIn, Person], tuple[float, httpx.Response]]


def timed(
    asker: SignedIn, method: str, path: str, headers: dict[str, str] | None = None, **sent: object
) -> tuple[float, httpx.Response]:
    """Send a request that is ready to go, and say how many seconds its answer took."""
    known = {**asker.headers(method, path), **(headers or {})}
    request = asker.http.build_request(method, asker.url + path, headers=known, **sent)  # type: ignore[arg-type]
    began = time.perf_counter()
    answer = asker.http.send(request)
    return time.perf_counter() - began, answer


def timeline(asker: SignedIn, about: Person) -> tuple[float, httpx.Response]:
    headers = {"Hub-Purpose": "safeguarding_enquiry"}
    return timed(asker, "GET", f"/subjects/{about.subject}/timeline", headers)


def find(asker: SignedIn, about: Person) -> tuple[float, httpx.Response]:
    kinds = [{"kind": "nhs_number", "value": about.number}]
    body = {"purpose": "safeguarding_enquiry", "identifiers": kinds}
    return timed(asker, "POST", "/subjects/find", json=body)


def stated_request(asker: SignedIn, about: Person) -> tuple[float, httpx.Response]:
    body: dict[str, Any] = {
        "id": new_id(),
        "purpose": "safeguarding_enquiry",
        "subject": about.subject,
        "necessary": True,
        "reason": "we were asked to enquire",
    }
    return timed(asker, "POST", "/disclosures", json=body)


ROUTES: tuple[Ask, ...] = (timeline, find, stated_request)
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.__name__))


@pytest.fixture(scope="module")
def provider(hub: RunningHub) -> str:
    return hub.enrol("provider")


@pytest.fixture(scope="module")
def asker(hub: RunningHub, provider: str) -> SignedIn:
    return hub.signed_in(provider)


@pytest.fixture(scope="module")
def hidden(hub: RunningHub, provider: str) -> list[Person]:
    """Return people of whom much is on record, all of it under a police hold."""
    return investigated(hub, provider, [hub.nhs_number() for _ in range(FEW)])


@pytest.fixture(scope="module")
def many_hidden(hub: RunningHub, provider: str) -> list[Person]:
    """Return so many of them that each is asked about ten times."""
    return investigated(hub, provider, [hub.nhs_number() for _ in range(MANY)])


@pytest.fixture(scope="module")
def residents(hub: RunningHub, provider: str) -> tuple[list[Person], list[Person]]:
    """Return residents of whom the provider spoke itself: investigated by others, and not."""
    numbers = [hub.nhs_number() for _ in range(12)]
    for number in numbers:
        concern(hub, number, by=provider, addressed_to=())
    hub.settle()
    investigated(hub, provider, numbers[:6])
    people = [Person(number, hub.find(provider, number)) for number in numbers]
    return people[:6], people[6:]


def investigated(hub: RunningHub, provider: str, numbers: Sequence[str]) -> list[Person]:
    for number in numbers:
        item = concern(hub, number, others_at_risk="yes", harm="bruises")
        hub.post("oak-gp", ClearedForRelease(about="adult", item=item), person(number))
        capacity(hub, number, "lacks")
        enquiry(hub, number, "north-police", provider)
        hub.post("north-police", InvestigationOpened(about="adult"), person(number))
        hold(hub, number, provider)
    hub.settle()
    return [Person(number, hub.find("north-council", number)) for number in numbers]


def nobody(hub: RunningHub, many: int) -> list[Person]:
    """Return people of whom nothing is on record."""
    return [Person(hub.nhs_number(), new_id()) for _ in range(many)]


@each_route
def test_hidden_and_unknown_are_answered_in_the_same_bytes(
    hub: RunningHub, route: Ask, asker: SignedIn, hidden: list[Person]
) -> None:
    one, other = answers(route, asker, zip(hidden, nobody(hub, FEW), strict=True))
    assert {bare(a) for _, a in one} == {bare(a) for _, a in other}
    assert len({bare(a) for _, a in (*one, *other)}) == 1


@each_route
def test_an_investigation_of_a_resident_leaves_what_the_provider_is_shown_as_it_was(
    route: Ask, asker: SignedIn, residents: tuple[list[Person], list[Person]]
) -> None:
    one, other = answers(route, asker, zip(*residents, strict=True))
    assert {bare(a, *_THEIRS) for _, a in one} == {bare(a, *_THEIRS) for _, a in other}
    assert len({len(a.content) for _, a in (*one, *other)}) == 1


@pytest.mark.heavy
@pytest.mark.timeout(1_800)
@each_route
def test_hidden_and_unknown_cannot_be_told_by_time(
    hub: RunningHub, route: Ask, asker: SignedIn, many_hidden: list[Person]
) -> None:
    # A first question about somebody takes a fiftieth of a millisecond longer than a second one,
    # hidden or not. The asker knows which it is: so both sides have as many.
    unknown = nobody(hub, MANY)

    def pairs() -> Iterator[tuple[Person, Person]]:
        for n in range(PAIRS):
            yield many_hidden[n % MANY], unknown[n % MANY]

    assert alike(route, asker, pairs, f"hidden/unknown {route.__name__}")


@pytest.mark.heavy
@pytest.mark.timeout(1_800)
@each_route
def test_an_investigation_of_a_resident_cannot_be_told_by_time(
    route: Ask, asker: SignedIn, residents: tuple[list[Person], list[Person]]
) -> None:
    def pairs() -> Iterator[tuple[Person, Person]]:
        for n in range(PAIRS):
            yield residents[0][n % 6], residents[1][n % 6]

    assert alike(route, asker, pairs, f"tipped off/not {route.__name__}")


def alike(
    route: Ask, asker: SignedIn, pairs: Callable[[], Iterator[tuple[Person, Person]]], what: str
) -> bool:
    """Say whether a round shows no difference, and print what was measured."""
    for number in range(ROUNDS):
        one, other = answers(route, asker, pairs())
        assert len({bare(a, *_THEIRS) for _, a in (*one, *other)}) == 1
        left, right = ([took for took, _ in side[WARM:]] for side in (one, other))
        p = kolmogorov_smirnov(left, right)
        medians = [sorted(side)[len(side) // 2] * 1000 for side in (left, right)]
        print(f"\n{what}, round {number + 1}: {len(left)} pairs, p = {p:.4f}, "  # noqa: T201
              f"medians {medians[0]:.3f} and {medians[1]:.3f} ms")  # fmt: skip
        if p > 0.01:
            return True
    return False


def answers(
    route: Ask, asker: SignedIn, pairs: Iterator[tuple[Person, Person]]
) -> tuple[list[tuple[float, httpx.Response]], list[tuple[float, httpx.Response]]]:
    """Ask about both of each pair, in random order."""
    chance = Random(20_260_101)  # noqa: S311 - an order, not a secret
    found: tuple[list[Any], list[Any]] = ([], [])
    for pair in pairs:
        for side in chance.sample((0, 1), 2):
            found[side].append(route(asker, pair[side]))
    return found


def bare(answer: httpx.Response, *leave_out: str) -> str:
    """Return all of an answer that an asker could compare, without what differs between any two."""
    said = _without(json.loads(answer.content), {"request_id", *leave_out})
    names = [
        (n, "" if n in {"date", "hub-receipt"} else v) for n, v in answer.headers.multi_items()
    ]
    return json.dumps([answer.status_code, names, said])


def _without(value: Any, names: set[str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {k: _without(v, names) for k, v in value.items() if k not in names}
    return [_without(v, names) for v in value] if isinstance(value, list) else value
