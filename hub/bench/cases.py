"""What five partners say in a case: the mix that reading and projecting are measured on.

In: who speaks, which case it is. Out: payloads. Never here: signing, sending.
"""

from collections.abc import Iterator
from typing import Any

from contracts.base import Payload
from contracts.contact import ContactRecorded
from contracts.enquiry import EvidenceAdded
from contracts.triage import S42Decision
from hub.bench.material import EVENT_BYTES, concern
from hub.bench.stage import COUNCIL, PARTNERS

EVENTS_A_CASE = 5
SETTINGS = 50
_OBSERVED = "Visited at home; a second visit was agreed with the person and their sister. " * 5
_DESCRIBED = "Daily record of the week, as kept by the service, with two entries missing. " * 5
_OTHERS = tuple(slug for slug in PARTNERS if slug != COUNCIL)


def said_by(slug: str, events: int) -> list[Payload]:
    """Return what a partner says in one long case. All of it is addressed to the council."""
    to = (COUNCIL,)
    first = enquiry() if slug == COUNCIL else concern(EVENT_BYTES, addressed_to=to)
    later: list[Payload] = [contact(addressed_to=to), evidence(addressed_to=to)]
    return [first, *(later[n % 2] for n in range(events - 1))]


def case(number: int) -> Iterator[tuple[str, Payload]]:
    """Yield who says what in one case of five events.

    All five partners are named in its first event. That one, and in every other case a decision,
    put facts on record that decide something: three events in ten. A third of the cases happened
    in one of fifty care settings.
    """
    where = {"setting": f"1-{100 + number % SETTINGS}"} if number % 3 == 0 else {}
    poster = _OTHERS[number % len(_OTHERS)]
    others = tuple(slug for slug in PARTNERS if slug != poster)
    yield poster, concern(EVENT_BYTES, addressed_to=others, case=f"C-{number}", **where)
    yield _OTHERS[(number + 1) % len(_OTHERS)], contact(**where)
    yield COUNCIL, enquiry() if number % 2 == 0 else contact()
    yield _OTHERS[(number + 2) % len(_OTHERS)], evidence(**where)
    yield _OTHERS[(number + 3) % len(_OTHERS)], contact(**where)


def enquiry() -> S42Decision:
    """Return the council's decision that the three tests are met."""
    return S42Decision(
        about="adult",
        care_and_support_needs="yes",
        abuse_or_risk="yes",
        cannot_protect_self="yes",
        decision="s42_enquiry",
    )


def contact(**fields: Any) -> ContactRecorded:  # noqa: ANN401 - fields of the contract
    """Return a contact below any threshold."""
    return ContactRecorded(
        about="adult", contact="visit", seen="yes", observation=_OBSERVED, **fields
    )


def evidence(**fields: Any) -> EvidenceAdded:  # noqa: ANN401 - fields of the contract
    """Return something put on record for the enquiry."""
    return EvidenceAdded(about="adult", kind="record", description=_DESCRIBED, **fields)
