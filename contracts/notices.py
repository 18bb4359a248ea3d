"""What the hub tells of its own accord: that something concerns a partner, or that a place worries.

In: contracts.base, subject.
Out: Notice, PatternAlarm, and the closed lists of causes and duties.
Never here: content. A notice is thin: whoever gets it asks, and is then decided for again.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import StringConstraints

from contracts.base import Code, Count, Position, Slug, Uuid, type_uri
from contracts.marks import ROUTED
from contracts.subject import Agencies, LegalDemand, Purpose, SubjectHead

NoticeCause: TypeAlias = Literal[
    "item", "entitlement", "correction", "alarm", "request", "due", "overdue"
]
Duty: TypeAlias = Literal["full_record", "decide", "respond", "review"]
"""What has a clock: the full record of broken glass, a person's decision that an asker waits for,
an answer to a request, a demand or a referral, a second look at a decision."""
TypeUri: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^https://hub\.example/events/[a-z0-9-]{1,60}/v[1-9][0-9]?$")
]


class Notice(SubjectHead):
    """A thin word to a partner: something at this position concerns you. Never what."""

    TYPE = type_uri("notice")
    FAMILY = "disclosure"
    HUB_ONLY = True

    item_position: Annotated[Position | None, ROUTED] = None
    item_type: Annotated[TypeUri | None, ROUTED] = None
    cause: Annotated[NoticeCause, ROUTED]
    acknowledge: Annotated[bool, ROUTED] = False
    asked_by: Annotated[Slug | None, ROUTED] = None
    """For a `request` that waits for a person: who asked, what for, and by which answer's jti."""
    purpose: Annotated[Purpose | None, ROUTED] = None
    legal_demand: Annotated[LegalDemand | None, ROUTED] = None
    request: Annotated[Uuid | None, ROUTED] = None
    """For `due` and `overdue`: the jti of what is to be answered, reviewed or completed."""
    due_at: Annotated[Position | None, ROUTED] = None
    """By when, in seconds."""
    duty: Annotated[Duty | None, ROUTED] = None
    """What is to be done."""
    whose: Annotated[Slug | None, ROUTED] = None
    """Who is to do it: where it is another agency, this one waits for it, or leads the case."""


class PatternAlarm(SubjectHead):
    """Several posters' items about one setting reached a threshold together."""

    TYPE = type_uri("pattern-alarm")
    FAMILY = "setting"
    HUB_ONLY = True

    about: Annotated[Literal["setting"], ROUTED] = "setting"
    rule: Annotated[Code, ROUTED]
    window_days: Annotated[Count, ROUTED]
    count: Annotated[Count, ROUTED]
    posters: Annotated[Agencies, ROUTED]
