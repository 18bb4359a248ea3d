"""Chapter one: a care home about which eight agencies each know a little.

In: the time now. Out: the chapter. Never here: a real home, resident or worker.

What it is for: none of these is much by itself; side by side they are a pattern. Two workers speak
up, one to the council and one to the regulator, and neither is ever named to anybody else.
"""

from typing import Any

from contracts.codes import (
    AbuseType,
    RiskLocation,
    RiskSource,
)
from contracts.concern import ConcernRaised
from contracts.contact import ContactRecorded
from contracts.enquiry import (
    EnquiryOpened,
    StrategyMeeting,
)
from contracts.integrity import ClearedForRelease
from contracts.police import CrimeReported, Outcome
from contracts.regulation import InspectionPublished, NotificationReceived, RegistrationChange
from contracts.setting import ContractAction, PlacementSuspended, ProviderConcernOpened
from contracts.triage import S42Decision
from hub.demo import enquiry
from hub.demo.people import HOME, ROSE, SID, TED, UNA, Subject
from hub.demo.plot import MET, Chapter

IN_THE_HOME: dict[str, Any] = {
    "location": RiskLocation.CARE_HOME_RESIDENTIAL,
    "risk_source": RiskSource.SERVICE_PROVIDER,
    "at_risk": "yes",
    "care_needs": "yes",
}


def chapter(now: int) -> Chapter:
    """Return what the agencies post about the home before anybody puts it together."""
    told = Chapter("A care home", now)
    _first_signs(told)
    enquiry.one_enquiry(told)
    _single_reports(told)
    _speaking_up(told)
    return told


def _first_signs(told: Chapter) -> None:
    told.tell(
        "cqc",
        HOME,
        InspectionPublished,
        ago=430,
        rating="Requires improvement",
        summary="Medicines and staffing need to improve",
    )
    told.tell("provider", HOME, RegistrationChange, ago=400, change="manager")
    raised = told.tell(
        "provider",
        ROSE,
        ConcernRaised,
        ago=210,
        resident=True,
        notifiable="yes",
        types=(AbuseType.PHYSICAL,),
        harm="Bruises on both arms after the night shift",
        addressed_to=("council", "cqc"),
        **IN_THE_HOME,
    )
    told.tell("provider", ROSE, ClearedForRelease, ago=209, item=raised)
    told.tell(
        "cqc",
        HOME,
        NotificationReceived,
        ago=208,
        limb="reg18_abuse_or_allegation",
        person_code="resident 4",
    )
    told.tell(
        "gp",
        ROSE,
        ContactRecorded,
        ago=205,
        resident=True,
        contact="visit",
        seen="yes",
        observation="Healing bruises on both forearms",
    )
    told.tell(
        "nhs-trust",
        SID,
        ContactRecorded,
        ago=170,
        resident=True,
        contact="attendance",
        observation="Dehydrated on arrival",
    )


def _single_reports(told: Chapter) -> None:
    """Add three residents' reports, each dealt with on its own."""
    told.tell(
        "nhs-trust",
        SID,
        ConcernRaised,
        ago=169,
        resident=True,
        types=(AbuseType.NEGLECT,),
        harm="Second admission for dehydration",
        addressed_to=("council",),
        **IN_THE_HOME,
    )
    _triaged(told, SID, ago=165)
    told.tell(
        "provider",
        TED,
        ConcernRaised,
        ago=120,
        resident=True,
        notifiable="yes",
        types=(AbuseType.NEGLECT,),
        harm="Fall with a broken wrist",
        addressed_to=("council", "cqc"),
        **IN_THE_HOME,
    )
    _two_more(told)


def _two_more(told: Chapter) -> None:
    """Add a theft, and medicines given late."""
    told.tell(
        "cqc", HOME, NotificationReceived, ago=119, limb="reg18_injury", person_code="resident 9"
    )
    told.tell("police", TED, CrimeReported, ago=110, resident=True, offence="theft", role="victim")
    told.tell(
        "police",
        TED,
        Outcome,
        ago=90,
        resident=True,
        result="no_further_action",
        no_action_because="suspect_not_identified",
    )
    _triaged(told, TED, ago=100)
    told.tell(
        "safeguarding-lead",
        UNA,
        ConcernRaised,
        ago=80,
        resident=True,
        types=(AbuseType.NEGLECT,),
        harm="Insulin given late on nine days",
        addressed_to=("council",),
        **IN_THE_HOME,
    )
    _triaged(told, UNA, ago=75)


def _triaged(told: Chapter, resident: Subject, *, ago: float) -> None:
    told.tell(
        "council", resident, S42Decision, ago=ago, resident=True, decision="s42_enquiry", **MET
    )
    told.tell("council", resident, EnquiryOpened, ago=ago, resident=True, lead="council")


def _speaking_up(told: Chapter) -> None:
    """Have two workers speak up, and the council at last look at the home as a whole."""
    heard = told.tell(
        "council",
        HOME,
        ConcernRaised,
        ago=45,
        from_whistleblower="yes",
        referrer="a care worker who asked not to be named",
        referrer_kind="care_worker",
        harm="Residents are left in bed at weekends",
        types=(AbuseType.ORGANISATIONAL,),
    )
    told.tell(
        "cqc",
        HOME,
        ConcernRaised,
        ago=43,
        from_whistleblower="yes",
        referrer="a second worker, by telephone",
        referrer_kind="care_worker",
        harm="Records are filled in after the event",
        types=(AbuseType.ORGANISATIONAL,),
    )
    told.tell("council", HOME, ClearedForRelease, ago=42, item=heard)
    _as_a_whole(told)


def _as_a_whole(told: Chapter) -> None:
    """Have the council and the commissioner look at the home as one thing."""
    told.tell(
        "council",
        HOME,
        ProviderConcernOpened,
        ago=40,
        level="enhanced",
        themes=("staffing", "records", "culture"),
        residents_affected=5,
    )
    told.tell(
        "commissioner",
        HOME,
        ContractAction,
        ago=38,
        action="visit",
        details="Four staff on shift where the contract says six",
    )
    told.tell("commissioner", HOME, PlacementSuspended, ago=36, kind="by_commissioner")
    told.tell(
        "council",
        HOME,
        StrategyMeeting,
        ago=33,
        attended=("police", "cqc", "commissioner", "nhs-trust"),
        absent=("gp",),
    )
