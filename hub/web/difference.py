"""What a timeline shows today that it did not on an earlier day, and the other way round.

In: two recorded answers about one subject. Out: what came, what went, what changed.
Never here: an item that neither answer holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs from then to today."""

    came: Sequence[Mapping[str, Any]]
    """Shown today, and not then: recorded later, or opened later by a rule or a fact."""
    went: Sequence[Mapping[str, Any]]
    """Shown then, and not today: taken back, erased, or closed since."""
    changed: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    """Shown both times, but not the same: then, and today."""


def between(then: Sequence[Mapping[str, Any]], today: Sequence[Mapping[str, Any]]) -> Difference:
    """Return what differs between two answers."""
    before = {item["position"]: item for item in then}
    after = {item["position"]: item for item in today}
    return Difference(
        came=[item for at, item in after.items() if at not in before],
        went=[item for at, item in before.items() if at not in after],
        changed=[
            (item, after[at])
            for at, item in before.items()
            if at in after and _content(item) != _content(after[at])
        ],
    )


def _content(item: Mapping[str, Any]) -> tuple[Any, ...]:
    return item["status"], item["fields"], item["shown"], item["withheld"]
