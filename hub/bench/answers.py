"""What recorded answers look like in a made-up ledger: who reads, and what is recorded of it.

In: the hub's signer, the law. Out: moulds, numbers for the partner.
Never here: an answer given, or what would have been decided (supposing).
"""

from collections.abc import Sequence
from typing import Final

from contracts.base import Category
from contracts.disclosure import DisclosedItem, DisclosureMade
from hub.bench.forged import Person
from hub.bench.mould import Mould, Poster, mould
from hub.ledger.frontdoor import agency_sub_id
from hub.rulebook import Rulebook

READ_BY: Final = (
    *("area-council",) * 8, *("area-police",) * 4, *("area-cqc",) * 2, *("area-trust",) * 2,
    *("area-children",) * 2, "area-gp-1", "area-hospital",
)  # fmt: skip
"""Who reads, in turn: a council eight times of twenty."""
PURPOSE: Final = "safeguarding_enquiry"
ITEMS: Final = 5
"""Items that a recorded answer names, at most."""
OFFICERS: Final = 40
"""Officers of each agency that reads, in turn."""
_ABOUT: Final = "00000000-0000-4000-8000-00000000000c"
_OFFICER: Final = "officer-in-turn"
_PLACE: Final = 1_333_333_330
_DECISION: Final = "0123456789abcdef" * 3 + "%016d"
_MARKS: Final = (
    _ABOUT.encode(),
    _OFFICER.encode(),
    *(b"%d" % (_PLACE + n) for n in range(ITEMS)),
    *((_DECISION % n).encode() for n in range(ITEMS)),
)


def reader(number: int) -> str:
    """Return who is given the how-manyth answer."""
    return READ_BY[number % len(READ_BY)]


def told(slug: str, number: int, about: Person, decisions: Sequence[bytes]) -> list[bytes]:
    """Return what is written into an answer besides what is written into any event."""
    officer = f"{slug}.{number // len(READ_BY) % OFFICERS}".encode()
    items = [b"%d" % item for item in shown(about)]
    none = (b"",) * (ITEMS - len(items))
    return [about.text, officer, *items, *none, *decisions, *none]


def shown(about: Person) -> Sequence[int]:
    """Return the positions of the items that an answer about somebody names."""
    return about.items[-ITEMS:]


class Answers:
    """Makes the moulds of answers."""

    def __init__(self, by: Poster, law: Rulebook, *, audience: str) -> None:
        """Take the hub as a poster, and the law that it answers under."""
        self._by = by
        self._law = law
        self._audience = audience
        self._moulds: dict[tuple[str, int], Mould] = {}
        self._before = {slug: _before(slug) for slug in set(READ_BY)}

    def pseq(self, slug: str, number: int) -> int:
        """Return the number for its partner of the how-manyth answer of all."""
        turn, left = divmod(number, len(READ_BY))
        before = self._before[slug]
        return turn * before[-1] + before[left] + 1

    def mould(self, slug: str, about: Person) -> Mould:
        """Return the mould of an answer to an agency about somebody."""
        items = min(ITEMS, len(about.items))
        found = self._moulds.get((slug, items))
        if found is None:
            found = self._moulds[slug, items] = self._made(slug, items)
        return found

    def _made(self, slug: str, items: int) -> Mould:
        payload = DisclosureMade(
            about="agency",
            partner=slug,
            subject=_ABOUT,
            user=_OFFICER,
            purpose=PURPOSE,
            channel="timeline",
            rulebook=self._law.sha256,
            fact_position=1,
            body_digest="A" * 43,
            items=tuple(
                DisclosedItem(
                    position=_PLACE + n,
                    categories=(Category.CONCERN, Category.HEALTH),
                    withheld=(Category.THIRD_PARTY,),
                    decision=_DECISION % n,
                    rules=("care-act-s42",),
                )
                for n in range(items)
            ),
        )
        return mould(
            payload,
            self._by,
            agency_sub_id(slug),
            audience=self._audience,
            vocabulary=self._law.vocabulary,
            more=_MARKS,
        )


def _before(slug: str) -> list[int]:
    """Return how often an agency reads before each turn of READ_BY, and in all of it."""
    return [READ_BY[:turn].count(slug) for turn in range(len(READ_BY) + 1)]
