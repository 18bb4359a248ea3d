"""Entitlements: who may ask for what, as facts come, change, expire and concern other agencies."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import Connection

from contracts.base import Category
from contracts.concern import ConcernRaised
from contracts.consent import CapacityAssessed, ConsentGiven, ConsentWithdrawn
from contracts.enquiry import EvidenceAdded
from contracts.integrity import ClearedForRelease, Disputed, Retracted
from contracts.labels import mask
from contracts.police import Hold, HoldLifted
from contracts.triage import RoleAssigned, S42Decision
from hub.views.runner import Projector
from tests.support.ledger_rows import DAY_S, uid
from tests.views.story import ALL_YES, Story

EXISTENCE = mask([Category.EXISTENCE])


def entitled(connection: Connection[Any], jti: str) -> set[str]:
    rows = connection.execute(
        "SELECT e.agency FROM views_v1.item i JOIN views_v1.entitlement e"
        " ON e.subject = i.subject AND e.class_id = i.class_id WHERE i.jti = %s",
        [jti],
    ).fetchall()
    return {row[0] for row in rows}


def enquiry(story: Story, *partners: str) -> str:
    """A section 42 enquiry with these partners, and a piece of evidence the trust holds."""
    story.post("council-a", S42Decision, decision="s42_enquiry", **ALL_YES)
    for partner in ("council-a", *partners):
        story.post("council-a", RoleAssigned, agency=partner, role="partner")
    return story.post("trust-a", EvidenceAdded)


def test_partners_of_an_enquiry_may_ask_and_others_may_not(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    evidence = enquiry(story, "police-a")
    project()
    assert entitled(connection, evidence) >= {"trust-a", "council-a", "police-a"}
    assert "home-a" not in entitled(connection, evidence)


def test_a_new_fact_opens_older_items(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    evidence = story.post("trust-a", EvidenceAdded)
    project()
    before = entitled(connection, evidence)
    enquiry(story, "home-a")
    project()
    assert "home-a" not in before
    assert "home-a" in entitled(connection, evidence)


def test_nothing_is_stored_for_an_agency_that_may_see_nothing(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    enquiry(story, "home-a")
    story.post("police-a", Hold, implicated=("home-a",), until="2027-01-01")
    project()
    masks = connection.execute("SELECT DISTINCT mask & %s FROM views_v1.entitlement", [EXISTENCE])
    assert masks.fetchall() == [(EXISTENCE,)]


def test_a_hold_closes_all_but_its_own_records_to_the_implicated_and_lifting_opens_them(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    evidence = enquiry(story, "home-a")
    own = story.post("home-a", EvidenceAdded)
    hold = story.post("police-a", Hold, implicated=("home-a",), until="2027-01-01")
    project()
    during = {jti: "home-a" in entitled(connection, jti) for jti in (evidence, own, hold)}
    story.post("police-a", HoldLifted, no_longer_implicated=("home-a",))
    project()
    assert during == {evidence: False, own: True, hold: False}
    assert "home-a" in entitled(connection, evidence)


def test_an_item_whose_facts_change_moves_to_another_class(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    evidence = enquiry(story, "police-a")
    other = story.post("trust-a", EvidenceAdded)
    story.post("trust-a", Retracted, item=evidence, reason="mistaken")
    story.post("trust-a", ClearedForRelease, item=other)
    project()
    assert entitled(connection, evidence) == {"trust-a"}
    assert "police-a" in entitled(connection, other)
    facts = connection.execute(
        "SELECT c.facts FROM views_v1.item i JOIN views_v1.item_class c USING (class_id)"
        " WHERE i.jti = %s",
        [other],
    ).fetchone()
    assert facts == ({"item_kind": "enquiry", "item_status": "live", "narrative_cleared": "yes"},)


@pytest.mark.parametrize("together", [True, False])
def test_a_dispute_does_not_bring_a_retracted_item_back(
    story: Story, project: Callable[[], int], connection: Connection[Any], *, together: bool
) -> None:
    evidence = enquiry(story, "police-a")
    story.post("trust-a", Retracted, item=evidence, reason="mistaken")
    if not together:
        project()
    story.post("trust-a", Disputed, item=evidence, by="family")
    project()
    assert entitled(connection, evidence) == {"trust-a"}
    rows = [
        connection.execute(
            f"SELECT value, position FROM {schema} WHERE fact = 'item_status'".encode()  # noqa: S608
        ).fetchall()
        for schema in ("views_v1.fact", "ledger.fact_current")
    ]
    assert rows[0] == rows[1] == [("retracted", story.places[evidence] + 1)]


def test_a_fact_about_an_item_may_come_before_the_item(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    enquiry(story, "police-a")
    coming = uid(f"trust-a {len(story.places) + 1}")
    story.post("trust-a", Retracted, item=coming, reason="mistaken")
    assert story.post("trust-a", EvidenceAdded) == coming
    project()
    assert entitled(connection, coming) == {"trust-a"}


def test_items_of_one_poster_and_kind_share_a_class(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    for _ in range(5):
        story.post("trust-a", EvidenceAdded)
    story.post("trust-a", EvidenceAdded, "bert")
    project()
    counted = connection.execute("SELECT items FROM views_v1.subject_class ORDER BY 1").fetchall()
    assert counted == [(1,), (5,)]
    assert connection.execute("SELECT count(*) FROM views_v1.item_class").fetchone() == (1,)


def test_an_addressed_agency_is_asked_about_though_nothing_else_names_it(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    fields = {"at_risk": "yes", "care_needs": "yes", "addressed_to": ("council-a",)}
    concern = story.post("trust-a", ConcernRaised, **fields)
    project()
    assert entitled(connection, concern) >= {"trust-a", "council-a"}


def test_consent_ends_when_it_is_withdrawn_and_when_its_days_are_over(
    story: Story,
    projector: Projector,
    project: Callable[[], int],
    connection: Connection[Any],
) -> None:
    evidence = story.post("trust-a", EvidenceAdded)
    story.post("trust-a", CapacityAssessed, decision="information_sharing", result="has")
    seen = []
    for lasts in (None, 2):
        fields = {} if lasts is None else {"lasts_days": lasts}
        story.post("trust-a", ConsentGiven, recipients=("home-a",), **fields)
        project()
        seen.append("home-a" in entitled(connection, evidence))
        if lasts is None:
            story.post("trust-a", ConsentWithdrawn)
            project()
        else:
            projector.sweep(connection, story.now_s + 2 * DAY_S - 10)
            seen.append("home-a" in entitled(connection, evidence))
            projector.sweep(connection, story.now_s + 2 * DAY_S)
        seen.append("home-a" in entitled(connection, evidence))
    assert seen == [True, False, True, True, False]


def test_an_agency_registered_later_is_asked_about_what_was_there_before(
    connection: Connection[Any], project: Callable[[], int]
) -> None:
    story = Story(connection)
    story.agencies("council-a", "trust-a")
    story.post("council-a", S42Decision, decision="s42_enquiry", **ALL_YES)
    story.post("council-a", RoleAssigned, agency="home-a", role="partner")
    story.post("council-a", RoleAssigned, agency="police-a", role="partner")
    evidence = story.post("trust-a", EvidenceAdded)
    project()
    before = entitled(connection, evidence)
    story.agencies("police-a", "home-a")
    project()
    assert entitled(connection, evidence) >= {"home-a", "police-a"}
    assert not before & {"home-a", "police-a"}


def test_decisions_are_dated_by_the_last_change_of_law_not_by_the_day(
    story: Story, projector: Projector, connection: Connection[Any]
) -> None:
    evidence = enquiry(story)
    projector.catch_up(connection)
    statement = "SELECT agency, mask, decision_id, position FROM views_v1.entitlement ORDER BY 1, 4"
    before = connection.execute(statement).fetchall()
    projector.sweep(connection, int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()))
    story.wait(30 * DAY_S)
    story.post("trust-a", EvidenceAdded)
    projector.catch_up(connection)
    assert entitled(connection, evidence)
    assert connection.execute(statement).fetchall() == before


def test_the_hub_and_agencies_themselves_have_no_case_file(
    story: Story, project: Callable[[], int], connection: Connection[Any]
) -> None:
    story.refuse("home-a")
    project()
    assert connection.execute("SELECT count(*) FROM views_v1.item").fetchone() == (0,)
