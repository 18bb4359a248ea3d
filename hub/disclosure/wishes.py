"""What the person wants, put first on every view: Making Safeguarding Personal.

In: a person's items as decided for whoever asks. Out: a hole for the latest wish that may be shown.
Never here: a wish from an item of which the concern may not be shown, a decision of its own, a
payload: the vault looks which of the items says a wish.

Source: Care and Support Statutory Guidance chapter 14; desired outcomes as counted in SG4a.
"""

from collections.abc import Sequence
from typing import Any, Final

from contracts.base import Category
from contracts.concern import ConcernRaised
from contracts.disclosure import DisclosedItem
from contracts.enquiry import DesiredOutcomesRecorded
from hub.clock import utc_text
from hub.disclosure.opening import Wishes
from hub.disclosure.render import hole_of
from hub.disclosure.weigh import Weighed

TYPES: Final = (DesiredOutcomesRecorded.TYPE, ConcernRaised.TYPE)
LOOKED_AT: Final = 20
"""The newest items that could hold a wish; an older one than these is left to the timeline."""


def may_tell(weighed: Weighed) -> bool:
    """Return whether an item's wish may be told: its concern is shown, and it still stands."""
    stands = weighed.decision.facts.get("item_status") != "retracted"
    return stands and Category.CONCERN in weighed.shown


def among(page: Sequence[Weighed]) -> list[Weighed]:
    """Return those whose wish may be told, newest first, of a page that holds all items there are.

    The same as the views are asked for where a page is not all.
    """
    could = [w for w in reversed(page) if w.candidate.type_uri in TYPES]
    return [w for w in could[:LOOKED_AT] if may_tell(w)]


def hole(weighed: Sequence[Weighed]) -> Wishes:
    """Return the hole for the first wish there is, of items that may be told, newest first."""
    return Wishes(tuple(hole_of(w) for w in weighed), tuple(_head(w) for w in weighed))


def recorded(weighed: Weighed) -> DisclosedItem:
    """Return the register's line for having told a wish."""
    return DisclosedItem(
        position=weighed.candidate.position,
        categories=(Category.CONCERN, Category.EXISTENCE),
        decision=weighed.decision.id,
        rules=weighed.decision.permits + weighed.decision.forbids,
    )


def _head(weighed: Weighed) -> dict[str, Any]:
    """Return what an answer says of a wish beside its words: its source."""
    candidate = weighed.candidate
    return {
        "type": candidate.type_uri,
        "position": candidate.position,
        "jti": candidate.jti,
        "posted_by": candidate.posted_by,
        "occurred": utc_text(candidate.occurred_at),
        "recorded": utc_text(candidate.recorded_at_ms // 1000),
    }
