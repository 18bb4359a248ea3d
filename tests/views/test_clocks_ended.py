"""What ends a clock: an answer, a second look, the enquiry's end; and nothing else does."""

from typing import Any

import pytest

from contracts.base import Payload
from contracts.codes import RiskConclusion
from contracts.concern import ReferralAccepted, ReferralMade
from contracts.disclosure import (
    DisclosureDecided,
    DisclosureRequested,
)
from contracts.enquiry import EnquiryCausedTo, EnquiryConcluded, EvidenceAdded
from contracts.integrity import Retracted
from contracts.reviews import S45Request, S45Response
from contracts.telling import NoticeDeferred, NoticeGiven
from hub.views.days import ends_at, starts_at
from tests.support.ledger_rows import uid
from tests.views.story import Story
from tests.views.test_case_file import enquiry
from tests.views.ticking import BY, LAST_DAY, TellsBy, ask_by_a_day


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("asks", "asked", "answers", "answer", "naming"),
    [
        (
            ReferralMade,
            {"to": "trust-a"},
            ReferralAccepted,
            {"referred_by": "police-a"},
            "referral",
        ),
        (
            DisclosureRequested,
            {"of": "trust-a", "purpose": "crime_investigation"},
            DisclosureDecided,
            {"decision": "do_not_share", "partner": "police-a", "officer": "o", "grounds": ("x",)},
            "request",
        ),
    ],
)
def test_an_answer_ends_the_clock_and_what_was_not_polled_is_no_longer_told(  # noqa: PLR0917 - a table
    story: Story,
    told: TellsBy,
    asks: type[Payload],
    asked: dict[str, str],
    answers: type[Payload],
    answer: dict[str, Any],
    naming: str,
    named: bool,  # noqa: FBT001 - a table
) -> None:
    enquiry(story, "trust-a", "police-a")
    request = story.post("police-a", asks, **asked, respond_by=BY)
    if named or asks is ReferralMade:
        answer = {**answer, naming: request}
    assert told("trust-a", starts_at(LAST_DAY)) == [("due", "trust-a")]
    story.now_s = starts_at(LAST_DAY) + 60
    story.post("trust-a", answers, **answer)
    assert told("trust-a", starts_at(LAST_DAY) + 120) == []
    assert told("police-a", ends_at(LAST_DAY) + 60) == []


def test_an_answer_to_something_else_ends_nothing(story: Story, told: TellsBy) -> None:
    ask_by_a_day(story)
    story.post("trust-a", ReferralAccepted, referral=uid("another"), referred_by="police-a")
    story.post("home-a", EvidenceAdded)
    assert told("trust-a", starts_at(LAST_DAY)) == [("due", "trust-a")]


def test_a_board_that_is_answered_waits_no_longer(story: Story, told: TellsBy) -> None:
    story.post("board-a", S45Request, to="trust-a", function="review", asked="All", respond_by=BY)
    story.post("trust-a", S45Response, to="board-a", complied="no", reasons="We hold nothing.")
    assert told("board-a", ends_at(LAST_DAY)) == []


def test_an_enquiry_that_is_concluded_waits_for_nobody(story: Story, told: TellsBy) -> None:
    enquiry(story, "trust-a")
    story.post("council-a", EnquiryCausedTo, agency="trust-a", due=BY)
    story.post(
        "council-a",
        EnquiryConcluded,
        conclusion=next(iter(RiskConclusion)),
    )
    assert told("trust-a", ends_at(LAST_DAY)) == []


def test_a_request_that_is_taken_back_is_no_longer_due(story: Story, told: TellsBy) -> None:
    asked = ask_by_a_day(story)
    story.post("police-a", Retracted, item=asked, reason="mistaken")
    assert told("trust-a", ends_at(LAST_DAY)) == []


@pytest.mark.parametrize(
    ("kind", "fields", "again"),
    [
        (DisclosureDecided, {"decision": "do_not_share"}, (DisclosureDecided, {})),
        (NoticeDeferred, {"why": "cannot_be_reached"}, (NoticeGiven, {"by": "letter"})),
    ],
)
def test_a_decision_is_looked_at_again_on_its_day_and_once_it_was_the_clock_stands(
    story: Story,
    told: TellsBy,
    kind: type[Payload],
    fields: dict[str, str],
    again: tuple[type[Payload], dict[str, str]],
) -> None:
    story.post("trust-a", kind, **fields, review_on=BY)
    assert told("trust-a", starts_at(LAST_DAY)) == [("due", "trust-a")]
    looked, said = again
    story.post("trust-a", looked, **({**fields, **said} if looked is kind else said))
    assert told("trust-a", ends_at(LAST_DAY)) == []
