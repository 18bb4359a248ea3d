"""How a chapter of the story is written down: who says what about whom, how many days ago.

In: the time now. Out: Said things with fixed ids, so that a later chapter can point to an earlier.
Never here: what is said (story, home).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from contracts.subject import SubjectHead
from hub.demo.people import LOCATION, Subject
from hub.demo.said import Said, fixed_id

DAY_S = 86_400
MET: Mapping[str, Any] = {
    "care_and_support_needs": "yes",
    "abuse_or_risk": "yes",
    "cannot_protect_self": "yes",
}
"""The three tests of section 42(1), all met."""
Kind = TypeVar("Kind", bound=SubjectHead)


@dataclass(slots=True)
class Chapter:
    """Things said in one chapter, in order."""

    title: str
    now: int
    said: list[Said] = field(default_factory=list)

    def tell(
        self,
        by: str,
        subject: Subject,
        what: type[Kind],
        *,
        ago: float,
        resident: bool = False,
        jti: str | None = None,
        **fields: object,
    ) -> str:
        """Have an agency say something; return its id.

        Args:
            by: the agency's slug.
            subject: whom it is about.
            what: the event.
            ago: how many days ago it happened.
            resident: it happened in the care home of the story.
            jti: its id, where a later chapter points to it.
            fields: what the event says.
        """
        if resident:
            fields["setting"] = LOCATION
        payload = what.model_validate({"about": subject.about, **fields})
        chosen = jti or fixed_id("story", self.title, str(len(self.said)))
        toe = self.now - int(ago * DAY_S)
        self.said.append(Said(by=by, about=subject.sub_id, payload=payload, jti=chosen, toe=toe))
        return chosen

    def day(self, *, ago: float) -> str:
        """Return the day so many days ago; a negative number is in the days to come."""
        at = self.now - int(ago * DAY_S)
        return dt.datetime.fromtimestamp(at, tz=dt.UTC).date().isoformat()
