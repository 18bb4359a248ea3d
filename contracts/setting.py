"""Concerns about a care setting as a whole, and what those who buy from it did.

In: contracts.base, subject.
Out: ProviderConcernOpened, ProviderConcernLevel, ProviderConcernClosed, PlacementSuspended,
    PlacementResumed, ContractAction, ClosureRisk.
Never here: the regulator's own acts (regulation), or one resident's story.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import Category, Count, Day, Text, type_uri
from contracts.marks import CONCERN, OUTCOME, free
from contracts.subject import SubjectEvent

ConcernLevel: TypeAlias = Literal["watch", "enhanced", "serious"]
Theme: TypeAlias = Literal[
    "staffing",
    "management",
    "medicines",
    "falls",
    "nutrition",
    "restraint",
    "restriction",
    "pressure_care",
    "finance",
    "premises",
    "records",
    "culture",
    "other",
]


class ProviderConcernOpened(SubjectEvent):
    """A setting is looked at as a whole, under the council's organisational process."""

    TYPE = type_uri("provider-concern-opened")
    FAMILY = "setting"

    level: Annotated[ConcernLevel, CONCERN]
    themes: Annotated[tuple[Theme, ...], Field(max_length=13), CONCERN] = ()
    residents_affected: Annotated[Count | None, CONCERN] = None


class ProviderConcernLevel(SubjectEvent):
    """The level of concern about a setting changed."""

    TYPE = type_uri("provider-concern-level")
    FAMILY = "setting"

    level: Annotated[ConcernLevel, CONCERN]
    because: Annotated[Text | None, free(Category.CONCERN)] = None


class ProviderConcernClosed(SubjectEvent):
    """The setting is no longer looked at as a whole."""

    TYPE = type_uri("provider-concern-closed")
    FAMILY = "setting"

    result: Annotated[Literal["improved", "closed_down", "transferred", "unfounded"], OUTCOME]
    summary: Annotated[Text | None, free(Category.OUTCOME)] = None


class PlacementSuspended(SubjectEvent):
    """No one new is placed there for now."""

    TYPE = type_uri("placement-suspended")
    FAMILY = "setting"

    kind: Annotated[Literal["voluntary", "by_commissioner", "by_regulator"], OUTCOME] = (
        "by_commissioner"
    )
    review_on: Annotated[Day | None, OUTCOME] = None


class PlacementResumed(SubjectEvent):
    """People are placed there again."""

    TYPE = type_uri("placement-resumed")
    FAMILY = "setting"

    because: Annotated[Text | None, free(Category.OUTCOME)] = None


class ContractAction(SubjectEvent):
    """A commissioner acted under its contract."""

    TYPE = type_uri("contract-action")
    FAMILY = "setting"

    action: Annotated[
        Literal["visit", "improvement_plan", "default_notice", "termination", "other"], OUTCOME
    ]
    details: Annotated[Text | None, free(Category.OUTCOME)] = None


class ClosureRisk(SubjectEvent):
    """The setting may close, is closing, or has closed."""

    TYPE = type_uri("closure-risk")
    FAMILY = "setting"

    stage: Annotated[Literal["possible", "planned", "closing", "closed"], CONCERN]
    on: Annotated[Day | None, CONCERN] = None
    residents: Annotated[Count | None, CONCERN] = None
    because: Annotated[Text | None, free(Category.CONCERN)] = None
