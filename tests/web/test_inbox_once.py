"""The inbox answers once: a referral, and a request as the officer saw it, whoever else answers."""

import asyncio
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import pytest

from contracts.concern import ReferralAccepted
from contracts.disclosure import DisclosureDecided, DisclosureRequested
from hub.disclosure.ask import Answer
from tests.support.parts import concern, known
from tests.web.site import APP, Site, Visitor
from tests.web.test_inbox import held, notices, nurse, posted, refer

__all__ = ["held", "nurse"]
YES: Final = {"accepted": "yes", "reason": "On Monday"}
NO: Final = {"accepted": "no", "reason": "No room"}
DECISION: Final = {
    "decision": "share", "ground": "police-request@1", "adviser": "caldicott_guardian",
    "necessary_because": "only this shows who was there",
    "proportionate_because": "one afternoon, and no health record",
}  # fmt: skip
NEEDED: Final = ("decision", "ground", "necessary_because", "proportionate_because")


def at_once(site: Site, address: str, *sent: tuple[Visitor, Mapping[str, str]]) -> list[int]:
    """Have several windows send a form at the same time; return what each is answered."""

    async def together() -> list[int]:
        posts = [
            window.http.post(address, data={"csrf": window.csrf(), **said}, follow_redirects=True)
            for window, said in sent
        ]
        return [answer.status_code for answer in await asyncio.gather(*posts)]

    return sorted(site.parts.run(together()))


def opened(visitor: Visitor, address: str) -> str:
    """Return a notice's record."""
    visitor.get(address)
    return visitor.send(address, do="open", purpose="direct_care").text


def test_a_referral_is_answered_once_and_whoever_is_second_is_told_so(
    held: Site, nurse: Visitor
) -> None:
    refer(held)
    first = notices(nurse.get(f"{APP}/inbox").text)[0]
    address = f"{APP}/inbox/{first}"
    other = held.signed_in("practitioner-1")
    for window in (nurse, other):
        window.get(address)
    assert other.send(f"{address}/decide", before="0", **DECISION).status_code == 404
    other.get(address)
    assert at_once(held, f"{address}/answer", (nurse, YES), (other, NO)) == [200, 409]
    other.get(address)
    late = other.send(f"{address}/answer", **NO)
    assert late.status_code == 409
    assert "Your organisation has answered this referral" in late.text
    assert len(posted(held, ReferralAccepted.TYPE)) == 1
    held.parts.project()
    page = opened(other, address)
    assert "Your organisation answered this on" in page
    assert "Do you take it on?" not in page


def ask_for(site: Site, subject: UUID) -> Answer:
    """Have the police ask for what bears on a theft."""
    site.parts.project()
    answer = site.parts.request(
        "police-b", subject, purpose="crime_investigation",
        legal_demand="police_request", offence_stated=True,
    )  # fmt: skip
    site.parts.project()
    return answer


@pytest.fixture
def asked(held: Site) -> UUID:
    """Whom the police asked about, so that the practice has to decide."""
    record = held.parts.post("gp-c", concern())
    demand = DisclosureRequested(
        about="adult", purpose="crime_investigation", legal_demand="police_request"
    )
    held.parts.post("police-b", demand, known(record.subject))
    assert ask_for(held, record.subject).outcome == "refused"
    return record.subject


def waiting(nurse: Visitor) -> str:
    """Return where the notice of a request is."""
    found = notices(nurse.get(f"{APP}/inbox").text)
    return next(
        f"{APP}/inbox/{n}" for n in found if "Who asks" in nurse.get(f"{APP}/inbox/{n}").text
    )


def test_a_request_is_decided_in_the_inbox_and_what_is_decided_counts(
    held: Site, nurse: Visitor, asked: UUID
) -> None:
    address = waiting(nurse)
    page = opened(nurse, address)
    assert "What do you decide?" in page
    assert "police-b" in page
    for name in NEEDED:
        short = nurse.send(f"{address}/decide", before="0", **{**DECISION, name: ""})
        assert (short.status_code, "is not complete" in short.text) == (422, True), name
        nurse.get(address)
    assert posted(held, DisclosureDecided.TYPE) == []

    assert "Your decision is on record" in nurse.send(
        f"{address}/decide", before="0", **DECISION
    ).text  # fmt: skip
    [said] = posted(held, DisclosureDecided.TYPE)
    assert (said["partner"], said["officer"]) == ("police-b", "practitioner-1")
    assert ask_for(held, asked).outcome == "released"
    assert "practitioner-1 decided on" in opened(nurse, address)

    other = held.signed_in("practitioner-1")
    other.get(address)
    back = {**DECISION, "decision": "do_not_share", "proportionate_because": "", "before": "1"}
    again = {**DECISION, "before": "1"}
    assert at_once(held, f"{address}/decide", (nurse, back), (other, again)) == [200, 409]
    nurse.get(address)
    assert nurse.send(f"{address}/decide", **back).status_code == 409
    assert len(posted(held, DisclosureDecided.TYPE)) == 2
