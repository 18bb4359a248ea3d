"""Prove what is promised of a rulebook, and report it: each promise by name, held or not.

In: a Rulebook, the partnerships' rules laid over it, the catalogue of event types.
Out: a Report. Never here: printing, or a proof by sample: each holds for all combinations of facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.base import Category, Part, label_of, part_of
from contracts.catalogue import EVENT_TYPES
from hub.rulebook.analyse import biting, breaches, exposures, losses
from hub.rulebook.book import Rulebook
from hub.rulebook.boxes import box_of, meet
from hub.rulebook.cases import differences
from hub.rulebook.mutate import mutants_of
from hub.rulebook.overlay import PREFIX, widenings
from hub.rulebook.rule import BIT, Rule

SEALED = ("own-record", "court-order-whistleblower")
"""The only rules that ever give the identity of somebody who spoke up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was checked. `ok` is whether all of it holds."""

    gateways: int
    layers: int
    bars: int
    cases: int
    wrong: tuple[str, ...]
    pinned: int
    unpinned: tuple[str, ...]
    proofs: Mapping[str, bool]
    conflicts: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every case, condition and promise holds, and nothing is in conflict."""
        return all(self.proofs.values()) and not (self.wrong or self.unpinned or self.conflicts)


def check(rulebook: Rulebook, local: Mapping[str, Rulebook]) -> Report:
    """Run every case, break every condition, prove every promise.

    Args:
        rulebook: the law of the land.
        local: by partnership, the law with its own rules laid over it.
    """
    asked = [(rulebook, rule) for rule in rulebook.rules]
    asked += [(laid, rule) for laid in local.values() for rule in _own(rulebook, laid)]
    broken: dict[tuple[str, str], bool] = {}
    for book, rule in asked:
        for mutant in mutants_of(book, rule):
            key = (rule.name, mutant.fact)
            broken[key] = broken.get(key, True) and mutant.pinned
    cases = [(book, rule, case) for book, rule in asked for case in rule.file.case]
    wrong = tuple(f"{r.id}: {c.name}" for book, r, c in cases if differences(book, r, c))
    effects = [rule.effect for rule in rulebook.rules]
    return Report(
        gateways=effects.count("permit"),
        layers=effects.count("layer"),
        bars=effects.count("forbid"),
        cases=len(cases),
        wrong=wrong,
        pinned=sum(broken.values()),
        unpinned=tuple(f"{rule}: {fact}" for (rule, fact), held in broken.items() if not held),
        proofs=dict(proofs(rulebook, local)),
        conflicts=tuple(conflicts(rulebook)),
    )


def proofs(rulebook: Rulebook, local: Mapping[str, Rulebook]) -> Iterator[tuple[str, bool]]:
    """Yield each promise, and whether it is kept."""
    for never in rulebook.manifest.never:
        yield never.name, next(breaches(rulebook, never), None) is None
    for always in rulebook.manifest.always:
        kept = next(losses(rulebook, rulebook.rule(always.rule)), None) is None
        yield always.name, kept
    given = exposures(rulebook, Category.WHISTLEBLOWER, {}, but=SEALED)
    words = "Only an agency's own record, or a court order that names them, gives who spoke up"
    yield words, next(given, None) is None
    prevent = {"recipient_kind": frozenset({"cqc"}), "item_kind": frozenset({"prevent"})}
    asked = {**prevent, "own_record": frozenset({"no", None})}
    seen = (next(exposures(rulebook, c, asked), None) for c in Category)
    yield "CQC can never see a Prevent record", not any(seen)
    yield "Nothing is shown on a fact that nobody recorded", not any(_reads_silence(rulebook))
    yield "A rule that is not in force never decides", not any(_dormant_decides(rulebook))
    for board, laid in local.items():
        words = f"The rules of {board} only narrow"
        yield words, next(widenings(rulebook, laid), None) is None
    yield "Every category of every event type is governed", not any(ungoverned(rulebook))


def conflicts(rulebook: Rulebook) -> Iterator[str]:
    """Yield what cannot be meant: a rule said twice, or an exception that is never met.

    A permit that bars leave nothing of does not even load.
    """
    seen: dict[tuple[object, ...], str] = {}
    for rule in rulebook.rules:
        body = (rule.effect, rule.mask, rule.since, rule.until, rule.file.tier, rule.file.articles)
        key = (*body, tuple((c.fact, c.passing(), c.unrecorded) for c in rule.clauses))
        if rule.effect != "layer" and key in seen:
            yield f"{rule.id} says what {seen[key]} says"
        seen[key] = rule.id
        for duty in sorted(rule.yields_to):
            other = rulebook.rule(duty)
            if not other.mask & rule.mask or meet(box_of(rule), box_of(other)) is None:
                yield f"{rule.id} yields to {duty}, which it never meets"


def ungoverned(rulebook: Rulebook) -> Iterator[str]:
    """Yield each event type's category that no rule could show and no bar takes out."""
    governed: dict[tuple[str, Category], bool] = {}
    for kind in EVENT_TYPES.values():
        for category in sorted(_carried(kind)):
            key = (kind.FAMILY, category)
            if key not in governed:
                governed[key] = _is_governed(rulebook, *key)
            if not governed[key]:
                yield f"{kind.TYPE}: {category}"


def _is_governed(rulebook: Rulebook, family: str, category: Category) -> bool:
    given = {"item_kind": frozenset({family}), "own_record": frozenset({"no"})}
    if next(exposures(rulebook, category, given), None) is not None:
        return True
    return any(
        meet(box, given) is not None
        for rule in rulebook.rules
        if rule.forbids and rule.mask & BIT[category]
        for box in biting(rulebook, rule, category)
    )


def _carried(part: type[Part]) -> frozenset[Category]:
    found: set[Category] = set()
    for field in part.model_fields.values():
        label, inner = label_of(field), part_of(field)
        if label is not None:
            found |= {label.category, *label.also}
        if inner is not None:
            found |= _carried(inner)
    return frozenset(found)


def _reads_silence(rulebook: Rulebook) -> Iterator[str]:
    for rule in rulebook.rules:
        if not rule.forbids and any(None in values for values in box_of(rule).values()):
            yield rule.id
        for condition in rule.file.when:
            if condition.if_not_recorded == "ignore" and not condition.ignore_reason:
                yield rule.id


def _dormant_decides(rulebook: Rulebook) -> Iterator[str]:
    for place, rule in enumerate(rulebook.rules):
        if rule.since is None and any(active >> place & 1 for active in rulebook.index.active):
            yield rule.id


def _own(base: Rulebook, laid: Rulebook) -> Iterator[Rule]:
    """Yield the rules that a partnership wrote itself."""
    for rule in laid.rules:
        if rule.id.startswith(PREFIX) or rule.file != base.by_id[rule.id].file:
            yield rule
