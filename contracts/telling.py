"""What the person was told of sharing about them, and that they asked for what is held.

In: contracts.base, subject.
Out: NoticeGiven, NoticeDeferred, SubjectAccessRequested.
Never here: what they were given (disclosure).
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from contracts.base import Day, Fact, Scope, Uuid, type_uri
from contracts.marks import CONCERN, EXISTENCE, ROUTED
from contracts.subject import SubjectEvent


class NoticeGiven(SubjectEvent):
    """The person was told that information about them was shared."""

    TYPE = type_uri("notice-given")
    FAMILY = "disclosure"

    dis: Annotated[Uuid | None, ROUTED] = None
    by: Annotated[Literal["in_person", "letter", "phone", "through_advocate"], CONCERN]


class NoticeDeferred(SubjectEvent):
    """The person was not told yet, with the reason and a day to look again."""

    TYPE = type_uri("notice-deferred")
    FAMILY = "disclosure"

    dis: Annotated[Uuid | None, ROUTED] = None
    why: Annotated[
        Literal["would_prejudice_investigation", "risk_of_serious_harm", "cannot_be_reached"],
        CONCERN,
    ]
    review_on: Annotated[Day, ROUTED]


class SubjectAccessRequested(SubjectEvent):
    """The person, or someone for them, asked for what is held about them."""

    TYPE = type_uri("subject-access-requested")
    FAMILY = "disclosure"

    by: Annotated[Literal["subject", "representative", "attorney"], EXISTENCE] = "subject"
    received_on: Annotated[Day, EXISTENCE]

    def facts(self) -> Iterator[Fact]:
        """Yield that the poster was asked, for as long as it may take to answer.

        Source: UK GDPR art 12(3): a month, three where it is complex.
        """
        yield from super().facts()
        yield Fact(scope=Scope.RELATION, name="access_request", value="received", lasts_days=92)
