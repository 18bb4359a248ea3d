"""Draws a sample of answers to look at again: half by chance, half by what speaks for a look.

In: a seed, the answers of some days with what marks them, a size. Out: the answers drawn, and why.
Never here: a random number of its own. The seed and the answers give the same sample for ever, so
whoever doubts it draws it again.

By chance: the answers whose digest with the seed comes first. By weight: Efraimidis and Spirakis
(2006), an answer's digest read as a number u below 1, the greatest u^(1/weight) first. Broken glass
is always drawn, whatever the size: each has to be looked at.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from contracts.oversight import MOST_DRAWN, DrawnFor

WEIGHTS: Final[Mapping[DrawnFor, int]] = {
    "own_interest": 16,
    "rests_on_retracted": 8,
    "unusual_access": 8,
    "without_consent": 2,
    "many_categories": 4,
}
"""How many times as likely a mark makes an answer to be drawn; several marks multiply."""
MANY: Final = 6
"""So many categories of ten are many."""
_ORDER: Final = {why: place for place, why in enumerate(get_args(DrawnFor))}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that may be drawn, and what marks it."""

    dis: str
    marks: frozenset[DrawnFor]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer that was drawn, and why, what matters most first."""

    dis: str
    why: tuple[DrawnFor, ...]

    @property
    def rank(self) -> int:
        """Where it stands in the queue: the less, the sooner."""
        return _ORDER[self.why[0]]


def draw(seed: str, candidates: Iterable[Candidate], size: int) -> list[Chosen]:
    """Return the sample, what matters most first.

    Args:
        seed: any text; it is kept with the sample.
        candidates: every answer of the days asked for, in any order.
        size: how many besides broken glass; all together never exceed what one sample may hold.
    """
    glass, rest = _apart(candidates)
    size = min(size, MOST_DRAWN - len(glass))
    chance = _by_chance(seed, rest, size)
    taken = {one.dis for one in chance}
    left = [one for one in rest if one.dis not in taken]
    weighed = _first(left, size - len(chance), lambda one: _key(seed, one))
    found = [_chosen(one, by_chance=False) for one in (*glass, *weighed)]
    found += [_chosen(one, by_chance=True) for one in chance]
    return sorted(found, key=lambda one: (one.rank, _number(seed, "chance", one.dis)))


def by_chance(seed: str, candidates: Iterable[Candidate], size: int) -> frozenset[str]:
    """Return the half of a sample that no mark has a part in: it can be drawn again at any time.

    The other half rests on marks as they stood; what was retracted since is marked since.
    """
    glass, rest = _apart(candidates)
    return frozenset(one.dis for one in _by_chance(seed, rest, min(size, MOST_DRAWN - len(glass))))


def weight(marks: Iterable[DrawnFor]) -> int:
    """Return how many times as likely an answer with these marks is drawn as one with none."""
    found = 1
    for mark in marks:
        found *= WEIGHTS.get(mark, 1)
    return found


def _apart(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return broken glass, and the rest."""
    every = sorted({one.dis: one for one in candidates}.values(), key=lambda one: one.dis)
    glass = [one for one in every if "break_glass" in one.marks][:MOST_DRAWN]
    return glass, [one for one in every if "break_glass" not in one.marks]


def _by_chance(seed: str, rest: Sequence[Candidate], size: int) -> list[Candidate]:
    return _first(rest, size // 2, lambda one: -_number(seed, "chance", one.dis))


def _first(
    among: Sequence[Candidate], count: int, key: Callable[[Candidate], float]
) -> list[Candidate]:
    return sorted(among, key=lambda one: (-key(one), one.dis))[:count]


def _key(seed: str, one: Candidate) -> float:
    return float(_number(seed, "weight", one.dis) ** (1 / weight(one.marks)))


def _number(seed: str, use: str, dis: str) -> float:
    """Return a number below 1 that a seed gives an answer."""
    digest = hashlib.sha256(f"{use}\x1f{seed}\x1f{dis}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _chosen(one: Candidate, *, by_chance: bool) -> Chosen:
    why = sorted(one.marks, key=_ORDER.__getitem__)
    if by_chance:
        return Chosen(one.dis, (*why, "chance"))
    return Chosen(one.dis, tuple(why) or ("filled",))
