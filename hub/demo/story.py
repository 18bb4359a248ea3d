"""The story that the try-out tells, in chapters; between the last two, each partner asks once.

In: the time now. Out: chapters of things said. Never here: what is said about whom (home, ann,
refusals), or what anybody may see of it: that is the hub's to answer.
"""

from contracts.codes import AbuseType
from contracts.consent import CoercionSuspected
from contracts.enquiry import EnquiryOpened
from contracts.integrity import Retracted
from contracts.police import HoldLifted
from contracts.triage import RoleAssigned, S42Decision
from hub.demo import ann, home, refusals
from hub.demo.people import ANN, BOB
from hub.demo.plot import MET, Chapter


def before(now: int) -> tuple[Chapter, ...]:
    """Return what is posted before the partners first ask."""
    case = Chapter("Ann", now)
    ann.ann(case)
    ann.the_board(case)
    ann.a_nurse(case)
    others = Chapter("Four others", now)
    refusals.bob_refuses(others)
    refusals.cat_and_her_child(others)
    refusals.an_emergency(others)
    refusals.prevent(others)
    return home.chapter(now), case, others


def after(now: int) -> tuple[Chapter, ...]:
    """Return what is posted after the partners first asked: three things turn out otherwise."""
    turned = Chapter("What turned out otherwise", now)
    turned.tell(
        "police",
        ANN,
        Retracted,
        ago=0.01,
        item=ann.WRONG_REPORT,
        reason="wrong_person",
        explanation="It belongs to another woman of that name",
    )
    turned.tell("police", ANN, HoldLifted, ago=0.01, no_longer_implicated=("provider",))
    turned.tell(
        "safeguarding-lead",
        BOB,
        CoercionSuspected,
        ago=0.01,
        finding="suspected",
        signs="His son answered every question for him",
    )
    turned.tell("council", BOB, S42Decision, ago=0.01, decision="s42_enquiry", **MET)
    turned.tell(
        "council", BOB, EnquiryOpened, ago=0.01, lead="council", types=(AbuseType.FINANCIAL,)
    )
    turned.tell("council", BOB, RoleAssigned, ago=0.01, agency="police", role="partner")
    return (turned,)
