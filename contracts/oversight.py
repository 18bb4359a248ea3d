"""What officers of information governance do about answers: draw, ask, and report a breach.

In: contracts.base, disclosure, subject.
Out: SampleDrawn, DisclosureQueried, DisclosureExplained, BreachOpened, BreachStepped.
Never here: prose. Who the officers ask is told in closed words, and so are the answers: they stand
beside the register, outlive erasure, and a sentence would name somebody. The full account of a
breach stays in the office's own file; `case` says which.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from contracts.base import Code, Count, Day, Part, Position, Slug, Uuid, type_uri
from contracts.disclosure import Categories
from contracts.marks import ROUTED
from contracts.subject import SubjectHead, UserId

DrawnFor: TypeAlias = Literal[
    "break_glass",
    "own_interest",
    "rests_on_retracted",
    "unusual_access",
    "without_consent",
    "many_categories",
    "chance",
    "filled",
]
"""Why an answer is in a sample. The order is the one in which officers look at them."""
Question: TypeAlias = Literal[
    "why_needed", "which_case", "who_read_it", "why_not_asked", "own_interest", "why_so_often"
]
Explanation: TypeAlias = Literal[
    "needed_for_our_case",
    "needed_for_another_agency",
    "needed_in_an_emergency",
    "opened_by_mistake",
    "officer_had_an_interest",
    "no_need_was_found",
]
BreachKind: TypeAlias = Literal[
    "wrong_recipient",
    "more_than_needed",
    "no_lawful_need",
    "lost_or_stolen",
    "changed_wrongly",
    "not_available",
]
BreachStep: TypeAlias = Literal[
    "reported",
    "learned",
    "contained",
    "not_reportable",
    "people_told",
    "people_need_not_be_told",
    "closed",
]
LateBecause: TypeAlias = Literal["facts_came_later", "told_late", "many_at_once", "overlooked"]
MOST_DRAWN: Final = 200


class Drawn(Part):
    """One answer of a sample, and why it is in it."""

    dis: Annotated[Uuid, ROUTED]
    why: Annotated[tuple[DrawnFor, ...], Field(min_length=1, max_length=7), ROUTED]


class SampleDrawn(SubjectHead):
    """An officer drew answers to look at again. The seed and the rest draw the same ones again."""

    TYPE = type_uri("sample-drawn")
    FAMILY = "governance"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    office: Annotated[Slug, ROUTED]
    seed: Annotated[Code, ROUTED]
    first_day: Annotated[Day, ROUTED]
    last_day: Annotated[Day, ROUTED]
    size: Annotated[int, Field(ge=1, le=MOST_DRAWN), ROUTED]
    """How many were asked for; broken glass comes on top, up to the most there may be."""
    upto: Annotated[Position, ROUTED]
    """The last position that the register held when it was drawn."""
    method: Annotated[Literal["half-by-chance@1"], ROUTED] = "half-by-chance@1"
    drawn: Annotated[tuple[Drawn, ...], Field(max_length=MOST_DRAWN), ROUTED]


class DisclosureQueried(SubjectHead):
    """An officer asks the agency that was answered why it asked; it owes an answer by a time."""

    TYPE = type_uri("disclosure-queried")
    FAMILY = "governance"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    office: Annotated[Slug, ROUTED]
    dis: Annotated[Uuid, ROUTED]
    """The jti of the answer it is about."""
    to: Annotated[Slug, ROUTED]
    question: Annotated[Question, ROUTED]
    due: Annotated[Position, ROUTED]
    """In seconds since 1970."""


class DisclosureExplained(SubjectHead):
    """An officer of the agency that was asked answers. `case` is that agency's own reference."""

    TYPE = type_uri("disclosure-explained")
    FAMILY = "governance"
    HUB_ONLY = True

    query: Annotated[Uuid, ROUTED]
    dis: Annotated[Uuid, ROUTED]
    agency: Annotated[Slug, ROUTED]
    officer: Annotated[UserId, ROUTED]
    explanation: Annotated[Explanation, ROUTED]


class BreachOpened(SubjectHead):
    """An officer puts a personal data breach on record; the clock runs from when it was known.

    Source: UK GDPR art 33(1) (72 hours), 33(3) (what a report says), 33(5) (the record).
    """

    TYPE = type_uri("breach-opened")
    FAMILY = "integrity"
    HUB_ONLY = True

    officer: Annotated[UserId, ROUTED]
    office: Annotated[Slug, ROUTED]
    agency: Annotated[Slug, ROUTED]
    """Where it happened."""
    kind: Annotated[BreachKind, ROUTED]
    aware_at: Annotated[Position, ROUTED]
    """When the controller became aware, in seconds since 1970."""
    happened_on: Annotated[Day | None, ROUTED] = None
    categories: Annotated[Categories, ROUTED] = ()
    """What kinds of information; empty where nobody knows yet."""
    people: Annotated[Count | None, ROUTED] = None
    """How many people it is about; None where nobody knows yet."""
    risk: Annotated[Literal["unlikely", "likely", "high"], ROUTED]
    """To those people. Source: UK GDPR art 33(1), 34(1)."""
    dis: Annotated[tuple[Uuid, ...], Field(max_length=40), ROUTED] = ()
    """The answers of the hub that it is about."""
    follows: Annotated[Uuid | None, ROUTED] = None
    """The BreachReported of an agency that it takes up."""


class BreachStepped(SubjectHead):
    """What was done about a breach, step by step, until it is closed."""

    TYPE = type_uri("breach-stepped")
    FAMILY = "integrity"
    HUB_ONLY = True

    breach: Annotated[Uuid, ROUTED]
    officer: Annotated[UserId, ROUTED]
    step: Annotated[BreachStep, ROUTED]
    reference: Annotated[Code | None, ROUTED] = None
    """The Commissioner's reference, of a report."""
    late_because: Annotated[LateBecause | None, ROUTED] = None
    """Of a report after 72 hours. Source: UK GDPR art 33(1)."""
    people: Annotated[Count | None, ROUTED] = None
    """Of what was learned since. Source: UK GDPR art 33(4), in phases."""
    categories: Annotated[Categories, ROUTED] = ()
    risk: Annotated[Literal["unlikely", "likely", "high"] | None, ROUTED] = None
