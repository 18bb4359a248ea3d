"""What the person wants, put first on every view: Making Safeguarding Personal.

In: a person's items as decided for whoever asks. Out: the latest wish that may be shown, or None.
Never here: a wish from an item of which the concern may not be shown, or a decision of its own.

Source: Care and Support Statutory Guidance chapter 14; desired outcomes as counted in SG4a.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.base import Category, Payload
from contracts.concern import ConcernRaised
from contracts.disclosure import DisclosedItem
from contracts.enquiry import DesiredOutcomesRecorded
from hub.clock import utc_text
from hub.disclosure.weigh import Weighed

TYPES: Final = (DesiredOutcomesRecorded.TYPE, ConcernRaised.TYPE)
LOOKED_AT: Final = 20
"""The newest items that could hold a wish; an older one than these is left to the timeline."""
_TEXT: Final = {DesiredOutcomesRecorded.TYPE: "outcomes", ConcernRaised.TYPE: "wishes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person wants, as one item says it."""

    weighed: Weighed
    asked: str | None
    """Whether the person was asked, in the words of SG4a; None where the item does not say."""
    text: str | None
    """In their words; None until somebody has cleared them of other people's names."""

    def plain(self) -> dict[str, Any]:
        """Return it as an answer tells it, with its source."""
        candidate = self.weighed.candidate
        return {
            "asked": self.asked,
            "text": self.text,
            "position": candidate.position,
            "jti": candidate.jti,
            "posted_by": candidate.posted_by,
            "occurred": utc_text(candidate.occurred_at),
            "recorded": utc_text(candidate.recorded_at_ms // 1000),
        }

    def recorded(self) -> DisclosedItem:
        """Return the register's line for having told it."""
        return DisclosedItem(
            position=self.weighed.candidate.position,
            categories=(Category.CONCERN, Category.EXISTENCE),
            decision=self.weighed.decision.id,
            rules=self.weighed.decision.permits + self.weighed.decision.forbids,
        )


def may_tell(weighed: Weighed) -> bool:
    """Return whether an item's wish may be told: its concern is shown, and it still stands."""
    stands = weighed.decision.facts.get("item_status") != "retracted"
    return stands and Category.CONCERN in weighed.shown


def first(
    weighed: Iterable[Weighed],
    payloads: Mapping[int, Payload | None],
    fields: Mapping[int, Mapping[str, Any]],
) -> Wish | None:
    """Return the first wish there is, of items that may be told and come newest first.

    Args:
        weighed: the items.
        payloads: what each says, by position; None where the person was erased.
        fields: what of it may be shown, by position.
    """
    for one in weighed:
        place = one.candidate.position
        shown = fields.get(place, {})
        text = shown.get(_TEXT[one.candidate.type_uri])
        asked = shown.get("asked")
        if payloads.get(place) is not None and (text is not None or asked is not None):
            return Wish(weighed=one, asked=asked, text=text)
    return None
