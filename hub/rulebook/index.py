"""The rulebook turned inside out: for each fact's value, which rules it speaks against.

In: rules and the closed lists. Out: an Index, which weighs every rule at once with a few bit masks.
Never here: a meaning of its own. `weigh` says what a rule means, one condition at a time; a test
holds that both agree on every rule.

A bit is a rule's place in the rulebook. With some ninety rules over some ninety facts, asking each
rule in turn would cost far more than asking each fact once.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

from hub.rulebook.model import CategoryEntry, FactEntry
from hub.rulebook.rule import OPEN, Clause, Rule, mask_of

Failing: TypeAlias = tuple[str, Mapping[str, int], int, int]
"""A fact, the rules each of its values fails, and those its absence fails or leaves waiting."""


class Needs(NamedTuple):
    """The layers a permit may rest on, as bits: one of each article it needs must fit."""

    article6: int
    article9: int
    article10: int


@dataclass(frozen=True, slots=True)
class Index:
    """Masks over the rules. `free` is a bit no rule has: it stands for "no layer is needed"."""

    facts: tuple[Failing, ...]
    turns: tuple[date, ...]
    active: tuple[int, ...]
    layers: int
    lifting: int
    needs: Mapping[int, Needs]
    named: Mapping[int, int]
    free: int
    special: int
    criminal: int

    def in_force(self, on: date) -> int:
        """Return the rules that count on a day."""
        return self.active[bisect_right(self.turns, on)]

    def weigh(self, known: Mapping[str, str], active: int) -> tuple[int, int]:
        """Return which rules nothing speaks against, and which of them wait for a fact."""
        value_of = known.get
        failed = waiting = 0
        for fact, failing, absent, unknown in self.facts:
            value = value_of(fact)
            if value is None:
                failed |= absent
                waiting |= unknown
            else:
                failed |= failing[value]
        alive = active & ~failed
        return alive, alive & waiting

    def covers(self, place: int, mask: int, fitting: int) -> int:
        """Return what of a permit's categories the fitting layers carry."""
        article6, article9, article10 = self.needs[place]
        if not fitting & article6:
            return 0
        if mask & self.special and not fitting & article9:
            mask &= ~self.special
        if mask & self.criminal and not fitting & article10:
            mask &= ~self.criminal
        return mask


def index_of(
    rules: Sequence[Rule],
    vocabulary: Mapping[str, FactEntry],
    categories: Mapping[str, CategoryEntry],
    semantics: str,
) -> Index:
    """Compile the masks of a release."""
    free = 1 << len(rules)
    turns = sorted({day for rule in rules for day in (rule.since, rule.until) if day is not None})
    # Before the first day, and from each on: the day itself is in the period it begins.
    days = [date.min, *turns]
    place = {rule.id: spot for spot, rule in enumerate(rules)}
    layers = {rule.id: rule for rule in rules if rule.effect == "layer"}
    everything = Needs(free, free, free)
    needs = {
        spot: everything if semantics == "1" else _needs(rule, layers, place)
        for spot, rule in enumerate(rules)
        if rule.permits
    }
    return Index(
        facts=tuple(_failing(rules, fact, vocabulary[fact]) for fact in sorted(_read(rules))),
        turns=tuple(turns),
        active=tuple(_mask([rule.in_force(day) for rule in rules]) for day in days),
        layers=_mask([rule.effect == "layer" for rule in rules]),
        lifting=_mask([bool(rule.file.lifts) for rule in rules]),
        needs=needs,
        named={spot: each[0] | each[1] | each[2] for spot, each in needs.items()},
        free=free,
        special=_of_kind(categories, "special_category"),
        criminal=_of_kind(categories, "criminal_offence"),
    )


def _needs(rule: Rule, layers: Mapping[str, Rule], place: Mapping[str, int]) -> Needs:
    named = [layers[layer] for layer in rule.layers if layer in layers]
    return Needs(
        *(
            sum(1 << place[layer.id] for layer in named if article in layer.file.articles)
            for article in Needs._fields
        )
    )


def _of_kind(categories: Mapping[str, CategoryEntry], kind: str) -> int:
    return mask_of(name for name, entry in categories.items() if entry.kind == kind)


def _read(rules: Sequence[Rule]) -> set[str]:
    return {clause.fact for rule in rules for clause in rule.clauses}


def _failing(rules: Sequence[Rule], name: str, fact: FactEntry) -> Failing:
    clauses = {
        place: clause
        for place, rule in enumerate(rules)
        for clause in rule.clauses
        if clause.fact == name
    }
    values = (*fact.values, OPEN)
    return (
        name,
        {value: _saying(clauses, value) for value in values},
        sum(1 << place for place, clause in clauses.items() if clause.unrecorded is False),
        sum(1 << place for place, clause in clauses.items() if clause.unrecorded is None),
    )


def _saying(clauses: Mapping[int, Clause], value: str) -> int:
    return sum(1 << place for place, clause in clauses.items() if not clause.verdicts[value])


def _mask(chosen: Sequence[bool]) -> int:
    return sum(1 << place for place, is_so in enumerate(chosen) if is_so)
