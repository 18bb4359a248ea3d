"""Prove what a rulebook can never do, before any fact is known.

In: a Rulebook. Out: the situations that expose a category, or a named RulebookError.
Never here: a decision on recorded facts, or in-force dates: a proof holds on every day, and for a
rule that is not in force yet as if it were.

"Who can ever see this" is computed from boxes, not sampled.
"""

from collections.abc import Iterator, Sequence

from contracts.base import Category
from hub.rulebook.book import Rulebook
from hub.rulebook.boxes import Box, Hole, Values, box_of, meet, outside, words_of
from hub.rulebook.errors import BrokenPromiseError, NeverMatchesError
from hub.rulebook.model import Article, Never
from hub.rulebook.rule import BIT, PERSON, Rule


def boxes_of(rulebook: Rulebook, permit: Rule, category: Category) -> Iterator[Box]:
    """Yield where a permit shows a category: its own box, met with layers for what it needs."""
    found = [box_of(permit)]
    if permit.blocks and PERSON in rulebook.vocabulary:
        # Until a person says no, what waits for a person may yet be shown.
        found = [{**found[0], PERSON: rulebook.domains[PERSON] - {"do_not_share"}}]
    for article in articles_for(rulebook, category):
        named = [rulebook.by_id[layer] for layer in permit.layers if layer in rulebook.by_id]
        fitting = [box_of(layer) for layer in named if article in layer.file.articles]
        found = [both for box in found for layer in fitting if (both := meet(box, layer))]
    yield from found


def articles_for(rulebook: Rulebook, category: Category) -> tuple[Article, ...]:
    """Return the articles of data protection law that a category needs a layer for."""
    if rulebook.semantics == "1":
        return ()
    kind = rulebook.categories[category].kind
    if kind == "special_category":
        return ("article6", "article9")
    return ("article6", "article10") if kind == "criminal_offence" else ("article6",)


def exposures(
    rulebook: Rulebook,
    category: Category,
    given: Box,
    *,
    but: Sequence[str] = (),
    only: str | None = None,
) -> Iterator[tuple[str, Box]]:
    """Yield (permit id, situation) for each way in which a category can be shown.

    Args:
        rulebook: the law to search.
        category: what must not, or may, be shown.
        given: the situations to search in.
        but: ids of permits to leave out of account.
        only: the id of the one permit to look at.
    """
    bits, _ = rulebook.domains.bits(given)
    holes = rulebook.domains.near(bits, _bars(rulebook, category))
    asked = rulebook.rules if only is None else (rulebook.by_id[only],)
    for permit in asked:
        if permit.permits and permit.mask & BIT[category] and permit.id not in but:
            yield from (
                (permit.id, box) for box in _shown_by(rulebook, permit, category, given, holes)
            )


def reaching(rulebook: Rulebook, category: Category, given: Box) -> list[Rule]:
    """Return the permits by which a category can be shown somewhere in some situations."""
    holes = _bars(rulebook, category)
    return [
        rule
        for rule in rulebook.rules
        if rule.permits
        and rule.mask & BIT[category]
        and next(_shown_by(rulebook, rule, category, given, holes), None) is not None
    ]


def _shown_by(
    rulebook: Rulebook, permit: Rule, category: Category, given: Box, holes: Sequence[Hole]
) -> Iterator[Box]:
    for box in boxes_of(rulebook, permit, category):
        start = meet(box, given)
        if start is not None:
            yield from outside(start, holes, rulebook.domains)


def check_rules(rulebook: Rulebook) -> None:
    """Refuse a permit that the forbids leave nothing of, in any category it covers.

    Where an `always` rule applies it shows everything by itself, so that does not count as left.

    Raises:
        NeverMatchesError: names the rule and the category.
    """
    kept = {always.rule for always in rulebook.manifest.always}
    spoken_for = rulebook.domains.holes(box_of(rulebook.rule(name)) for name in sorted(kept))
    permits = [rule for rule in rulebook.rules if rule.permits and rule.id not in kept]
    for category in Category:
        holes = [*spoken_for, *_bars(rulebook, category)]
        for rule in permits:
            if not rule.mask & BIT[category]:
                continue
            if next(_shown_by(rulebook, rule, category, {}, holes), None) is None:
                problem = f"`{category}` can never be shown by this rule"
                raise NeverMatchesError(f"rules/{rule.id}.toml", "categories", problem)


def check_promises(rulebook: Rulebook) -> None:
    """Refuse a rulebook that does not keep every promise its release makes.

    Raises:
        BrokenPromiseError: names the promise, and a situation that breaks it.
    """
    for place, never in enumerate(rulebook.manifest.never):
        found = next(breaches(rulebook, never), None)
        if found is not None:
            raise BrokenPromiseError("rulebook.toml", f"never.{place}", _story(*found))
    for place, always in enumerate(rulebook.manifest.always):
        found = next(losses(rulebook, rulebook.rule(always.rule)), None)
        if found is not None:
            raise BrokenPromiseError("rulebook.toml", f"always.{place}", _story(*found))


def breaches(rulebook: Rulebook, never: Never) -> Iterator[tuple[str, Box]]:
    """Yield (permit id, situation) for each way in which a `never` is broken."""
    given: dict[str, Values] = {fact: frozenset({value}) for fact, value in never.given.items()}
    for fact, value in never.unless.items():
        given[fact] = rulebook.domains[fact] - {value}
    named = tuple(Category) if never.categories == "all" else map(Category, never.categories)
    for category in named:
        yield from exposures(rulebook, category, given, but=never.except_)


def losses(rulebook: Rulebook, promised: Rule) -> Iterator[tuple[str, Box]]:
    """Yield (rule id, situation) where something takes from what a rule always shows."""
    for rule in rulebook.rules:
        touches = rule.forbids and rule.mask & promised.mask
        if touches and (both := meet(box_of(promised), box_of(rule))) is not None:
            yield rule.id, both
    for category in sorted(promised.categories):
        carried = rulebook.domains.holes(boxes_of(rulebook, promised, category))
        for bare in outside(box_of(promised), carried, rulebook.domains):
            yield promised.id, bare


def _bars(rulebook: Rulebook, category: Category) -> Sequence[Hole]:
    """Return where forbids hold for a category, less where a duty they yield to covers it."""
    if category not in rulebook.bars:
        forbids = [rule for rule in rulebook.rules if rule.forbids and rule.mask & BIT[category]]
        bitten = (box for rule in forbids for box in biting(rulebook, rule, category))
        rulebook.bars[category] = rulebook.domains.holes(bitten)
    return rulebook.bars[category]


def biting(rulebook: Rulebook, forbid: Rule, category: Category) -> Iterator[Box]:
    """Yield where one forbid holds for a category."""
    duties = (rulebook.by_id[name] for name in sorted(forbid.yields_to) if name in rulebook.by_id)
    holes = rulebook.domains.holes(
        box
        for duty in duties
        if duty.mask & BIT[category]
        for box in boxes_of(rulebook, duty, category)
    )
    yield from outside(box_of(forbid), holes, rulebook.domains)


def _story(rule: str, box: Box) -> str:
    """Describe a situation in closed values, for the person who has to mend the rule."""
    return f"broken by `{rule}` when {words_of(box)}"
