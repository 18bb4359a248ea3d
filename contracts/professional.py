"""People in positions of trust: fitness to practise, allegations, barring, employers' action.

In: contracts.base, subject.
Out: FtPReferred, FtPClosed, FtPInterimOrder, FtPOutcome, PiPoTRaised, PiPoTDisclosed, PiPoTClosed,
    DBSReferred, DBSDecision, EmployerAction.
Never here: the adult who was harmed. They are a subject of their own, joined by `case`.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from contracts.base import Category, Day, Fact, Slug, Text, type_uri
from contracts.marks import OUTCOME, PROFESSIONAL, ROUTED, YesNo, free, relations
from contracts.subject import Agencies, Power, SubjectEvent

REGULATORS = frozenset({"professional_regulator", "other"})


class FtPReferred(SubjectEvent):
    """A professional was referred to their regulator."""

    TYPE = type_uri("ftp-referred")
    FAMILY = "professional"

    to: Annotated[Slug, ROUTED]
    allegation: Annotated[Text | None, free(Category.PROFESSIONAL)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield whose registrant the professional is."""
        yield from super().facts()
        yield from relations("registrant_of_recipient", "yes", (self.to,))

    def addressees(self) -> tuple[str, ...]:
        """Return the regulator, and any other asked to act."""
        return (self.to, *self.addressed_to)

    def power(self) -> Power | None:
        """Return the power stated, or that it is a referral to a regulator."""
        return super().power() or "fitness_referral"


class FtPClosed(SubjectEvent):
    """The regulator closed the case without a finding."""

    TYPE = type_uri("ftp-closed")
    FAMILY = "professional"
    POSTERS = REGULATORS

    reason: Annotated[Text | None, free(Category.PROFESSIONAL)] = None


class FtPInterimOrder(SubjectEvent):
    """The regulator restricted practice while it looks into it."""

    TYPE = type_uri("ftp-interim-order")
    FAMILY = "professional"
    POSTERS = REGULATORS

    order: Annotated[Literal["suspension", "conditions", "none"], PROFESSIONAL]
    until: Annotated[Day | None, PROFESSIONAL] = None


class FtPOutcome(SubjectEvent):
    """What the regulator's panel decided."""

    TYPE = type_uri("ftp-outcome")
    FAMILY = "professional"
    POSTERS = REGULATORS

    result: Annotated[
        Literal["no_impairment", "warning", "conditions", "suspension", "struck_off"], PROFESSIONAL
    ]
    effective_from: Annotated[Day | None, PROFESSIONAL] = None


class PiPoTRaised(SubjectEvent):
    """Someone who works with adults may be a risk to them, at work or from private life."""

    TYPE = type_uri("pipot-raised")
    FAMILY = "professional"

    from_private_life: Annotated[YesNo | None, PROFESSIONAL] = None
    role: Annotated[
        Literal["employee", "agency_worker", "volunteer", "student", "self_employed", "other"],
        PROFESSIONAL,
    ] = "employee"
    allegation: Annotated[Text | None, free(Category.PROFESSIONAL)] = None
    person_heard: Annotated[YesNo | None, PROFESSIONAL] = None


class PiPoTDisclosed(SubjectEvent):
    """An employer was told the bare fact of risk."""

    TYPE = type_uri("pipot-disclosed")
    FAMILY = "professional"

    to: Annotated[Agencies, ROUTED] = ()
    what: Annotated[Text | None, free(Category.PROFESSIONAL)] = None
    person_told: Annotated[YesNo | None, PROFESSIONAL] = None

    def power(self) -> Power | None:
        """Return the power stated, or that it is about somebody in a position of trust."""
        return super().power() or "pipot"


class PiPoTClosed(SubjectEvent):
    """How the concern about a person in a position of trust ended."""

    TYPE = type_uri("pipot-closed")
    FAMILY = "professional"

    result: Annotated[
        Literal["substantiated", "unsubstantiated", "unfounded", "malicious"], OUTCOME
    ]
    summary: Annotated[Text | None, free(Category.OUTCOME)] = None


class DBSReferred(SubjectEvent):
    """A person was referred for barring.

    Source: Safeguarding Vulnerable Groups Act 2006 ss35-36, 39, 41, 45.
    """

    TYPE = type_uri("dbs-referred")
    FAMILY = "professional"

    duty: Annotated[Literal["duty", "power"], PROFESSIONAL] = "duty"
    conduct: Annotated[Text | None, free(Category.PROFESSIONAL)] = None

    def power(self) -> Power | None:
        """Return the power stated, or that it is a referral for barring."""
        return super().power() or "dbs_referral"


class DBSDecision(SubjectEvent):
    """Whether the person was barred."""

    TYPE = type_uri("dbs-decision")
    FAMILY = "professional"
    POSTERS = frozenset({"dbs"})

    barred: Annotated[Literal["adults", "children", "both", "neither"], PROFESSIONAL]


class EmployerAction(SubjectEvent):
    """What an employer did about a member of staff."""

    TYPE = type_uri("employer-action")
    FAMILY = "professional"

    action: Annotated[
        Literal["suspended", "moved", "supervised", "warned", "dismissed", "resigned", "none"],
        PROFESSIONAL,
    ]
    staff: Annotated[int, PROFESSIONAL] = 1
    details: Annotated[Text | None, free(Category.PROFESSIONAL)] = None
