"""Chapter three: people who said no, a child, an emergency, and a Prevent referral.

In: a chapter. Out: the same, with what is said about them. Never here: a real person.
"""

from contracts.child import MARAC, S47, ChannelDecision, ChildReferral, Plan, PreventReferred
from contracts.codes import AbuseType, RiskLocation, RiskSource
from contracts.concern import ConcernRaised
from contracts.consent import CapacityAssessed, CoercionSuspected, ConsentRefused
from contracts.contact import ContactRecorded
from contracts.disclosure import DisclosureRequested
from contracts.enquiry import EnquiryOpened
from contracts.identity import SafeAddressSet, SubjectDescribed
from contracts.triage import RiskAssessed, RoleAssigned, S42Decision
from hub.demo.people import BOB, CAT, EVE, GUS, KIT, Subject
from hub.demo.plot import MET, Chapter


def bob_refuses(told: Chapter) -> None:
    """Bob decides for himself and says no; nobody else is at risk. That ends the matter."""
    told.tell(
        "council",
        BOB,
        ConcernRaised,
        ago=21,
        at_risk="yes",
        types=(AbuseType.FINANCIAL,),
        harm="Small sums missing after his son's visits",
        consent="refused",
        location=RiskLocation.OWN_HOME,
        risk_source=RiskSource.KNOWN,
    )
    told.tell(
        "council",
        BOB,
        CapacityAssessed,
        ago=20,
        decision="information_sharing",
        result="has",
        assessor_role="social_worker",
    )
    told.tell(
        "council",
        BOB,
        ConsentRefused,
        ago=20,
        risk_explained="yes",
        reason="He does not want trouble for his son",
    )
    told.tell("council", BOB, CoercionSuspected, ago=20, finding="not_suspected")
    told.tell(
        "council",
        BOB,
        RiskAssessed,
        ago=20,
        level="low",
        others_at_risk="no",
        serious_crime="no",
        imminent_threat="no",
        child_at_risk="no",
    )
    told.tell("gp", BOB, ContactRecorded, ago=15, contact="appointment", seen="yes")
    _the_police_request(told, BOB, ago=1)


def _the_police_request(told: Chapter, about: Subject, *, ago: float) -> None:
    """Put a request on record: citing one in a question would not do."""
    told.tell(
        "police",
        about,
        DisclosureRequested,
        ago=ago,
        purpose="crime_investigation",
        legal_demand="police_request",
    )


def cat_and_her_child(told: Chapter) -> None:
    """Cat says no too, but a child lives with her, and her address must not reach her partner."""
    told.tell(
        "nhs-trust",
        CAT,
        ConcernRaised,
        ago=18,
        at_risk="yes",
        types=(AbuseType.DOMESTIC,),
        consent="refused",
        others_at_risk="yes",
        child_at_risk="yes",
        harm="Third attendance with injuries",
        injuries="Fractured finger",
        location=RiskLocation.OWN_HOME,
        risk_source=RiskSource.KNOWN,
        addressed_to=("council",),
    )
    told.tell(
        "nhs-trust",
        CAT,
        SubjectDescribed,
        ago=18,
        given_name="Cat",
        family_name="Sample",
        address="4 Test Row",
        phone="01632 960001",
    )
    told.tell(
        "council", CAT, CapacityAssessed, ago=17, decision="information_sharing", result="has"
    )
    told.tell("council", CAT, S42Decision, ago=17, decision="s42_enquiry", **MET)
    told.tell("council", CAT, EnquiryOpened, ago=17, lead="council")
    told.tell("council", CAT, RoleAssigned, ago=16, agency="gp", role="partner")
    _her_address(told)


def _her_address(told: Chapter) -> None:
    """Keep her address from those through whom it could reach her partner."""
    told.tell(
        "council",
        CAT,
        SafeAddressSet,
        ago=17,
        status="needed",
        serving_alleged_perpetrator=("gp",),
        safe_contact="Through the school only",
    )
    told.tell(
        "police",
        CAT,
        MARAC,
        ago=14,
        stage="heard",
        child_at_risk="yes",
        attended=("council", "nhs-trust", "childrens-services"),
    )
    _the_child(told)


def _the_child(told: Chapter) -> None:
    """Bring in the child, who is a subject of its own."""
    told.tell(
        "council",
        KIT,
        ChildReferral,
        ago=17,
        to="childrens-services",
        why="Aged five, was in the room",
        adult_risk="Violence at home",
    )
    told.tell("gp", KIT, ContactRecorded, ago=60, contact="appointment", seen="yes")
    told.tell("childrens-services", KIT, S47, ago=15, stage="started")
    told.tell("childrens-services", KIT, Plan, ago=5, kind="child_protection")


def an_emergency(told: Chapter) -> None:
    """Eve's life is in danger now: who can help is told at once, and completes the record after."""
    told.tell(
        "nhs-trust",
        EVE,
        SubjectDescribed,
        ago=0.2,
        given_name="Eve",
        family_name="Trial",
        address="Flat 2, Proof Street",
    )
    told.tell(
        "nhs-trust",
        EVE,
        ConcernRaised,
        ago=0.1,
        at_risk="yes",
        immediate_risk="yes",
        types=(AbuseType.SELF_NEGLECT,),
        referrer_kind="family",
        harm="Left the ward, meaning to harm herself",
        injuries="On insulin; the last dose was at six",
    )
    _the_police_request(told, EVE, ago=0.05)


def prevent(told: Chapter) -> None:
    """Gus: a trust refers under Prevent. Bodies the Act does not name never learn of it."""
    told.tell("nhs-trust", GUS, PreventReferred, ago=16, concern="Praised an attack to staff")
    told.tell("police", GUS, ChannelDecision, ago=6, decision="signposted", consent="yes")
