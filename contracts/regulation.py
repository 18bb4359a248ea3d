"""What the Care Quality Commission was told, saw, published and did about a setting.

In: contracts.base, subject.
Out: NotificationReceived; RegistrationChange; the inspection, rating and enforcement events.
Never here: residents' names. A notification speaks of people by code.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from contracts.base import Category, Code, Day, Fact, Line, Text, type_uri
from contracts.marks import CONCERN, EXISTENCE, OUTCOME, free, item_fact
from contracts.subject import SubjectEvent

CQC = frozenset({"cqc"})
INSPECTORATES = frozenset({"cqc", "other"})
"""CQC, and the inspectorates the hub knows only as `other`."""

Rating: TypeAlias = Literal["Outstanding", "Good", "Requires improvement", "Inadequate"]
Limb: TypeAlias = Literal[
    "reg16_death",
    "reg17_death_or_absence_detained",
    "reg18_injury",
    "reg18_abuse_or_allegation",
    "reg18_police",
    "reg18_dols",
    "reg18_service_stopped",
    "reg18_other",
]


class NotificationReceived(SubjectEvent):
    """CQC received a statutory notification.

    Source: CQC (Registration) Regulations 2009 regs 16 to 18.
    """

    TYPE = type_uri("notification-received")
    FAMILY = "notification"
    POSTERS = CQC

    limb: Annotated[Limb, CONCERN]
    person_code: Annotated[Code | None, CONCERN] = None
    notified_on: Annotated[Day | None, CONCERN] = None
    details: Annotated[Text | None, free(Category.CONCERN)] = None

    def facts(self) -> Iterator[Fact]:
        """Yield that it is one of the matters that must be notified."""
        yield from super().facts()
        yield from item_fact("notifiable", "yes")


class RegistrationChange(SubjectEvent):
    """A setting opened, changed hands or manager, or changed what it may do."""

    TYPE = type_uri("registration-change")
    FAMILY = "regulatory"

    change: Annotated[
        Literal["opened", "manager", "provider", "service", "dormant", "closed", "other"], EXISTENCE
    ]
    details: Annotated[Text | None, free(Category.PROFESSIONAL)] = None


class InspectionStarted(SubjectEvent):
    """Inspectors went in, or a remote assessment began."""

    TYPE = type_uri("inspection-started")
    FAMILY = "regulatory"
    POSTERS = INSPECTORATES

    unannounced: Annotated[Literal["yes", "no"] | None, OUTCOME] = None


class InspectionDone(SubjectEvent):
    """The visit ended; what was fed back then."""

    TYPE = type_uri("inspection-done")
    FAMILY = "regulatory"
    POSTERS = INSPECTORATES

    red_flags: Annotated[Text | None, free(Category.CONCERN)] = None


class InspectionReportDrafted(SubjectEvent):
    """A draft report exists. One that is never published stays on record here."""

    TYPE = type_uri("inspection-report-drafted")
    FAMILY = "regulatory"
    POSTERS = INSPECTORATES

    proposed_rating: Annotated[Rating | None, OUTCOME] = None


class InspectionPublished(SubjectEvent):
    """The report is public."""

    TYPE = type_uri("inspection-published")
    FAMILY = "regulatory"
    POSTERS = INSPECTORATES

    rating: Annotated[Rating | None, EXISTENCE] = None
    link: Annotated[Line | None, EXISTENCE] = None
    summary: Annotated[Text | None, OUTCOME] = None


class InspectionNotPublished(SubjectEvent):
    """A report that was drafted will not be published, and why."""

    TYPE = type_uri("inspection-not-published")
    FAMILY = "regulatory"
    POSTERS = INSPECTORATES

    why: Annotated[Text, free(Category.OUTCOME)]


class RatingPublished(SubjectEvent):
    """A rating became public."""

    TYPE = type_uri("rating-published")
    FAMILY = "regulatory"
    POSTERS = CQC

    rating: Annotated[Rating, EXISTENCE]
    question: Annotated[
        Literal["overall", "safe", "effective", "caring", "responsive", "well-led"], EXISTENCE
    ] = "overall"


class Enforcement(SubjectEvent):
    """What every act of enforcement says."""

    FAMILY = "regulatory"
    POSTERS = CQC

    regulation: Annotated[Line | None, OUTCOME] = None
    effective_from: Annotated[Day | None, OUTCOME] = None
    details: Annotated[Text | None, free(Category.OUTCOME)] = None


class WarningNotice(Enforcement):
    """CQC warned a provider or manager that a requirement is not met."""

    TYPE = type_uri("warning-notice")

    comply_by: Annotated[Day | None, OUTCOME] = None


class ConditionsVaried(Enforcement):
    """Conditions of registration were imposed, changed or lifted."""

    TYPE = type_uri("conditions-varied")


class UrgentSuspension(Enforcement):
    """Registration was suspended at once."""

    TYPE = type_uri("urgent-suspension")


class Cancellation(Enforcement):
    """Registration was cancelled, or a location removed from it."""

    TYPE = type_uri("cancellation")


class PenaltyNotice(Enforcement):
    """A fixed penalty was offered instead of prosecution."""

    TYPE = type_uri("penalty-notice")

    pounds: Annotated[int | None, OUTCOME] = None


class Prosecution(Enforcement):
    """CQC prosecutes, or the case ended."""

    TYPE = type_uri("prosecution")

    stage: Annotated[Literal["started", "convicted", "acquitted", "withdrawn"], OUTCOME]


class Representation(Enforcement):
    """The provider answered a notice before it took effect."""

    TYPE = type_uri("representation")
    POSTERS = frozenset({"cqc", "provider"})

    result: Annotated[Literal["pending", "upheld", "not_upheld"], OUTCOME] = "pending"


class Appeal(Enforcement):
    """The provider went to the tribunal."""

    TYPE = type_uri("appeal")
    POSTERS = frozenset({"cqc", "provider"})

    result: Annotated[Literal["pending", "allowed", "dismissed", "withdrawn"], OUTCOME] = "pending"
