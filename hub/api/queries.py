"""What may stand behind the `?` of a question. A word that is not listed here is refused.

In: the query of a request. Out: filters and pages. Never here: an identifier of a person, or a
misspelt filter passed over in silence: whoever asks for one partner must not be given them all.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Day, Slug, Uuid
from hub.api.bodies import Closed
from hub.audit.given import MOST
from hub.disclosure.ask import PAGE
from hub.views.read_register import RegisterFilter


def as_day(text: str | None) -> date | None:
    """Return the day that a checked text spells."""
    return None if text is None else date.fromisoformat(text)


class TimelineQuery(Closed):
    """Which part of a timeline."""

    since: Day | None = None
    until: Day | None = None
    as_known_on: Day | None = None
    after: Annotated[str | None, Field(max_length=200)] = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 20


class BundleQuery(Closed):
    """Which page of what a person may be given."""

    after: Annotated[str | None, Field(max_length=200)] = None


class KnownQuery(Closed):
    """What one agency knew by the end of one London day."""

    agency: Slug
    day: Day


class GivenQuery(Closed):
    """Which of the caller's own receipts."""

    first: Annotated[int, Field(ge=1, lt=2**53)] = 1
    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


class RegisterQuery(Closed):
    """Which entries of the register."""

    subject: Uuid | None = None
    partner: Slug | None = None
    user: Annotated[str | None, Field(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")] = None
    rule: Annotated[str | None, Field(max_length=64, pattern=r"^[a-z0-9@-]+$")] = None
    day: Day | None = None
    outcome: Literal["released", "refused"] | None = None
    review: Literal["open", "flagged"] | None = None
    """What nobody has looked at again yet: `open` what an officer opened by breaking the glass,
    `flagged` what rested on an item that was retracted or corrected since."""
    after: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    def filters(self) -> RegisterFilter:
        """Return the filters as the views know them."""
        return RegisterFilter(
            subject=self.subject,
            partner=self.partner,
            user=self.user,
            rule=self.rule,
            outcome=self.outcome,
            first_day=as_day(self.day),
            last_day=as_day(self.day),
        )
