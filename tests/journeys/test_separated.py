"""Two people were taken for one: two officers separate them, and all who were shown it hear."""

import json
from typing import Any

import psycopg
import pytest

from adapters.kit import urn
from contracts.concern import ConcernRaised
from contracts.consent import ConsentRefused
from contracts.integrity import Retracted
from tests.journeys.people import answer, concern, corrections, person, seen
from tests.support.hub_process import IG, RunningHub

OFFICERS = {"user": "ig-7", "approved_by": "ig-8"}


@pytest.fixture
def mixed(hub: RunningHub) -> tuple[str, str, str, str]:
    """Return a number, a reference filed with it by mistake, and an item of each of two people."""
    number = hub.nhs_number()
    reference = f"urn:hub:ref:oak-gp:R{number}"
    both = {
        "format": "aliases",
        "identifiers": [person(number), urn(reference)],
    }
    hers = hub.post("oak-gp", said(), both)
    somebody_elses = hub.post("oak-gp", said(child_at_risk="yes"), urn(reference))
    hub.settle()
    return number, reference, hers, somebody_elses


def said(**more: str) -> ConcernRaised:
    fields = {"at_risk": "yes", "care_needs": "yes", "addressed_to": ("north-council",), **more}
    return ConcernRaised.model_validate({"about": "adult", **fields})


def separate(hub: RunningHub, subject: str, **named: Any) -> Any:  # noqa: ANN401 - a response
    asked = {"reason": "wrong_alias", "approved_by": OFFICERS["approved_by"], **named}
    user = asked.pop("user", OFFICERS["user"])
    path = f"/subjects/{subject}/separations"
    sent = {"Content-Type": "application/json", **({"Hub-User": user} if user else {})}
    found = answer(hub, IG, "POST", path, content=json.dumps(asked).encode(), headers=sent)
    hub.settle()
    return found


def taken_off(item: str, reference: str, by: str = "oak-gp") -> dict[str, Any]:
    value = reference.removeprefix("urn:hub:ref:")
    return {
        "items": [{"agency": by, "jti": item}],
        "identifiers": [{"kind": "agency_ref", "value": value}],
    }


def on_record(hub: RunningHub, subject: str) -> list[tuple[str, str]]:
    """Return what is on record of a person, of two facts."""
    with psycopg.connect(hub.settings.owner) as connection:
        return connection.execute(
            "SELECT fact, value FROM ledger.fact_current WHERE key = %s"
            " AND fact IN ('consent', 'at_risk')"
            " AND (expires_at IS NULL OR expires_at > extract(epoch FROM now())) ORDER BY fact",
            [f"s:{subject}"],
        ).fetchall()


def test_what_was_filed_under_the_wrong_person_leaves_and_all_who_were_shown_it_hear(
    hub: RunningHub, mixed: tuple[str, str, str, str]
) -> None:
    number, reference, hers, wrong = mixed
    reader = hub.enrol("council")
    concern(hub, number, addressed_to=(reader,))
    hub.settle()
    assert {hers, wrong} <= {i["jti"] for i in seen(hub, "north-council", number)}
    subject = hub.find("oak-gp", number)
    done = separate(hub, subject, **taken_off(wrong, reference))
    assert done.status_code == 201, done.content
    left = {i["jti"] for i in seen(hub, "north-council", number)}
    assert hers in left
    assert wrong not in left
    for agency in ("north-council", "oak-gp"):  # it was shown to the one; the other posts it again
        told = [n.body for n in corrections(hub, agency)]
        told = [c for c in told if str(c["item_type"]).endswith("separated/v1")]
        assert [c["acknowledge"] for c in told] == [True]
    assert corrections(hub, reader) == []


def test_the_identifier_leads_to_somebody_new_from_then_on(
    hub: RunningHub, mixed: tuple[str, str, str, str]
) -> None:
    number, reference, hers, wrong = mixed
    subject = hub.find("oak-gp", number)
    separate(hub, subject, **taken_off(wrong, reference))
    again = hub.post("oak-gp", said(), urn(reference))
    hub.settle()
    found = hub.client("north-council").find(
        purpose="safeguarding_enquiry",
        identifiers=[("agency_ref", reference.removeprefix("urn:hub:ref:"))],
    )
    (other,) = found.data["subjects"]
    assert other["id"] != subject
    (page,) = hub.client("north-council").timeline(other["id"], purpose="safeguarding_enquiry")
    assert [item["jti"] for item in page.data["items"]] == [again]
    assert {i["jti"] for i in seen(hub, "north-council", number)} == {hers}


def test_what_the_wrong_item_had_stated_holds_no_longer_and_what_stood_before_does(
    hub: RunningHub, mixed: tuple[str, str, str, str]
) -> None:
    number, reference, _, _ = mixed
    refusal = ConsentRefused.model_validate({"about": "adult"})
    wrong = hub.post("oak-gp", refusal, urn(reference))
    subject = hub.find("oak-gp", number)
    assert on_record(hub, subject) == [("at_risk", "yes"), ("consent", "refused")]
    # Its poster's retraction hides the item, and leaves what it stated: two officers end that.
    back = Retracted(about="adult", item=wrong, reason="wrong_person")
    hub.post("oak-gp", back, urn(reference))
    assert on_record(hub, subject) == [("at_risk", "yes"), ("consent", "refused")]
    assert separate(hub, subject, **taken_off(wrong, reference)).status_code == 201
    assert on_record(hub, subject) == [("at_risk", "yes")]


def test_answers_that_rested_on_it_are_flagged(
    hub: RunningHub, mixed: tuple[str, str, str, str]
) -> None:
    number, reference, _, wrong = mixed
    assert seen(hub, "north-council", number)
    subject = hub.find("oak-gp", number)
    separate(hub, subject, **taken_off(wrong, reference))
    params = {"subject": subject, "review": "flagged", "limit": "500"}
    found = answer(hub, IG, "GET", "/disclosures", params=params).json()["entries"]
    (read,) = (e for e in found if e["channel"] == "timeline")
    assert [f["shown"] for f in read["flags"]] == [True]


@pytest.mark.parametrize(
    "changed",
    [
        {"user": None},
        {"approved_by": OFFICERS["user"]},
        {"items": [], "identifiers": []},
        {"items": [{"agency": "north-council", "jti": "00000000-0000-4000-8000-000000000001"}]},
    ],
)
def test_it_takes_two_officers_and_items_of_this_subject(
    hub: RunningHub, mixed: tuple[str, str, str, str], changed: dict[str, Any]
) -> None:
    number, reference, hers, wrong = mixed
    subject = hub.find("oak-gp", number)
    refused = separate(hub, subject, **{**taken_off(wrong, reference), **changed})
    assert refused.status_code == 403
    assert reference not in refused.content.decode()
    assert {hers, wrong} <= {i["jti"] for i in seen(hub, "north-council", number)}


def test_nobody_is_separated_whom_the_hub_does_not_know(
    hub: RunningHub, mixed: tuple[str, str, str, str]
) -> None:
    _, reference, _, wrong = mixed
    nobody = "00000000-0000-4000-8000-000000000000"
    assert separate(hub, nobody, **taken_off(wrong, reference)).status_code == 404
