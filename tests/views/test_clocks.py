"""Clocks: what is due tells who must act once, what is late tells who waits, and no more."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from contracts.base import Category, Payload
from contracts.concern import ReferralMade
from contracts.disclosure import (
    DisclosureDecided,
    DisclosureMade,
    DisclosureRefused,
    DisclosureRequested,
)
from contracts.enquiry import EnquiryCausedTo, EvidenceAdded
from contracts.police import Hold
from contracts.reviews import S45Request
from hub.rulebook import Rulebook
from hub.views.days import ends_at, starts_at
from hub.views.rebuild import rebuild
from hub.views.runner import Projector
from tests.support.ledger_rows import DAY_S, uid
from tests.views.story import DIGEST, Story
from tests.views.test_building import in_parts
from tests.views.test_case_file import enquiry
from tests.views.ticking import BY, LAST_DAY, TellsBy, ask_by_a_day, notices


@pytest.mark.parametrize(
    ("poster", "kind", "fields"),
    [
        ("police-a", ReferralMade, {"to": "trust-a", "respond_by": BY}),
        (
            "police-a",
            DisclosureRequested,
            {"of": "trust-a", "purpose": "crime_investigation", "respond_by": BY},
        ),
        ("council-a", EnquiryCausedTo, {"agency": "trust-a", "due": BY}),
        (
            "board-a",
            S45Request,
            {"to": "trust-a", "function": "review", "asked": "All", "respond_by": BY},
        ),
    ],
)
def test_whoever_was_asked_by_a_day_hears_that_day_and_who_asked_hears_when_it_is_over(
    story: Story,
    told: TellsBy,
    poster: str,
    kind: type[Payload],
    fields: dict[str, str],
) -> None:
    enquiry(story, "trust-a", "police-a")
    story.post(poster, kind, **fields)
    assert told("trust-a", starts_at(LAST_DAY) - 1) == []
    assert told("trust-a", starts_at(LAST_DAY)) == [("due", "trust-a")]
    assert told(poster, ends_at(LAST_DAY) - 1) == []
    assert told(poster, ends_at(LAST_DAY)) == [("overdue", "trust-a")]
    assert told("trust-a", ends_at(LAST_DAY)) == [("due", "trust-a"), ("overdue", "trust-a")]


def test_who_leads_the_case_hears_that_a_partner_is_late_and_nobody_else_does(
    story: Story, told: TellsBy
) -> None:
    ask_by_a_day(story)
    late = ends_at(LAST_DAY)
    heard = {a: told(a, late) for a in ("council-a", "home-a", "cqc", "board-a")}
    assert heard == {
        "council-a": [("overdue", "trust-a")],
        "home-a": [],
        "cqc": [],
        "board-a": [],
    }


def test_a_notice_of_a_clock_says_what_is_due_and_when(
    story: Story, told: TellsBy, hub_database: str
) -> None:
    asked = ask_by_a_day(story)
    told("trust-a", starts_at(LAST_DAY))
    (due,) = [row for row in notices(hub_database, "trust-a") if row.cause == "due"]
    assert (due.request, due.duty, due.asked_by) == (asked, "respond", "police-a")
    assert due.due_at == ends_at(LAST_DAY)
    assert due.item_position == story.places[asked]


def test_one_kept_from_knowing_is_told_of_no_clock_while_a_hold_stands(
    story: Story, told: TellsBy
) -> None:
    enquiry(story, "home-a")
    story.post("council-a", EnquiryCausedTo, agency="home-a", due=BY)
    assert told("home-a", starts_at(LAST_DAY)) == [("due", "home-a")]
    story.post("police-a", Hold, implicated=("home-a",), until="2027-01-01")
    assert told("home-a", ends_at(LAST_DAY)) == []
    assert told("council-a", ends_at(LAST_DAY)) == [("overdue", "home-a")]


def broken_glass(story: Story, due_at: int) -> str:
    story._answer(
        DisclosureMade,
        "police-a",
        "anna",
        break_glass=uid("glass"),
        completed_by=due_at,
        items=(
            {
                "position": story.places[story.posted[0][1].jti],
                "categories": (Category.EXISTENCE,),
                "decision": DIGEST,
            },
        ),
    )
    return list(story.places)[-1]


def waits_for(story: Story, due_at: int) -> None:
    """Refuse the police, until a person at the trust, or whoever leads, decides."""
    story._answer(
        DisclosureRefused,
        "police-a",
        "anna",
        reason_code="person_must_decide",
        refer_to=("cqc", "trust-a"),
        decide_by=due_at,
    )


def test_the_full_record_of_broken_glass_is_due_before_a_day_is_over(
    story: Story, told: TellsBy
) -> None:
    enquiry(story, "police-a")
    due_at = story.now_s + DAY_S
    answer = broken_glass(story, due_at)
    assert told("police-a", due_at - 21_601) == []
    assert told("police-a", due_at - 21_600) == [("due", "police-a")]
    assert told("police-a", due_at)[-1] == ("overdue", "police-a")
    story.now_s = due_at
    story.post("police-a", DisclosureDecided, request=answer, decision="share")
    assert told("police-a", due_at + 60) == []


def test_a_holder_is_waited_for_and_whoever_only_leads_is_not(story: Story, told: TellsBy) -> None:
    enquiry(story, "trust-a")  # the council leads it, and has posted; so it holds something as well
    story.post("trust-a", EvidenceAdded)
    due_at = story.now_s + 3 * DAY_S
    waits_for(story, due_at)
    assert told("trust-a", due_at - DAY_S) == [("due", "trust-a")]
    assert told("cqc", due_at) == []
    assert told("police-a", due_at) == [("overdue", "trust-a")]
    story.post(
        "trust-a",
        DisclosureDecided,
        partner="police-a",
        officer="o",
        grounds=("x",),
        decision="do_not_share",
    )
    assert told("police-a", due_at) == []


def test_what_was_due_before_it_was_posted_is_late_at_once(story: Story, told: TellsBy) -> None:
    enquiry(story, "trust-a", "police-a")
    past = (LAST_DAY - timedelta(days=30)).isoformat()
    story.post("police-a", ReferralMade, to="trust-a", respond_by=past)
    assert told("police-a", story.now_s + 1) == [("overdue", "trust-a")]


def test_restarts_raise_nothing_twice_and_a_rebuild_raises_the_same(
    story: Story, rulebook: Rulebook, connection: Connection[Any], hub_database: str
) -> None:
    ask_by_a_day(story)
    story.post("trust-a", DisclosureDecided, decision="do_not_share", review_on=BY)
    story.post("trust-a", EvidenceAdded)
    broken_glass(story, story.now_s + DAY_S)
    waits_for(story, story.now_s + 3 * DAY_S)
    for at_s in (starts_at(LAST_DAY), ends_at(LAST_DAY), ends_at(LAST_DAY) + DAY_S):
        for _ in range(2):  # each of them a process that has just started
            projector = Projector(rulebook, now_ms=lambda: 0)
            projector.catch_up(connection)
            projector.sweep(connection, at_s)
    raised = connection.execute(
        "SELECT split_part(clock, ':', 2), cause, count(*), count(DISTINCT (agency, clock))"
        " FROM views_v1.notice WHERE clock IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    # Late, a referral and a decision reach the asker and the lead as well.
    assert raised == [
        ("decide", "due", 1, 1),
        ("decide", "overdue", 3, 3),
        ("full_record", "due", 1, 1),
        ("full_record", "overdue", 1, 1),
        ("respond", "due", 1, 1),
        ("respond", "overdue", 3, 3),
        ("review", "due", 1, 1),
        ("review", "overdue", 1, 1),
    ]
    for processes in (0, 1):
        with in_parts(5, 2):
            report = rebuild(
                hub_database, rulebook, now_ms=lambda: 0, compare_only=True, processes=processes
            )
        assert report.differences == ()


def test_a_stream_that_has_seen_a_position_is_sent_what_time_raises_there(
    story: Story, told: TellsBy, hub_database: str
) -> None:
    ask_by_a_day(story)
    told("trust-a", story.now_s)
    last = notices(hub_database, "trust-a")[-1]
    told("trust-a", starts_at(LAST_DAY))

    assert [row.cause for row in notices(hub_database, "trust-a", (last.position, last.at))] == [
        "due"
    ]
