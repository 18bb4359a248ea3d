"""Boxes: the situations in which a rule applies, which can be met, subtracted and searched.

In: rules, and the vocabulary's closed lists. Out: boxes.
Never here: what a category is, or what a rulebook promises (`analyse`).

A box gives, for each fact it reads, the values under which it holds, with None standing for "not on
record". A fact it does not name may have any value, or none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hub.rulebook.rule import Rule

Values: TypeAlias = frozenset[str | None]
Box: TypeAlias = Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Part:
    """What a hole says of one fact: its values, their bits, and the bits of all that fact has."""

    fact: str
    values: Values
    bits: int
    whole: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A box to be taken out of others: in parts, and all of it in bits."""

    parts: tuple[Part, ...]
    bits: int
    named: int
    """All bits of the facts that it names."""


class Domains(dict[str, Values]):
    """For each fact of a vocabulary, every value it may have, and None.

    A proof of the whole law asks a million times whether two boxes meet. In bits that is four steps
    of arithmetic: each fact has a field of one bit a value, with a guard above it that a borrow
    takes exactly where the field is empty.
    """

    __slots__ = ("_all", "_fields", "_guards", "_lows", "_parts")

    def __init__(self, values: Mapping[str, Values]) -> None:
        """Give each value of each fact its bit."""
        super().__init__(values)
        self._fields: dict[str, tuple[int, dict[str | None, int]]] = {}
        self._parts: dict[tuple[str, Values], Part] = {}
        self._all = self._guards = self._lows = place = 0
        for fact, known in values.items():
            bits = {value: 1 << (place + n) for n, value in enumerate(known)}
            whole = ((1 << len(known)) - 1) << place
            self._fields[fact] = whole, bits
            self._all |= whole
            self._lows |= 1 << place
            self._guards |= 1 << (place + len(known))
            place += len(known) + 1

    def holes(self, boxes: Iterable[Box]) -> list[Hole]:
        """Return boxes as holes.

        Raises:
            KeyError: one names a fact that has no domain.
        """
        return [self._hole(tuple(map(self._part, box.items()))) for box in boxes]

    def bits(self, box: Box) -> tuple[int, int]:
        """Return a box in bits, and all bits of the facts that it names.

        A fact or a value that is in no domain has none: no hole can name it.
        """
        hole = self._hole(tuple(self._part(fact) for fact in box.items() if fact[0] in self))
        return hole.bits, hole.named

    def near(self, bits: int, holes: Iterable[Hole]) -> list[Hole]:
        """Return the holes that meet a box."""
        guards, lows = self._guards, self._lows
        return [hole for hole in holes if (bits & hole.bits | guards) - lows & guards == guards]

    def _part(self, named: tuple[str, Values]) -> Part:
        part = self._parts.get(named)
        if part is None:
            fact, values = named
            whole, each = self._fields[fact]
            part = Part(fact, values, sum(each.get(value, 0) for value in values), whole)
            self._parts[named] = part
        return part

    def _hole(self, parts: tuple[Part, ...]) -> Hole:
        named = sum(part.whole for part in parts)
        return Hole(parts, self._all & ~named | sum(part.bits for part in parts), named)


def box_of(rule: Rule) -> Box:
    """Return the situations in which a permit or a layer applies, or a forbid bites or refers."""
    box: dict[str, Values] = {}
    for clause in rule.clauses:
        reached: set[str | None] = set(clause.passing())
        if rule.forbids and clause.unrecorded is not False:
            reached.add(None)
        box[clause.fact] = frozenset(reached)
    return box


def meet(one: Box, other: Box) -> Box | None:
    """Return where both boxes hold, or None if nowhere."""
    both = dict(one)
    for fact, values in other.items():
        here = both.get(fact)
        shared = values if here is None else here & values
        if not shared:
            return None
        both[fact] = shared
    return both


def outside(box: Box, holes: Sequence[Hole], domains: Domains) -> Iterator[Box]:
    """Yield what is left of a box, depth first: the first witness is found without the rest."""
    yield from _outside(box, *domains.bits(box), holes, domains)


def _outside(
    box: Box, bits: int, named: int, holes: Iterable[Hole], domains: Domains
) -> Iterator[Box]:
    near = domains.near(bits, holes)
    if not near:
        yield box
        return
    # The hole that says most about what the box names leaves fewest pieces.
    free = [(hole.named & ~named).bit_count() for hole in near]
    first = near.pop(free.index(min(free)))
    left = dict(box)
    for part in first.parts:
        here = left[part.fact] if part.fact in left else domains[part.fact]
        named |= part.whole
        if without := here - part.values:
            rest = {**left, part.fact: without}
            yield from _outside(rest, bits & ~part.bits, named, near, domains)
        left[part.fact] = here & part.values
        bits &= ~part.whole | part.bits


def within(facts: Mapping[str, str], box: Box) -> bool:
    """Tell whether recorded facts lie in a box."""
    return all(facts.get(name) in values for name, values in box.items())


def words_of(box: Box) -> str:
    """Describe a situation in closed values, in a fixed order."""
    parts = (f"{f}={'|'.join(sorted(v or 'not recorded' for v in vs))}" for f, vs in box.items())
    return ", ".join(sorted(parts))
