"""One resident's enquiry, from the three tests to what she thought of it.

In: a chapter. Out: the same, with the enquiry in it. Never here: a real person.
"""

from contracts.codes import AbuseType, OutcomesAchieved, OutcomesAsked, RiskConclusion, RiskResult
from contracts.concern import FeedbackGiven
from contracts.enquiry import (
    DesiredOutcomesRecorded,
    EnquiryCausedTo,
    EnquiryConcluded,
    EnquiryOpened,
    EvidenceAdded,
    MSPOutcome,
    PlanMade,
    RiskOutcome,
)
from contracts.triage import RoleAssigned, S42Decision
from hub.demo.people import ROSE
from hub.demo.plot import MET, Chapter


def one_enquiry(told: Chapter) -> None:
    """Follow one resident's enquiry from the three tests to what the person thought of it."""
    told.tell("council", ROSE, S42Decision, ago=203, resident=True, decision="s42_enquiry", **MET)
    told.tell(
        "council",
        ROSE,
        EnquiryOpened,
        ago=203,
        resident=True,
        lead="council",
        types=(AbuseType.PHYSICAL,),
    )
    told.tell("council", ROSE, RoleAssigned, ago=202, agency="gp", role="partner")
    told.tell(
        "council",
        ROSE,
        EnquiryCausedTo,
        ago=202,
        agency="provider",
        due=told.day(ago=180),
        asked="What happened on the night shift?",
    )
    told.tell(
        "provider",
        ROSE,
        EvidenceAdded,
        ago=190,
        resident=True,
        kind="record",
        description="Rota and incident book for the week",
    )
    told.tell(
        "council",
        ROSE,
        DesiredOutcomesRecorded,
        ago=189,
        asked=OutcomesAsked.EXPRESSED,
        outcomes="Not to be alone with that worker again",
    )
    _its_end(told)


def _its_end(told: Chapter) -> None:
    """Close the enquiry: what was found, what became of the risk, what she thought of it."""
    told.tell("council", ROSE, PlanMade, ago=185, actions="Two workers for personal care")
    told.tell(
        "council",
        ROSE,
        EnquiryConcluded,
        ago=160,
        types=(AbuseType.PHYSICAL,),
        conclusion=RiskConclusion.IDENTIFIED_ACTION,
    )
    told.tell("council", ROSE, RiskOutcome, ago=160, result=RiskResult.REDUCED)
    told.tell(
        "council",
        ROSE,
        MSPOutcome,
        ago=159,
        asked=OutcomesAsked.EXPRESSED,
        achieved=OutcomesAchieved.PARTIALLY,
    )
    told.tell("council", ROSE, FeedbackGiven, ago=158, to="provider", stage="closed")
