"""Say where exactly a draft is wider or narrower than the law in force, without any history.

In: two rulebooks. Out: Differences, each with the situations it is about.
Never here: facts of anybody (`whatif`), or whether a change is right.

Only a rule that changed can change an answer. Its old and its new boxes are subtracted from each
other; what is left is where the answer may differ, and a witness says whether it does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from contracts.base import Category
from hub.rulebook.analyse import biting, boxes_of, exposures
from hub.rulebook.book import Rulebook
from hub.rulebook.boxes import Box, Domains, outside, words_of
from hub.rulebook.cases import in_force_on
from hub.rulebook.rule import BIT, Rule

Way: TypeAlias = Literal["wider", "narrower", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One rule read otherwise.

    `where` gives the situations in closed values. `matters` says whether in some of them the answer
    as a whole differs: another rule may give the same answer there already.
    """

    rule: str
    way: Way
    words: str
    categories: tuple[Category, ...] = ()
    where: tuple[str, ...] = ()
    matters: bool = True


def diff(live: Rulebook, draft: Rulebook, *, on: date | None = None) -> tuple[Difference, ...]:
    """Return how a draft differs from the law in force.

    Args:
        live: the law in force.
        draft: what might replace it.
        on: compare them as they stand on this day. Without it every rule counts as in force, so
            that a change to one that has not begun is seen too.
    """
    before = live if on is None else in_force_on(live, on)
    after = draft if on is None else in_force_on(draft, on)
    return (
        *_permits(before, after),
        *_forbids(before, after),
        *_terms(before, after),
        *_whole(live, draft),
    )


def changed_rules(live: Rulebook, draft: Rulebook) -> frozenset[str]:
    """Return the ids of the rules that read otherwise in the two, conditions, dates and all."""
    ids = {*live.by_id, *draft.by_id}
    return frozenset(i for i in ids if _meaning(live.by_id.get(i)) != _meaning(draft.by_id.get(i)))


def _meaning(rule: Rule | None) -> object:
    if rule is None:
        return None
    clauses = [(c.fact, dict(c.verdicts), c.unrecorded) for c in rule.clauses]
    said = rule.file
    terms = (sorted(said.obligations), sorted(said.articles), sorted(said.lifts))
    kept = (rule.effect, rule.mask, rule.since, rule.until, rule.silent, rule.rank[:2])
    return clauses, terms, kept, rule.yields_to, sorted(rule.layers)


def _permits(before: Rulebook, after: Rulebook) -> Iterator[Difference]:
    for rule_id in _ids(before, after, "permit"):
        for wider, one, other in ((True, after, before), (False, before, after)):
            yield from _beyond(rule_id, one, other, wider=wider)


def _beyond(rule_id: str, one: Rulebook, other: Rulebook, *, wider: bool) -> Iterator[Difference]:
    """Yield where a permit of one reaches beyond the same permit of the other, by category."""
    found: dict[tuple[str, ...], list[Category]] = {}
    real: set[Category] = set()
    for category in Category:
        mine = list(_of(one, rule_id, category))
        pieces = _less(mine, list(_of(other, rule_id, category)), _domains(one, other))
        if pieces:
            found.setdefault(tuple(map(words_of, pieces)), []).append(category)
            if _matters(pieces, category, shown=one, elsewhere=other, rule_id=rule_id):
                real.add(category)
    words = "permits more" if wider else "permits less"
    for where, categories in found.items():
        yield Difference(
            rule=rule_id,
            way="wider" if wider else "narrower",
            words=words,
            categories=tuple(categories),
            where=where,
            matters=not real.isdisjoint(categories),
        )


def _matters(
    pieces: Sequence[Box], category: Category, *, shown: Rulebook, elsewhere: Rulebook, rule_id: str
) -> bool:
    """Tell whether in some of these situations one rulebook shows what the other does not."""
    for piece in pieces:
        for permit, box in exposures(shown, category, piece, only=rule_id):
            if permit == rule_id and not _covered(box, category, elsewhere):
                return True
    return False


def _covered(box: Box, category: Category, rulebook: Rulebook) -> bool:
    """Tell whether the other rulebook shows the category all over a box."""
    shows = [b for r in rulebook.rules for b in _of(rulebook, r.id, category) if r.permits]
    if next(outside(box, rulebook.domains.holes(shows), rulebook.domains), None) is not None:
        return False
    bars = [b for r in rulebook.rules if r.forbids for b in biting(rulebook, r, category)]
    return next(outside(box, rulebook.domains.holes(bars), rulebook.domains), None) == box


def _forbids(before: Rulebook, after: Rulebook) -> Iterator[Difference]:
    for rule_id in _ids(before, after, "forbid"):
        for wider, one, other in ((True, before, after), (False, after, before)):
            found: dict[tuple[str, ...], list[Category]] = {}
            for category in Category:
                mine, theirs = (list(_bites(r, rule_id, category)) for r in (one, other))
                if pieces := _less(mine, theirs, _domains(one, other)):
                    found.setdefault(tuple(map(words_of, pieces)), []).append(category)
            for where, categories in found.items():
                yield Difference(
                    rule=rule_id,
                    way="wider" if wider else "narrower",
                    words="no longer forbids" if wider else "forbids more",
                    categories=tuple(categories),
                    where=where,
                )


def _terms(before: Rulebook, after: Rulebook) -> Iterator[Difference]:
    """Yield what changed in a rule besides where it holds: its duties, and how it leads."""
    for rule_id in sorted(before.by_id.keys() & after.by_id.keys()):
        old, new = before.by_id[rule_id], after.by_id[rule_id]
        gone, come = (
            sorted(set(a.file.obligations) - set(b.file.obligations))
            for a, b in ((old, new), (new, old))
        )
        if gone or come:
            way: Way = "other"
            if old.blocks is not new.blocks:
                way = "narrower" if new.blocks else "wider"
            words = (
                f"asks for {', '.join(come) or 'nothing'} more, {', '.join(gone) or 'nothing'} less"
            )
            yield Difference(rule=rule_id, way=way, words=words)
        if (old.silent, old.file.tier) != (new.silent, new.file.tier):
            yield Difference(rule=rule_id, way="other", words="leads, or stays silent, otherwise")


def _whole(live: Rulebook, draft: Rulebook) -> Iterator[Difference]:
    for rule_id in sorted(live.by_id.keys() & draft.by_id.keys()):
        old, new = live.by_id[rule_id], draft.by_id[rule_id]
        if (old.since, old.until) != (new.since, new.until):
            words = f"in force {_days(new)} instead of {_days(old)}"
            yield Difference(rule=rule_id, way="other", words=words)
    if live.manifest.tiers != draft.manifest.tiers:
        yield Difference(rule="*", way="other", words="legal bases lead in another order")
    if live.semantics != draft.semantics:
        yield Difference(rule="*", way="other", words="the form itself means something else")
    for name in sorted(live.vocabulary.keys() ^ draft.vocabulary.keys()):
        words = f"the fact `{name}` {'ends' if name in live.vocabulary else 'is new'}"
        yield Difference(rule="*", way="other", words=words)


def _days(rule: Rule) -> str:
    start = "on no day" if rule.since is None else f"from {rule.since.isoformat()}"
    return start if rule.until is None else f"{start} until {rule.until.isoformat()}"


def _ids(before: Rulebook, after: Rulebook, effect: str) -> list[str]:
    return sorted({r.id for book in (before, after) for r in book.rules if r.effect == effect})


def _of(rulebook: Rulebook, rule_id: str, category: Category) -> Iterator[Box]:
    rule = rulebook.by_id.get(rule_id)
    if rule is not None and rule.permits and rule.mask & BIT[category]:
        yield from boxes_of(rulebook, rule, category)


def _bites(rulebook: Rulebook, rule_id: str, category: Category) -> Iterator[Box]:
    rule = rulebook.by_id.get(rule_id)
    if rule is not None and rule.forbids and rule.mask & BIT[category]:
        yield from biting(rulebook, rule, category)


def _domains(one: Rulebook, other: Rulebook) -> Domains:
    """Return the values of the facts of either: a fact that only the other knows divides, too."""
    return Domains({**other.domains, **one.domains})


def _less(mine: Sequence[Box], theirs: Sequence[Box], domains: Domains) -> list[Box]:
    """Return what is left of some boxes without others, each situation once."""
    found: list[Box] = []
    for box in mine:
        if box not in theirs:
            found.extend(outside(box, domains.holes([*theirs, *found]), domains))
    return found
