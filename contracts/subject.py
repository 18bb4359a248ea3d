"""Who or what an event is about, and the head that every event about a subject shares.

In: contracts.base.
Out: the closed kinds (subjects, agencies, purposes, demands), SubjectHead and SubjectEvent.
Never here: an identifier. The envelope's `sub_id` says which subject; the payload says what kind.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field, StringConstraints

from contracts.base import Category, Code, Fact, Payload, Slug, Text
from contracts.marks import EXISTENCE, ROUTED, free, item_fact, stated

SubjectKind: TypeAlias = Literal[
    "adult", "child", "setting", "professional", "alleged_perpetrator", "agency"
]
AgencyKind: TypeAlias = Literal[
    "council",
    "police",
    "cqc",
    "nhs_trust",
    "gp",
    "provider",
    "commissioner",
    "professional_regulator",
    "sab",
    "safeguarding_lead",
    "children_services",
    "advocate",
    "dbs",
    "probation",
    "coroner",
    "home_office",
    "other",
    "hub",
]
Purpose: TypeAlias = Literal[
    "safeguarding_enquiry",
    "protect_from_harm",
    "crime_investigation",
    "regulate_provider",
    "regulate_professional",
    "direct_care",
    "board_assurance",
    "commissioning",
    "child_protection",
    "prevent",
    "emergency",
    "subject_rights",
    "audit",
]
LegalDemand: TypeAlias = Literal[
    "none", "s45", "ftp_article25", "police_request", "court_order", "cqc_s64"
]

Power: TypeAlias = Literal[
    "none",
    "public_guardian",
    "advocate_records",
    "cqc_alert",
    "cqc_action",
    "pipot",
    "dbs_referral",
    "fitness_referral",
    "fit_and_proper",
    "crime_and_disorder",
    "police_common_law",
    "domestic_violence_disclosure",
    "marac",
    "mappa",
    "terrorism",
    "serious_violence",
    "child_welfare",
    "child_sexual_abuse",
    "genital_mutilation",
    "modern_slavery",
    "coroner",
    "learning_from_deaths",
    "duty_of_candour",
    "protected_disclosure",
    "feedback",
]
"""Under which power of its own an agency sends something on."""

SUBJECT_KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
AGENCY_KINDS: tuple[AgencyKind, ...] = get_args(AgencyKind)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LEGAL_DEMANDS: tuple[LegalDemand, ...] = get_args(LegalDemand)
POWERS: tuple[Power, ...] = get_args(Power)

Agencies: TypeAlias = Annotated[tuple[Slug, ...], Field(max_length=40)]
UserId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""An officer's opaque id at the partner, as the `Hub-User` header carries it."""


class SubjectHead(Payload):
    """What every event about a subject says, all of it fit to index by."""

    about: Annotated[SubjectKind, ROUTED]
    case: Annotated[Code | None, ROUTED] = None
    setting: Annotated[Code | None, ROUTED] = None
    """The CQC location id of the care setting it happened in, where there is one."""

    def facts(self) -> Iterator[Fact]:
        """Yield the kind of subject."""
        yield from stated(subject_kind=self.about)


class SubjectEvent(SubjectHead):
    """What an agency states about a subject."""

    source: Annotated[Literal["fact", "hearsay", "opinion"], EXISTENCE] = "fact"
    narrative: Annotated[Text | None, free(Category.CONCERN)] = None
    addressed_to: Annotated[Agencies, ROUTED] = ()
    """The agencies the poster asks to act on it."""
    sent_under: Annotated[Power | None, EXISTENCE] = None
    """The power under which the poster sends it on to them; some acts say it by what they are."""

    def power(self) -> Power | None:
        """Return the power under which it is sent on: the one stated, or the act's own."""
        return self.sent_under

    def facts(self) -> Iterator[Fact]:
        """Yield the kind of subject, under which power it is sent on, and that it bears on a child.

        What is about a child bears on it by itself.
        """
        yield from super().facts()
        yield from item_fact("sent_under", self.power())
        yield from item_fact("bears_on_child", "yes" if self.about == "child" else None)

    def addressees(self) -> tuple[str, ...]:
        """Return the agencies the poster asks to act on it."""
        return self.addressed_to
