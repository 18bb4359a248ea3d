"""Small scenes about one person each, told through the hub's own front door.

In: Parts. Out: subjects, and what the register says of them. Never here: a row written by hand.
"""

import json
from typing import Any
from uuid import UUID

from contracts.consent import CapacityAssessed, ConsentGiven, ConsentWithdrawn
from contracts.police import Hold
from contracts.triage import RoleAssigned, S42Decision
from hub.disclosure.ask import Answer, Search
from hub.disclosure.receipt import digest
from hub.intake import encoding
from hub.intake.identifiers import Identifier, IdentifierKind
from tests.support.parts import NHS_NUMBERS, Parts, concern, known, person
from tests.views.story import ALL_YES

ADVOCATE = "advocate-g"


def numbered(n: int) -> str:
    """Return the nth made-up NHS number, valid as to its check digit."""
    found = -1
    for serial in range(990_000_000 + n, 990_001_000 + n * 3):
        nine = f"{serial + 9_000_000:09}"
        weighted = sum(int(c) * w for c, w in zip(nine, range(10, 1, -1), strict=True))
        check = -weighted % 11
        if check < 10:
            found += 1
            if found == n:
                return f"{nine}{check}"
    raise AssertionError("no such number")


def give(parts: Parts, subject: UUID, *recipients: str) -> None:
    """Record the person's consent."""
    payload = ConsentGiven.model_validate({"about": "adult", "recipients": recipients})
    parts.post("gp-c", payload, known(subject))


def withdraw(parts: Parts, subject: UUID) -> int:
    """Record that the person took it back; return where."""
    return parts.post("gp-c", withdrawal(), known(subject)).position


def withdrawal() -> ConsentWithdrawn:
    return ConsentWithdrawn.model_validate({"about": "adult"})


def consented(parts: Parts, nhs_number: str = NHS_NUMBERS[0], **fields: Any) -> UUID:  # noqa: ANN401
    """Tell of a concern that the person agreed to share with an advocate; return the subject."""
    said = {"addressed_to": (), **fields}
    subject = parts.post("gp-c", concern(**said), person(nhs_number)).subject
    able = {"about": "adult", "decision": "information_sharing", "result": "has"}
    parts.post("gp-c", CapacityAssessed.model_validate(able), known(subject))
    give(parts, subject, ADVOCATE)
    parts.project()
    return subject


def enquiry(parts: Parts, *partners: str, nhs_number: str = NHS_NUMBERS[1]) -> UUID:
    """Tell of a concern and a section 42 enquiry with these partners; return the subject."""
    subject = parts.post("gp-c", concern(), person(nhs_number)).subject
    decision = {"about": "adult", "decision": "s42_enquiry", **ALL_YES}
    parts.post("council-a", S42Decision.model_validate(decision), known(subject))
    for partner in partners:
        role = {"about": "adult", "agency": partner, "role": "partner"}
        parts.post("council-a", RoleAssigned.model_validate(role), known(subject))
    parts.project()
    return subject


def hold(parts: Parts, subject: UUID, *implicated: str) -> None:
    """Let the police hold what is known from those implicated."""
    said = {"about": "adult", "implicated": implicated, "until": "2027-01-01"}
    parts.post("police-b", Hold.model_validate(said), known(subject))


def searched(parts: Parts, partner: str, nhs_number: str) -> Answer:
    """Look somebody up by NHS number."""
    return parts.run(parts.hub.finder.find(search_for(partner, nhs_number)))


def search_for(partner: str, nhs_number: str) -> Search:
    """Return a search for somebody by NHS number."""
    number = Identifier(IdentifierKind.NHS_NUMBER, nhs_number)
    return Search(partner=partner, user=None, purpose="safeguarding_enquiry", identifiers=(number,))


def claims(receipt: str) -> dict[str, Any]:
    """Return what a receipt says."""
    said: dict[str, Any] = json.loads(encoding.decode(receipt.split(".")[1].encode()))
    return said


def recorded(parts: Parts, answer: Answer) -> dict[str, Any]:
    """Return the register's row of an answer, which must fit the bytes and the receipt."""
    ((position, pseq, partner, kind, routing),) = parts.rows(
        "SELECT position, pseq, partner, type, routing FROM ledger.header WHERE jti = %s",
        answer.jti,
    )
    said = claims(answer.receipt)
    assert (said["dis"], said["pseq"]) == (str(answer.jti), pseq)
    assert said["bd"] == routing["body_digest"] == digest(answer.body)
    assert said["outcome"] == answer.outcome
    assert ("disclosure-made" in kind) is (answer.outcome == "released")
    return {"position": position, "pseq": pseq, "partner": partner, **routing}
