"""Prove what a rulebook can never do, before any fact is known.

In: a Rulebook. Out: the situations that expose a category, or a named RulebookError.
Never here: a decision on recorded facts, or in-force dates (a proof holds on every day).

A rule is a box: for each fact it reads, the values under which it applies, with None standing for
"not on record". Boxes meet and subtract, so "who can ever see this" is computed, not sampled.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from contracts.base import Category
from hub.rulebook.book import BIT, Rule, Rulebook
from hub.rulebook.errors import BrokenPromiseError, NeverMatchesError
from hub.rulebook.model import Never

Values: TypeAlias = frozenset[str | None]
Box: TypeAlias = Mapping[str, Values]
"""A fact that is not named may have any value, or none."""


def box_of(rule: Rule) -> Box:
    """Return the situations in which a permit applies, or a forbid bites or refers."""
    box: dict[str, Values] = {}
    for clause in rule.clauses:
        reached: set[str | None] = set(clause.passing())
        if not rule.permits and clause.unrecorded is not False:
            reached.add(None)
        box[clause.fact] = frozenset(reached)
    return box


def meet(one: Box, other: Box) -> Box | None:
    """Return where both boxes hold, or None if nowhere."""
    both = dict(one)
    for fact, values in other.items():
        both[fact] = both[fact] & values if fact in both else values
    return both if all(both.values()) else None


def subtract(box: Box, hole: Box, rulebook: Rulebook) -> Iterator[Box]:
    """Yield disjoint boxes that cover the first box without the second."""
    if meet(box, hole) is None:
        yield box
        return
    left = dict(box)
    for fact, values in hole.items():
        here = left[fact] if fact in left else _domain(rulebook, fact)
        if outside := here - values:
            yield {**left, fact: outside}
        left[fact] = here & values


def exposures(
    rulebook: Rulebook, category: Category, given: Box, *, but: Sequence[str] = ()
) -> Iterator[tuple[str, Box]]:
    """Yield (permit id, situation) for each way in which a category can be shown.

    Args:
        rulebook: the law to search.
        category: what must not, or may, be shown.
        given: the situations to search in.
        but: ids of permits to leave out of account.
    """
    bit = BIT[category]
    forbids = [rule for rule in rulebook.rules if not rule.permits and rule.mask & bit]
    for permit in rulebook.rules:
        if not permit.permits or not permit.mask & bit or permit.id in but:
            continue
        start = meet(box_of(permit), given)
        if start is not None:
            holes = [box for rule in forbids for box in _biting(rulebook, rule, bit)]
            yield from ((permit.id, box) for box in _outside(rulebook, start, holes))


def check_rules(rulebook: Rulebook) -> None:
    """Refuse a permit that the forbids leave nothing of, in any category it covers.

    Where an `always` rule applies it shows everything by itself, so that does not count as left.

    Raises:
        NeverMatchesError: names the rule and the category.
    """
    kept = {always.rule for always in rulebook.manifest.always}
    holes = [box_of(rulebook.rule(rule_id)) for rule_id in sorted(kept)]
    for rule in rulebook.rules:
        if not rule.permits or rule.id in kept:
            continue
        others = [other.id for other in rulebook.rules if other is not rule]
        places = list(_outside(rulebook, box_of(rule), holes))
        for category in sorted(rule.categories):
            if not any(any(exposures(rulebook, category, box, but=others)) for box in places):
                problem = f"`{category}` is always forbidden where this rule applies"
                raise NeverMatchesError(f"rules/{rule.id}.toml", "categories", problem)


def check_promises(rulebook: Rulebook) -> None:
    """Refuse a rulebook that does not keep every promise its release makes.

    Raises:
        BrokenPromiseError: names the promise, and a situation that breaks it.
    """
    for place, never in enumerate(rulebook.manifest.never):
        found = next(_breaches(rulebook, never), None)
        if found is not None:
            raise BrokenPromiseError("rulebook.toml", f"never.{place}", _story(*found))
    for place, always in enumerate(rulebook.manifest.always):
        promised = rulebook.rule(always.rule)
        for rule in rulebook.rules:
            touches = not rule.permits and rule.mask & promised.mask
            if touches and (both := meet(box_of(promised), box_of(rule))) is not None:
                raise BrokenPromiseError("rulebook.toml", f"always.{place}", _story(rule.id, both))


def _breaches(rulebook: Rulebook, never: Never) -> Iterator[tuple[str, Box]]:
    given: dict[str, Values] = {fact: frozenset({value}) for fact, value in never.given.items()}
    for fact, value in never.unless.items():
        given[fact] = _domain(rulebook, fact) - {value}
    named = tuple(Category) if never.categories == "all" else map(Category, never.categories)
    for category in named:
        yield from exposures(rulebook, category, given, but=never.except_)


def _biting(rulebook: Rulebook, forbid: Rule, bit: int) -> Iterator[Box]:
    """Yield where a forbid holds for one category, less where a duty it yields to covers it."""
    duties = (rulebook.rule(wanted) for wanted in sorted(forbid.yields_to))
    holes = [box_of(duty) for duty in duties if duty.mask & bit]
    yield from _outside(rulebook, box_of(forbid), holes)


def _outside(rulebook: Rulebook, box: Box, holes: Sequence[Box]) -> Iterator[Box]:
    """Yield what is left of a box, depth first: the first witness is found without the rest."""
    if not holes:
        yield box
        return
    for rest in subtract(box, holes[0], rulebook):
        yield from _outside(rulebook, rest, holes[1:])


def _domain(rulebook: Rulebook, fact: str) -> Values:
    return frozenset({*rulebook.vocabulary[fact].values, None})


def _story(rule: str, box: Box) -> str:
    """Describe a situation in closed values, for the person who has to mend the rule."""
    parts = (f"{f}={'|'.join(sorted(v or 'not recorded' for v in vs))}" for f, vs in box.items())
    return f"broken by `{rule}` when {', '.join(sorted(parts))}"
