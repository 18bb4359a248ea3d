"""Reviews after the event: safeguarding adults reviews, the board's demands, LeDeR, the coroner.

In: contracts.base, subject, codes.
Out: SARReferred, SARDecided, SARCommissioned, SARPublished, SARActionDone, S45Request,
    S45Response, LeDeR, Coroner.
Never here: a review of a disclosure (governance.OfficerReview).
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from contracts.base import Category, Day, Fact, Line, Slug, Text, Uuid, type_uri
from contracts.codes import ReviewDeaths
from contracts.marks import (
    CONCERN,
    EXISTENCE,
    HEALTH,
    OUTCOME,
    ROUTED,
    YesNo,
    free,
    item_fact,
    of_poster,
)
from contracts.subject import Power, SubjectEvent


class SARReferred(SubjectEvent):
    """Someone asked the board for a safeguarding adults review."""

    TYPE = type_uri("sar-referred")
    FAMILY = "review"

    why: Annotated[Text | None, free(Category.CONCERN)] = None


class SARDecided(SubjectEvent):
    """Whether there will be a review, and under which limb.

    Source: Care Act 2014 s44(1), s44(4).
    """

    TYPE = type_uri("sar-decided")
    FAMILY = "review"

    decision: Annotated[Literal["mandatory", "discretionary", "no_review"], OUTCOME]
    deaths: Annotated[ReviewDeaths | None, OUTCOME] = None
    reasons: Annotated[Text | None, free(Category.OUTCOME)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that the board asks for co-operation in a review, or not (s44(5))."""
        yield from super().facts()
        asked = "none" if self.decision == "no_review" else "sar_s44"
        yield from of_poster("lawful_request", asked)


class SARCommissioned(SubjectEvent):
    """A reviewer was appointed."""

    TYPE = type_uri("sar-commissioned")
    FAMILY = "review"

    reviewer: Annotated[Line | None, OUTCOME] = None
    due: Annotated[Day | None, OUTCOME] = None


class SARPublished(SubjectEvent):
    """The report is public, with the person under a name of its own."""

    TYPE = type_uri("sar-published")
    FAMILY = "review"

    title: Annotated[Line | None, EXISTENCE] = None
    link: Annotated[Line | None, EXISTENCE] = None
    summary: Annotated[Text | None, OUTCOME] = None


class SARActionDone(SubjectEvent):
    """An agency did what the review asked of it."""

    TYPE = type_uri("sar-action-done")
    FAMILY = "review"

    action: Annotated[Text, free(Category.OUTCOME)]
    evidence: Annotated[Text | None, free(Category.OUTCOME)] = None


class S45Request(SubjectEvent):
    """The board demands information for one of its functions.

    Source: Care Act 2014 s45.
    """

    TYPE = type_uri("s45-request")
    FAMILY = "review"
    POSTERS = frozenset({"sab"})

    to: Annotated[Slug, ROUTED]
    function: Annotated[
        Literal["review", "annual_report", "strategic_plan", "assurance", "other"], EXISTENCE
    ]
    nominee: Annotated[Line | None, EXISTENCE] = None
    asked: Annotated[Text, free(Category.CONCERN)]
    respond_by: Annotated[Day | None, ROUTED] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the demand, of the agency it was made to."""
        yield from super().facts()
        yield from of_poster("demand_on_record", "s45", whose=self.to)

    def addressees(self) -> tuple[str, ...]:
        """Return the agency asked, and any other asked to act."""
        return (self.to, *self.addressed_to)


class S45Response(SubjectEvent):
    """What an agency gave the board, or its written reasons for not doing so."""

    TYPE = type_uri("s45-response")
    FAMILY = "review"

    to: Annotated[Slug, ROUTED]
    request: Annotated[Uuid | None, ROUTED] = None
    complied: Annotated[YesNo, OUTCOME]
    supplied: Annotated[Text | None, free(Category.CONCERN)] = None
    reasons: Annotated[Text | None, free(Category.OUTCOME)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that what was given may be used for the board's functions only (s45(6))."""
        yield from super().facts()
        yield from item_fact("locked_purpose", "sab_functions")

    def addressees(self) -> tuple[str, ...]:
        """Return the board, and any other asked to act."""
        return (self.to, *self.addressed_to)


class LeDeR(SubjectEvent):
    """The death of a person with a learning disability or autism is reviewed."""

    TYPE = type_uri("leder")
    FAMILY = "review"

    stage: Annotated[Literal["notified", "initial", "focused", "closed"], OUTCOME]
    learning: Annotated[Text | None, free(Category.HEALTH)] = None

    def power(self) -> Power | None:
        """Return the power stated, or that it is a review of a death."""
        return super().power() or "learning_from_deaths"


class Coroner(SubjectEvent):
    """A death went to the coroner, or the coroner concluded."""

    TYPE = type_uri("coroner")
    FAMILY = "review"

    stage: Annotated[
        Literal["referred", "opened", "concluded", "prevention_of_future_deaths"], CONCERN
    ]
    conclusion: Annotated[Text | None, free(Category.HEALTH)] = None
    neglect: Annotated[YesNo | None, OUTCOME] = None
    medical_cause: Annotated[Text | None, free(Category.HEALTH)] = None
    heard_on: Annotated[Day | None, HEALTH] = None
