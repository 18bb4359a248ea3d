"""Gathers why each record was shown: every distinct reason once, for records to point to.

In: items of recorded answers. Out: numbered reasons, and which is each item's.
Never here: a reason that the answer does not give; two reasons made one.

Fifty records under one rule gave its words, its law and its duties fifty times: a page nobody
read, and eight tenths of its weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any


@dataclass(slots=True, kw_only=True)
class Why:
    """One reason: rules in words, and what they ask."""

    number: int
    title: str
    """What it is called: by the rules that show, or that hold back."""
    because: Sequence[Mapping[str, Any]]
    obligations: Sequence[str]
    records: int = 0


def gathered(items: Iterable[Mapping[str, Any]]) -> tuple[list[Why], Mapping[int, Why]]:
    """Return every distinct reason, in order of coming, and each item's by its position."""
    found: dict[str, Why] = {}
    of: dict[int, Why] = {}
    for item in items:
        key = dumps([item["because"], item["obligations"]])
        why = found.get(key)
        if why is None:
            title = "; ".join(dict.fromkeys(r["title"] for r in item["because"]))
            why = found[key] = Why(
                number=len(found) + 1,
                title=title or "A rule permits it",
                because=item["because"],
                obligations=item["obligations"],
            )
        why.records += 1
        of[item["position"]] = why
    return list(found.values()), of
