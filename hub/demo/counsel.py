"""A GP asks the hub whether she may tell the council, and is led from question to question.

In: her client. Out: what the hub asked, what she answered, what it then advised.
Never here: a patient. Advice is about facts, and about nobody in particular.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.demo.partner import Partner

MOST: Final = 20
KNOWN: Final[Mapping[str, str]] = {
    "subject_kind": "adult",
    "item_kind": "concern",
    "item_status": "live",
    "own_record": "no",
    "sender_kind": "gp",
    "sender_public_authority": "yes",
    "recipient_kind": "council",
    "role_on_case": "none",
    "addressed_to_recipient": "no",
    "purpose": "protect_from_harm",
    "legal_demand": "none",
    "lawful_request": "none",
    "emergency": "no",
    "sent_under": "none",
    "from_whistleblower": "no",
    "deceased": "no",
    "marac": "not_high_risk",
}
"""What goes without asking: her practice would tell the council of a concern about an adult."""
TRUTH: Final[Mapping[str, str]] = {
    "consent": "refused",
    "capacity": "has",
    "coercion": "not_suspected",
    "necessary": "yes",
    "serious_crime": "no",
    "others_at_risk": "yes",
    "imminent_threat": "no",
    "person_decided": "share",
}
"""What she knows of the case in her mind: her patient said no, and others are at risk."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the hub, the GP's answer, and the advice on what she fears after it."""

    fact: str
    question: str
    answer: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Counsel:
    """A whole consultation."""

    steps: tuple[Step, ...]
    verdicts: Mapping[str, str]
    because: tuple[Mapping[str, Any], ...]
    settled: bool
    """Whether nothing that could still be asked would change the advice."""


def asked(practice: Partner) -> Counsel:
    """Ask for advice until the hub has no more questions, or asks what she cannot know."""
    facts = dict(KNOWN)
    steps: list[Step] = []
    said = practice.hub.advice(facts)
    while (question := said["question"]) is not None and len(steps) < MOST:
        answer = TRUTH.get(question["fact"])
        if answer is None:
            break
        facts[question["fact"]] = answer
        said = practice.hub.advice(facts)
        words = question["values"][answer]
        steps.append(Step(question["fact"], question["words"], words, said["verdicts"]["concern"]))
    return Counsel(
        steps=tuple(steps),
        verdicts=said["verdicts"],
        because=tuple(said["because"]),
        settled=said["question"] is None,
    )
