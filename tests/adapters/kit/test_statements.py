"""A month's account: the hub's figures, verified, beside the agency's own."""

import json

import pytest

from adapters.kit import HubClient, ReceiptError
from adapters.kit.sign import own_claims
from contracts.accounts import Figures, StatementAgreed
from tests.adapters.kit.fake_hub import SUBJECT, FakeHub

MONTH = "1970-01"  # the fake signs its receipts in the first second of all
FIGURES = Figures(1, 1, 1, "a" * 64, "b" * 64)


def state(hub: FakeHub, figures: Figures, **changed: object) -> None:
    claims = {"jti": "x", "month": MONTH, **figures._asdict(), **changed}
    hub.statements[MONTH] = hub.sign(claims, "hub-statement+jwt")


def test_both_sides_figures_stand_beside_each_other(hub: FakeHub, client: HubClient) -> None:
    state(hub, FIGURES)
    client.timeline_page(SUBJECT, purpose="audit")
    found = client.statement(MONTH)
    assert found is not None
    assert found.theirs == FIGURES
    assert found.ours[:3] == (1, 1, 1)
    assert not found.agrees
    state(hub, found.ours)
    again = client.statement(MONTH)
    assert again is not None
    assert again.agrees


def test_the_agencys_own_figures_are_signed_and_sent_once(hub: FakeHub, client: HubClient) -> None:
    state(hub, FIGURES)
    client.timeline_page(SUBJECT, purpose="audit")
    found = client.statement(MONTH)
    assert found is not None
    assert client.agree(found) == client.agree(found)
    assert len(client.flush().sent) == 1
    (claims,) = (own_claims(token) for _, token in hub.seen)
    said = json.loads(json.dumps(claims["events"]))[StatementAgreed.TYPE]
    assert {name: said[name] for name in Figures._fields} == found.ours._asdict()


def test_there_may_be_none(client: HubClient) -> None:
    assert client.statement("1970-02") is None


@pytest.mark.parametrize(
    "changed", [{"month": "1970-02"}, {"answers": "1"}, {"aud": "https://hub.example/agencies/gp"}]
)
def test_another_statement_is_refused(
    hub: FakeHub, client: HubClient, changed: dict[str, object]
) -> None:
    state(hub, FIGURES, **changed)
    with pytest.raises(ReceiptError):
        client.statement(MONTH)


def test_the_register_is_asked_for_one_officer_and_one_entry(
    hub: FakeHub, client: HubClient
) -> None:
    client.register(user="ig.1", of_user="nurse.7", limit="5")
    asked = hub.last("/disclosures?limit=5&user=nurse.7")[0]
    assert asked["hub-user"] == "ig.1"
    assert client.disclosure("known", user="ig.2").released
    assert hub.last("/disclosures/known")[0]["hub-user"] == "ig.2"
