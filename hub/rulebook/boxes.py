"""Boxes: the situations in which a rule applies, which can be met, subtracted and searched.

In: rules, and the vocabulary's closed lists. Out: boxes.
Never here: what a category is, or what a rulebook promises (`analyse`).

A box gives, for each fact it reads, the values under which it holds, with None standing for "not on
record". A fact it does not name may have any value, or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from hub.rulebook.rule import Rule

Values: TypeAlias = frozenset[str | None]
_APART = frozenset[str | None].isdisjoint
Box: TypeAlias = Mapping[str, Values]
Domains: TypeAlias = Mapping[str, Values]
"""For each fact of a vocabulary, every value it may have, and None."""


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


def outside(box: Box, holes: Sequence[Box], domains: Domains) -> Iterator[Box]:
    """Yield what is left of a box, depth first: the first witness is found without the rest.

    Raises:
        KeyError: a hole names a fact that has no domain.
    """
    here = {**domains, **box}.__getitem__
    # A proof of the whole law asks a million times whether two boxes meet: the loop stays in C.
    near = [hole for hole in holes if not any(map(_APART, hole.values(), map(here, hole)))]
    if not near:
        yield box
        return
    # The hole that leaves fewest pieces first.
    first = min(near, key=lambda hole: len(hole.keys() - box.keys()))
    others = [hole for hole in near if hole is not first]
    for rest in _around(box, first, domains):
        yield from outside(rest, others, domains)


def _around(box: Box, hole: Box, domains: Domains) -> Iterator[Box]:
    """Yield disjoint boxes that cover the first box without the second, which it meets."""
    left = dict(box)
    for fact, values in hole.items():
        here = left[fact] if fact in left else domains[fact]
        if without := here - values:
            yield {**left, fact: without}
        left[fact] = here & values


def within(facts: Mapping[str, str], box: Box) -> bool:
    """Tell whether recorded facts lie in a box."""
    return all(facts.get(name) in values for name, values in box.items())


def words_of(box: Box) -> str:
    """Describe a situation in closed values, in a fixed order."""
    parts = (f"{f}={'|'.join(sorted(v or 'not recorded' for v in vs))}" for f, vs in box.items())
    return ", ".join(sorted(parts))
