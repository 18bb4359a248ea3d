"""The enquiry: opened, caused to another, met about, planned, concluded, and what it changed.

In: contracts.base, subject, codes.
Out: EnquiryOpened, EnquiryCausedTo, StrategyMeeting, EvidenceAdded, PlanMade, PlanReviewed,
    DesiredOutcomesRecorded, EnquiryConcluded, RiskOutcome, MSPOutcome, EnquiryReopened.
Never here: a police outcome. No further action by the police closes no enquiry.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Category, Day, Digest, Fact, Line, Slug, Text, type_uri
from contracts.codes import (
    AbuseType,
    LackedCapacity,
    OutcomesAchieved,
    OutcomesAsked,
    RiskConclusion,
    RiskResult,
)
from contracts.marks import CONCERN, EXISTENCE, HEALTH, OUTCOME, ROUTED, YesNo, free, relations
from contracts.subject import Agencies, SubjectEvent


class EnquiryOpened(SubjectEvent):
    """An enquiry began, under an agency that leads it."""

    TYPE = type_uri("enquiry-opened")
    FAMILY = "enquiry"
    POSTERS = frozenset({"council", "children_services", "police"})

    kind: Annotated[Literal["s42", "other", "provider", "police"], EXISTENCE] = "s42"
    lead: Annotated[Slug, ROUTED]
    types: Annotated[tuple[AbuseType, ...], Field(max_length=11), CONCERN] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield who leads."""
        yield from super().facts()
        yield from relations("role_on_case", "lead", (self.lead,))


class EnquiryCausedTo(SubjectEvent):
    """The council has another agency make enquiries, by a day.

    Source: Care Act 2014 s42(2).
    """

    TYPE = type_uri("enquiry-caused-to")
    FAMILY = "enquiry"
    POSTERS = frozenset({"council"})

    agency: Annotated[Slug, ROUTED]
    due: Annotated[Day, ROUTED]
    asked: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the agency's part in the case."""
        yield from super().facts()
        yield from relations("role_on_case", "asked_to_enquire", (self.agency,))

    def addressees(self) -> tuple[str, ...]:
        """Return the agency asked to enquire, and any other asked to act."""
        return (self.agency, *self.addressed_to)


class StrategyMeeting(SubjectEvent):
    """Agencies met to plan. Being there gives no part in the case: RoleAssigned does."""

    TYPE = type_uri("strategy-meeting")
    FAMILY = "enquiry"

    held_on: Annotated[Day | None, CONCERN] = None
    attended: Annotated[Agencies, ROUTED] = ()
    absent: Annotated[Agencies, ROUTED] = ()
    decisions: Annotated[Text | None, free(Category.CONCERN)] = None


class EvidenceAdded(SubjectEvent):
    """Something that bears on the enquiry was put on record."""

    TYPE = type_uri("evidence-added")
    FAMILY = "enquiry"

    kind: Annotated[
        Literal["statement", "document", "image", "record", "medical", "financial", "other"],
        CONCERN,
    ] = "other"
    description: Annotated[Text | None, free(Category.CONCERN)] = None
    medical: Annotated[Text | None, free(Category.HEALTH)] = None
    sha256: Annotated[Digest | None, CONCERN] = None
    """Of the file, which stays with the agency that holds it."""


class PlanMade(SubjectEvent):
    """What will be done to keep the person safe."""

    TYPE = type_uri("plan-made")
    FAMILY = "enquiry"

    actions: Annotated[Text | None, free(Category.CONCERN)] = None
    review_on: Annotated[Day | None, CONCERN] = None


class PlanReviewed(SubjectEvent):
    """Whether the plan worked."""

    TYPE = type_uri("plan-reviewed")
    FAMILY = "enquiry"

    result: Annotated[Literal["continue", "change", "end"], OUTCOME] = "continue"
    findings: Annotated[Text | None, free(Category.OUTCOME)] = None


class DesiredOutcomesRecorded(SubjectEvent):
    """What the person wants to happen, in their words."""

    TYPE = type_uri("desired-outcomes-recorded")
    FAMILY = "enquiry"

    asked: Annotated[OutcomesAsked, CONCERN]
    outcomes: Annotated[Text | None, free(Category.CONCERN)] = None


class EnquiryConcluded(SubjectEvent):
    """How the enquiry ended, in the terms it is counted by (SG2a, SG2c, SG3a)."""

    TYPE = type_uri("enquiry-concluded")
    FAMILY = "enquiry"

    conclusion: Annotated[RiskConclusion, OUTCOME]
    types: Annotated[tuple[AbuseType, ...], Field(max_length=11), CONCERN] = ()
    lacked_capacity: Annotated[LackedCapacity | None, HEALTH] = None
    supported: Annotated[YesNo | None, OUTCOME] = None
    """If capacity was lacking: by an advocate, family or a friend."""
    summary: Annotated[Text | None, free(Category.OUTCOME)] = None


class RiskOutcome(SubjectEvent):
    """What became of an identified risk (SG2e)."""

    TYPE = type_uri("risk-outcome")
    FAMILY = "enquiry"

    result: Annotated[RiskResult, OUTCOME]


class MSPOutcome(SubjectEvent):
    """How far what the person wanted was achieved (SG4a)."""

    TYPE = type_uri("msp-outcome")
    FAMILY = "enquiry"

    asked: Annotated[OutcomesAsked, OUTCOME]
    achieved: Annotated[OutcomesAchieved | None, OUTCOME] = None


class EnquiryReopened(SubjectEvent):
    """A concluded enquiry goes on."""

    TYPE = type_uri("enquiry-reopened")
    FAMILY = "enquiry"

    because: Annotated[Text | None, free(Category.CONCERN)] = None
    decided_by_role: Annotated[Line | None, OUTCOME] = None
