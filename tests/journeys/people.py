"""Short words for what agencies say in the journeys.

In: the running hub, an NHS number. Out: the jti of what was posted.
Never here: what anybody is shown; that is what the journeys look at.
"""

from collections.abc import Mapping
from typing import Any

from adapters.kit import urn
from adapters.kit.notices import Notice
from adapters.kit.wire import Request
from contracts.concern import ConcernRaised
from contracts.consent import CapacityAssessed, CoercionSuspected
from contracts.disclosure import DisclosureRequested
from contracts.enquiry import EnquiryOpened
from contracts.police import Hold, HoldLifted
from contracts.triage import RiskAssessed, RoleAssigned, S42Decision
from tests.support.hub_process import RunningHub

UNSAID = "Marmaduke Featherstonehaugh"
"""Free text that must not be seen by anybody who is not meant to see it."""


def person(number: str) -> dict[str, Any]:
    """Return the `sub_id` of a person known by an NHS number."""
    return urn(f"urn:nhs:number:{number}")


def concern(hub: RunningHub, number: str, *, by: str = "oak-gp", **said: Any) -> str:  # noqa: ANN401
    """Post a concern, by default to the council about an adult at risk."""
    fields = {"addressed_to": ("north-council",), "at_risk": "yes", "care_needs": "yes", **said}
    return hub.post(by, ConcernRaised(about="adult", **fields), person(number))


def enquiry(hub: RunningHub, number: str, *partners: str) -> None:
    """Let the council find reasonable cause, lead, and give partners their part."""
    decision = S42Decision(
        about="adult",
        care_and_support_needs="yes",
        abuse_or_risk="yes",
        cannot_protect_self="yes",
        decision="s42_enquiry",
    )
    hub.post("north-council", decision, person(number))
    hub.post("north-council", EnquiryOpened(about="adult", lead="north-council"), person(number))
    for partner in partners:
        role = RoleAssigned(about="adult", agency=partner, role="partner")
        hub.post("north-council", role, person(number))


def capacity(hub: RunningHub, number: str, result: str) -> None:
    """Record whether the person can decide about sharing."""
    assessed = CapacityAssessed.model_validate(
        {"about": "adult", "decision": "information_sharing", "result": result}
    )
    hub.post("north-council", assessed, person(number))


def coercion(hub: RunningHub, number: str, finding: str) -> None:
    """Record whether somebody is suspected of speaking for the person."""
    suspected = CoercionSuspected.model_validate({"about": "adult", "finding": finding})
    hub.post("north-council", suspected, person(number))


def no_wider_risk(hub: RunningHub, number: str) -> None:
    """Record that nobody else is at risk and no serious crime is suspected."""
    risk = RiskAssessed(
        about="adult",
        level="low",
        others_at_risk="no",
        serious_crime="no",
        imminent_threat="no",
        child_at_risk="no",
    )
    hub.post("north-council", risk, person(number))


def hold(hub: RunningHub, number: str, *implicated: str) -> str:
    """Let the police ask that those implicated be told nothing."""
    held = Hold(about="adult", implicated=implicated, until="2099-01-01")
    return hub.post("north-police", held, person(number))


def lift(hub: RunningHub, number: str, *cleared: str) -> None:
    """Let the police lift their hold."""
    lifted = HoldLifted(about="adult", no_longer_implicated=cleared)
    hub.post("north-police", lifted, person(number))


def demand(hub: RunningHub, police: str, subject: str) -> str:
    """Put a police request on record: citing one in a question is not making one."""
    asked = DisclosureRequested(
        about="adult", purpose="crime_investigation", legal_demand="police_request"
    )
    return hub.post(police, asked, {"format": "opaque", "id": subject})


def seen(hub: RunningHub, agency: str, number: str, **asked: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401
    """Return every item that an agency is shown of a person; none where it may know of none."""
    client = hub.client(agency)
    told = {"purpose": "safeguarding_enquiry", **asked}
    found = client.find(purpose=told["purpose"], identifiers=[("nhs_number", number)])
    return [
        item
        for subject in found.data["subjects"]
        for page in client.timeline(subject["id"], **told)
        for item in page.data["items"]
    ]


def answer(hub: RunningHub, agency: str, method: str, path: str, **sent: Any) -> Any:  # noqa: ANN401
    """Return a whole HTTP answer, as the kit's own wire brings it."""
    return hub.client(agency)._wire.call(Request(method, path, **sent), tries=1)


def quiet_council(hub: RunningHub) -> str:
    """Enrol a council, and let it hear of what was there before it: settings with concerns."""
    council = hub.enrol("council")
    hub.settle()
    while hub.client(council).handle_notices(lambda _: None).done:
        pass
    return council


def corrections(hub: RunningHub, agency: str) -> list[Notice]:
    """Return what an agency is told of corrections, going past all pages that wait before it."""
    found: list[Notice] = []
    polled = hub.client(agency).poll(max_events=1000)
    while True:
        found += [n for n in polled.notices if n.body["cause"] == "correction"]
        if not polled.more:
            return found
        polled = hub.client(agency).poll(ack=[n.jti for n in polled.notices], max_events=1000)
