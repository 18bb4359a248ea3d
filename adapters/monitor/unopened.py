"""Tells what was sent to an agency by name and never opened there: delivered is not opened.

In: items that name whom they were sent to, the register. Out: findings. Never here: I/O, a person.

CQC found alerts in 2025 that had lain unread since 2023. A notice says that an item is there; only
an answer that held the item shows that somebody read it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from adapters.monitor.finding import Finding
from adapters.monitor.rows import Entry, Sent

DAYS: Final = 3
"""How long an item may lie (product choice)."""
_DAY_S: Final = 86_400
_READ: Final = frozenset({"timeline", "disclosure", "bundle"})
"""Answers in which an item is read. A poll, the stream or a search only say that it is there."""


def unopened(
    sent: Sequence[Sent], entries: Iterable[Entry], *, now_s: int, days: int = DAYS
) -> Iterator[Finding]:
    """Yield each agency that was not shown what others sent it by name, after so many days.

    Who may not know of an item by now (a hold) was not shown it either, so a finding is a question
    to the agency that sent it, and is for the officer's eyes alone.
    """
    opened: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.said["channel"] in _READ:
            opened[entry.partner] |= {item["position"] for item in entry.said.get("items", ())}
    lying: dict[str, list[Sent]] = defaultdict(list)
    for item in sent:
        if item.recorded_ms // 1000 + days * _DAY_S < now_s:
            for agency in item.to:
                if agency != item.poster and item.position not in opened[agency]:
                    lying[agency].append(item)
    for agency, items in sorted(lying.items()):
        first = min(items)
        what = (
            f"{len(items)} items sent to it by name, and not opened there after {days} days:"
            f" the first is position {first.position}, from {first.poster}"
        )
        yield Finding("unopened", agency, what, fault=False)
