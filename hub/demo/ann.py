"""Chapter two: Ann, whose case is shared with all but one, and a nurse of the home she lives in.

In: a chapter. Out: the same, with what is said about them. Never here: a real person.
"""

from contracts.codes import AbuseType, RiskLocation, RiskSource
from contracts.concern import ConcernRaised
from contracts.consent import AdvocateOffered, CapacityAssessed
from contracts.disclosure import DisclosureRequested
from contracts.enquiry import EnquiryCausedTo, EnquiryOpened, EvidenceAdded, PlanMade
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease
from contracts.police import CrimeReported, Hold, InvestigationOpened, JointInvestigation
from contracts.professional import EmployerAction, FtPInterimOrder, FtPReferred, PiPoTRaised
from contracts.reviews import S45Request, S45Response, SARReferred
from contracts.triage import RoleAssigned, S42Decision
from hub.demo.people import ANN, NURSE
from hub.demo.plot import MET, Chapter
from hub.demo.said import fixed_id

WRONG_REPORT = fixed_id("story", "a crime report that belonged to somebody else")


def ann(told: Chapter) -> None:
    """Ann lives in the home. Her enquiry is joint with the police, who hold it from the home."""
    raised = told.tell(
        "gp",
        ANN,
        ConcernRaised,
        ago=30,
        resident=True,
        at_risk="yes",
        care_needs="yes",
        types=(AbuseType.PHYSICAL, AbuseType.NEGLECT),
        harm="Grip marks that nobody at the home can explain",
        injuries="Grip marks on the left upper arm",
        addressed_to=("council",),
        location=RiskLocation.CARE_HOME_RESIDENTIAL,
        risk_source=RiskSource.SERVICE_PROVIDER,
    )
    told.tell("gp", ANN, ClearedForRelease, ago=30, item=raised)
    told.tell(
        "council",
        ANN,
        SubjectDescribed,
        ago=29,
        given_name="Ann",
        family_name="Example",
        address="Room 7, Larch House",
    )
    told.tell(
        "council",
        ANN,
        CapacityAssessed,
        ago=29,
        decision="safeguarding_enquiry",
        result="lacks",
        best_interests="yes",
        assessor_role="social_worker",
    )
    told.tell("council", ANN, AdvocateOffered, ago=29, accepted="yes")
    told.tell("council", ANN, S42Decision, ago=29, resident=True, decision="s42_enquiry", **MET)
    told.tell("council", ANN, EnquiryOpened, ago=29, resident=True, lead="council")
    for partner in ("police", "gp", "nhs-trust"):
        told.tell("council", ANN, RoleAssigned, ago=28, agency=partner, role="partner")
    _joint_investigation(told)


def _joint_investigation(told: Chapter) -> None:
    """Bring in the police, who hold the case from the home."""
    told.tell(
        "nhs-trust",
        ANN,
        EvidenceAdded,
        ago=27,
        kind="medical",
        medical="Marks fit a hand, two to four days old",
    )
    told.tell(
        "police",
        ANN,
        CrimeReported,
        ago=27,
        resident=True,
        offence="assault",
        serious="yes",
        crime_ref="NS-0001",
    )
    told.tell("police", ANN, InvestigationOpened, ago=27, crime_ref="NS-0001")
    told.tell("police", ANN, JointInvestigation, ago=26, partners=("council",))
    # The home is implicated: from here it learns nothing, although a routine letter asks it to
    # enquire, which would otherwise open the case to it.
    told.tell(
        "police",
        ANN,
        Hold,
        ago=26,
        implicated=("provider",),
        until=told.day(ago=-60),
        crime_ref="NS-0001",
        because="A worker at the home is a suspect",
    )
    told.tell("council", ANN, EnquiryCausedTo, ago=25, agency="provider", due=told.day(ago=-10))
    told.tell("council", ANN, PlanMade, ago=24, actions="Moved to a ward; no visits from the home")
    _a_wrong_report(told)


def _a_wrong_report(told: Chapter) -> None:
    """File a report with her that belongs to somebody else: the police find out later."""
    told.tell(
        "police",
        ANN,
        CrimeReported,
        ago=12,
        role="witness",
        crime_ref="NS-0002",
        narrative="Seen at a shop theft on the second of the month",
        jti=WRONG_REPORT,
    )
    told.tell("police", ANN, ClearedForRelease, ago=12, item=WRONG_REPORT)


def the_board(told: Chapter) -> None:
    """The board sees a named person by a section 45 demand only, locked to its own functions."""
    told.tell("sab", ANN, SARReferred, ago=8, why="Several agencies knew of marks")
    for holder in ("council", "gp", "police"):
        told.tell(
            "sab",
            ANN,
            S45Request,
            ago=8,
            to=holder,
            function="review",
            asked="Chronology of contacts",
            respond_by=told.day(ago=-20),
        )
    told.tell(
        "council",
        ANN,
        S45Response,
        ago=4,
        to="sab",
        complied="yes",
        supplied="Chronology of contacts from the spring",
    )


def a_nurse(told: Chapter) -> None:
    """Bring in a registered nurse: her regulator sees what she did, and not to whom."""
    told.tell("provider", NURSE, EmployerAction, ago=44, action="suspended", resident=True)
    raised = told.tell(
        "council",
        NURSE,
        PiPoTRaised,
        ago=41,
        resident=True,
        person_heard="yes",
        allegation="Gave insulin late and wrote that it was on time",
    )
    told.tell("council", NURSE, ClearedForRelease, ago=41, item=raised)
    told.tell(
        "council",
        NURSE,
        FtPReferred,
        ago=40,
        to="nurse-regulator",
        resident=True,
        allegation="Late medicines; the resident is not to be named",
    )
    told.tell(
        "nurse-regulator",
        NURSE,
        DisclosureRequested,
        ago=39,
        purpose="regulate_professional",
        legal_demand="ftp_article25",
    )
    told.tell("nurse-regulator", NURSE, FtPInterimOrder, ago=20, order="conditions")
