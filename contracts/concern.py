"""Concerns and referrals: what was seen, who was asked to act, and what the referrer was told.

In: contracts.base, subject, codes.
Out: ConcernRaised, ReferralMade, ReferralAccepted, FeedbackGiven.
Never here: a decision about the concern (enquiry), or a contact below any threshold (contact).
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import Category, Day, Fact, Label, Line, Slug, Text, Uuid, type_uri
from contracts.codes import AbuseType, AutismRecorded, RiskLocation, RiskSource, SupportReason
from contracts.marks import (
    CONCERN,
    CRIMINAL,
    EXISTENCE,
    HEALTH,
    OUTCOME,
    ROUTED,
    THIRD_PARTY,
    WHISTLEBLOWER,
    YesNo,
    free,
    item_fact,
    relations,
    stated,
)
from contracts.subject import Agencies, Power, SubjectEvent

ReferrerKind: TypeAlias = Literal[
    "self",
    "family",
    "friend_or_neighbour",
    "carer",
    "member_of_public",
    "care_worker",
    "health_worker",
    "social_worker",
    "police_officer",
    "regulator",
    "advocate",
    "other",
]


class ConcernRaised(SubjectEvent):
    """Someone may be at risk of abuse or neglect, or a setting may put people at risk."""

    TYPE = type_uri("concern-raised")
    FAMILY = "concern"

    types: Annotated[tuple[AbuseType, ...], Field(max_length=11), CONCERN] = ()
    location: Annotated[RiskLocation | None, CONCERN] = None
    risk_source: Annotated[RiskSource | None, CONCERN] = None
    harm: Annotated[Text | None, free(Category.CONCERN)] = None
    injuries: Annotated[Text | None, free(Category.HEALTH)] = None
    support_reason: Annotated[SupportReason | None, HEALTH] = None
    autism: Annotated[AutismRecorded | None, HEALTH] = None
    immediate_risk: Annotated[YesNo | None, CONCERN] = None
    at_risk: Annotated[YesNo | None, CONCERN] = None
    care_needs: Annotated[YesNo | None, CONCERN] = None
    others_at_risk: Annotated[YesNo | None, CONCERN] = None
    serious_crime: Annotated[YesNo | None, CRIMINAL] = None
    child_at_risk: Annotated[YesNo | None, CONCERN] = None
    consent: Annotated[Literal["given", "refused", "not_sought"] | None, CONCERN] = None
    wishes: Annotated[Text | None, free(Category.CONCERN)] = None
    referrer_kind: Annotated[ReferrerKind | None, THIRD_PARTY] = None
    referrer: Annotated[Line | None, WHISTLEBLOWER] = None
    from_whistleblower: Annotated[YesNo | None, WHISTLEBLOWER] = None
    alleged_perpetrator: Annotated[Line | None, free(Category.CRIMINAL)] = None
    implicated: Annotated[Agencies, Label(Category.CONCERN, routing=True)] = ()
    """Agencies that themselves, or whose staff, may have caused the harm."""
    notifiable: Annotated[YesNo | None, EXISTENCE] = None
    """Whether the registered person must tell CQC of it (regs 16-18)."""

    def facts(self) -> Iterator[Fact]:
        """Yield the risk as stated, consent as stated, and how this item was come by.

        That this referrer did not ask is no fact about the person: it would bury an earlier
        refusal. ConsentNotSought states it, with one of the reasons that count.
        """
        yield from super().facts()
        yield from stated(
            at_risk=self.at_risk,
            care_needs=self.care_needs,
            others_at_risk=self.others_at_risk,
            serious_crime=self.serious_crime,
            imminent_threat=self.immediate_risk,
            child_at_risk=self.child_at_risk,
            consent=None if self.consent == "not_sought" else self.consent,
        )
        yield from item_fact("from_whistleblower", self.from_whistleblower)
        yield from item_fact("notifiable", self.notifiable)
        yield from item_fact("bears_on_child", "yes" if self.child_at_risk == "yes" else None)
        yield from relations("recipient_implicated", "yes", self.implicated)


class ReferralMade(SubjectEvent):
    """An agency asks another to take the matter on."""

    TYPE = type_uri("referral-made")
    FAMILY = "concern"

    to: Annotated[Slug, ROUTED]
    why: Annotated[Text | None, free(Category.CONCERN)] = None
    respond_by: Annotated[Day | None, ROUTED] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the receiving agency's part in the case."""
        yield from super().facts()
        yield from relations("role_on_case", "partner", (self.to,))

    def addressees(self) -> tuple[str, ...]:
        """Return the agency referred to, and any other asked to act."""
        return (self.to, *self.addressed_to)


class ReferralAccepted(SubjectEvent):
    """An agency says whether it takes the matter on."""

    TYPE = type_uri("referral-accepted")
    FAMILY = "concern"

    referral: Annotated[Uuid, ROUTED]
    referred_by: Annotated[Slug, ROUTED]
    accepted: Annotated[YesNo, OUTCOME] = "yes"
    reason: Annotated[Text | None, free(Category.OUTCOME)] = None

    def addressees(self) -> tuple[str, ...]:
        """Return the agency that referred, and any other asked to act."""
        return (self.referred_by, *self.addressed_to)


class FeedbackGiven(SubjectEvent):
    """The referrer was told what became of the concern, or why they could not be."""

    TYPE = type_uri("feedback-given")
    FAMILY = "concern"

    to: Annotated[Slug | None, ROUTED] = None
    """The referring agency; None where the referrer is not one."""
    stage: Annotated[Literal["received", "decided", "closed", "none_given"], OUTCOME]
    reason: Annotated[Text | None, free(Category.OUTCOME)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that whom this is given to raised the concern."""
        yield from super().facts()
        yield from relations("raised_the_concern", "yes", () if self.to is None else (self.to,))

    def power(self) -> Power | None:
        """Return the power stated, or that it is feedback."""
        return super().power() or "feedback"

    def addressees(self) -> tuple[str, ...]:
        """Return the referring agency, if any, and any other asked to act."""
        return (*(() if self.to is None else (self.to,)), *self.addressed_to)
