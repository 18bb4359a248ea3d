"""What nobody has opened: notices apart by how long they have lain unread.

In: what an inbox told, and the day. Out: the new ones, those left unread, and how long.
Never here: a query, what a notice is about.

Delivered is not opened: a regulator's alerts once lay unread for two years (domain, section 6). So
the oldest come first, on the officer's first page too, and do not fall off the end of a list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from hub.clock import london_day

LEFT_DAYS: Final = 3
"""After how many days a notice counts as left unread; a partner's own monitor counts the same."""
Told = Mapping[str, Any]
NOTHING: Final[Mapping[str, Sequence[Told]]] = {
    "referrals": [],
    "unread": [],
    "oldest": [],
    "handled": [],
}
"""What an inbox says in which there is nothing."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An inbox's unread notices; each of those left has its `days`."""

    new: Sequence[Told]
    """The newest first."""
    left: Sequence[Told]
    """The oldest first."""
    more: bool
    """Whether there are others between those of `left`, which come up as these are opened."""

    @property
    def count(self) -> int:
        """How many of them are listed."""
        return len(self.new) + len(self.left)

    @property
    def oldest_days(self) -> int:
        """For how many days the oldest has lain unread; 0 where none was left."""
        return int(self.left[0]["days"]) if self.left else 0


def unread_of(said: Mapping[str, Sequence[Told]], today: date, limit: int) -> Unread:
    """Part an inbox's unread notices.

    Args:
        said: its `unread`, the newest first, and its `oldest`, both with at most `limit` notices.
        today: the day it is.
        limit: how many of each it told.
    """
    newest, oldest = said["unread"], said["oldest"]
    both = {one["jti"] for one in newest} & {one["jti"] for one in oldest}
    once = [*oldest, *(one for one in reversed(newest) if one["jti"] not in both)]
    aged = [((today - _day(one["came"])).days, one) for one in once]
    return Unread(
        new=[one for days, one in reversed(aged) if days < LEFT_DAYS],
        left=[{**one, "days": days} for days, one in aged if days >= LEFT_DAYS],
        more=len(oldest) >= limit and not both,
    )


def _day(came: str) -> date:
    return london_day(int(datetime.fromisoformat(came).timestamp()))
