"""Orders of a court: an officer of the hub puts them on record, for whom the court named."""

import json
from uuid import UUID

import pytest

from contracts.governance import ConflictDeclared
from hub.audit.orders import Order, OrderError
from hub.disclosure.ask import Answer
from hub.ledger.record import UnknownSubjectError
from tests.disclosure.scene import recorded
from tests.support.parts import Parts, concern, items_of, known

ASKED = {"purpose": "subject_rights", "legal_demand": "court_order"}


def order(partner: str = "advocate-g", covers: str = "records") -> Order:
    said = {"court": "High Court", "reference": "KB-2026-7", "made_on": "2026-01-05"}
    return Order(partner=partner, covers=covers, **said)  # type: ignore[arg-type]


def seen(parts: Parts, subject: UUID, one: Order, *, user: str | None = "ig-1") -> Answer:
    return parts.run(parts.hub.orders.seen("council-a", user, subject, one))


@pytest.fixture
def subject(parts: Parts) -> UUID:
    return parts.post("gp-c", concern()).subject


def test_what_the_court_ordered_opens_once_an_officer_has_seen_it(
    parts: Parts, subject: UUID
) -> None:
    assert parts.request("advocate-g", subject, **ASKED).outcome == "refused"
    answer = seen(parts, subject, order())
    assert recorded(parts, answer)["channel"] == "order"
    parts.project()
    assert len(items_of(parts.request("advocate-g", subject, **ASKED))) == 1
    assert parts.request("home-e", subject, **ASKED).outcome == "refused"


def test_a_later_order_ends_what_an_earlier_one_gave(parts: Parts, subject: UUID) -> None:
    seen(parts, subject, order())
    seen(parts, subject, order(covers="nothing"))
    parts.project()
    assert parts.request("advocate-g", subject, **ASKED).outcome == "refused"


def test_the_statement_names_the_officer_and_the_hub_signs_it(parts: Parts, subject: UUID) -> None:
    jti = json.loads(seen(parts, subject, order()).body)["order"]
    ((agency, routing),) = parts.rows(
        "SELECT agency, routing FROM ledger.header WHERE jti = %s::uuid", jti
    )
    assert (agency, routing["officer"]) == ("hub", "ig-1")
    assert "reference" not in routing


def test_it_needs_a_named_officer_without_an_interest_and_an_agency_that_is_there(
    parts: Parts, subject: UUID
) -> None:
    with pytest.raises(OrderError, match="Hub-User"):
        seen(parts, subject, order(), user=None)
    with pytest.raises(OrderError, match="not registered"):
        seen(parts, subject, order(partner="nobody"))
    kin = ConflictDeclared(about="adult", agency="council-a", officer="ig-1", kind="kin")
    parts.post("council-a", kin, known(subject))
    with pytest.raises(OrderError, match="interest"):
        seen(parts, subject, order())


def test_an_order_about_nobody_is_refused(parts: Parts) -> None:
    with pytest.raises(UnknownSubjectError):
        seen(parts, UUID(parts.jti()), order())
