"""What the person agreed to, whether they could decide, and whether someone leaned on them.

In: contracts.base, subject.
Out: ConsentGiven, ConsentRefused, ConsentWithdrawn, ConsentNotSought, CapacityAssessed,
    AdvocateOffered, AdvocateAppointed, CoercionSuspected.
Never here: whether sharing may go ahead without consent (the rulebook).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import Category, Day, Fact, Slug, Text, type_uri
from contracts.marks import CONCERN, EXISTENCE, HEALTH, ROUTED, YesNo, free, relations, stated
from contracts.subject import Agencies, SubjectEvent

SHARING_DECISIONS = frozenset({"information_sharing", "safeguarding_enquiry"})
"""Capacity is for one decision at a time (MCA 2005 s2); only these bear on sharing."""

DecisionKind: TypeAlias = Literal[
    "information_sharing",
    "safeguarding_enquiry",
    "care_and_support",
    "residence",
    "finance",
    "sexual_relations",
    "other",
]


class ConsentGiven(SubjectEvent):
    """The person agreed that named agencies be told."""

    TYPE = type_uri("consent-given")
    FAMILY = "consent"

    recipients: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=40), ROUTED]
    lasts_days: Annotated[int | None, Field(ge=1, le=3650), EXISTENCE] = None
    scope: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield consent, and whom it covers, for as long as it was given for."""
        yield from super().facts()
        yield from stated(consent="given", lasts_days=self.lasts_days)
        yield from relations(
            "consent_covers_recipient", "yes", self.recipients, lasts_days=self.lasts_days
        )


class ConsentRefused(SubjectEvent):
    """The person was asked and said no."""

    TYPE = type_uri("consent-refused")
    FAMILY = "consent"

    refused: Annotated[Agencies, ROUTED] = ()
    """The agencies named when asking; empty if it was asked of all."""
    reason: Annotated[Text | None, free(Category.CONCERN)] = None
    risk_explained: Annotated[YesNo | None, CONCERN] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the refusal, and that it covers those named."""
        yield from super().facts()
        yield from stated(consent="refused")
        yield from relations("consent_covers_recipient", "no", self.refused)


class ConsentWithdrawn(SubjectEvent):
    """The person took consent back, from all or from those named."""

    TYPE = type_uri("consent-withdrawn")
    FAMILY = "consent"

    withdrawn_from: Annotated[Agencies, ROUTED] = ()
    """Empty for everyone."""
    reason: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the withdrawal: of consent as a whole, or of what covered those named."""
        yield from super().facts()
        if not self.withdrawn_from:
            yield from stated(consent="withdrawn")
        yield from relations("consent_covers_recipient", "no", self.withdrawn_from)


class ConsentNotSought(SubjectEvent):
    """The person was not asked, with the reason why not."""

    TYPE = type_uri("consent-not-sought")
    FAMILY = "consent"

    why: Annotated[Literal["cannot_be_given", "not_reasonable_to_seek", "would_prejudice"], CONCERN]
    reason: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that consent was not sought, and why.

        Source: DPA 2018 Sch 1 para 18(2).
        """
        yield from super().facts()
        yield from stated(consent="not_sought", why_no_consent=self.why)


class CapacityAssessed(SubjectEvent):
    """Whether the person could make one particular decision when it had to be made."""

    TYPE = type_uri("capacity-assessed")
    FAMILY = "consent"

    decision: Annotated[DecisionKind, HEALTH]
    result: Annotated[Literal["has", "lacks"], HEALTH]
    best_interests: Annotated[YesNo | None, HEALTH] = None
    """Where capacity is lacking: whether sharing was decided to be in their best interests."""
    assessed_on: Annotated[Day | None, HEALTH] = None
    assessor_role: Annotated[
        Literal["social_worker", "doctor", "nurse", "therapist", "other"] | None, HEALTH
    ] = None
    basis: Annotated[Text | None, free(Category.HEALTH)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield capacity and best interests, if the decision was one about sharing or enquiry."""
        yield from super().facts()
        if self.decision in SHARING_DECISIONS:
            yield from stated(capacity=self.result, best_interests=self.best_interests)


class AdvocateOffered(SubjectEvent):
    """The person was offered an independent advocate."""

    TYPE = type_uri("advocate-offered")
    FAMILY = "consent"

    accepted: Annotated[YesNo | None, CONCERN] = None
    reason_not_offered: Annotated[Text | None, free(Category.CONCERN)] = None


class AdvocateAppointed(SubjectEvent):
    """An advocate acts for the person."""

    TYPE = type_uri("advocate-appointed")
    FAMILY = "consent"

    advocate: Annotated[Slug | None, ROUTED] = None
    under: Annotated[Literal["care_act", "imca", "imha", "other"], CONCERN]

    def facts(self) -> Iterator[Fact]:
        """Yield the advocate's part in the case, and for whom they act."""
        yield from super().facts()
        if self.advocate is not None:
            yield from relations("role_on_case", "partner", (self.advocate,))
            yield from relations("acts_for_person", "advocate", (self.advocate,))

    def addressees(self) -> tuple[str, ...]:
        """Return the advocate's agency, if named, and any other asked to act."""
        return (*(() if self.advocate is None else (self.advocate,)), *self.addressed_to)


class CoercionSuspected(SubjectEvent):
    """Someone may be speaking for the person, or making them refuse; or it was ruled out."""

    TYPE = type_uri("coercion-suspected")
    FAMILY = "consent"

    finding: Annotated[Literal["suspected", "not_suspected"], CONCERN] = "suspected"
    signs: Annotated[Text | None, free(Category.CONCERN)] = None
    suspected_person: Annotated[Text | None, free(Category.CRIMINAL)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the suspicion, or that it was ruled out."""
        yield from super().facts()
        yield from stated(coercion=self.finding)
