"""One rule as the evaluator holds it: its conditions compiled to look-ups, its categories to bits.

In: checked records of the files (`model`). Out: Rule, and the sets of categories.
Never here: reading files, checking names, or deciding.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TypeAlias

from contracts.base import Category
from hub.rulebook.model import (
    Condition,
    Effect,
    FactEntry,
    Manifest,
    RuleFile,
)

OPEN = "*"
"""The value of a fact that is left open: the answer is then an upper bound over all its values."""

PERSON = "person_decided"
"""The fact that answers a rule which asks for a person: what the holder decided, towards whom."""

Verdict: TypeAlias = bool | None

CATEGORIES = tuple(Category)
BIT = {category: 1 << place for place, category in enumerate(CATEGORIES)}
ALL = sum(BIT.values())
SETS = tuple(
    frozenset(category for category in CATEGORIES if mask & BIT[category])
    for mask in range(ALL + 1)
)
"""Every set of categories by its mask, so that a decision looks one up and builds none."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition, compiled: what each value settles, and what a missing fact settles.

    `verdicts` maps a value to whether the condition holds. `unrecorded` is the verdict for a fact
    that is not on record; None there means that a person has to find out.
    """

    fact: str
    verdicts: Mapping[str, bool]
    unrecorded: Verdict

    def passing(self) -> frozenset[str]:
        """Return the recorded values that meet the condition."""
        return frozenset(v for v, holds in self.verdicts.items() if holds and v != OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One provision, ready to be weighed. `file` keeps its words, citations and cases.

    A permit shows a category only where one of the layers it names fits for each article that the
    category needs. `since` is None for a rule that is not in force: it never decides.
    """

    id: str
    version: int
    effect: Effect
    mask: int
    rank: tuple[bool, int, str]
    clauses: tuple[Clause, ...]
    since: date | None
    until: date | None
    silent: bool
    yields_to: frozenset[str]
    blocks: bool
    layers: tuple[str, ...]
    file: RuleFile
    name: str = ""
    """The rule and its version, as a decision records it."""

    @property
    def permits(self) -> bool:
        """Whether the rule is a gateway."""
        return self.effect == "permit"

    @property
    def forbids(self) -> bool:
        """Whether the rule is a bar."""
        return self.effect == "forbid"

    @property
    def categories(self) -> frozenset[Category]:
        """What the rule speaks about."""
        return SETS[self.mask]

    def in_force(self, on: date) -> bool:
        """Tell whether the rule counts on a day."""
        return self.since is not None and (
            self.since <= on and (self.until is None or on < self.until)
        )


def compile_rule(
    file: RuleFile, manifest: Manifest, law: Mapping[str, FactEntry], blocking: frozenset[str]
) -> Rule:
    """Turn one checked file into a rule that is quick to weigh.

    Args:
        file: the provision.
        manifest: gives the order of tiers.
        law: the vocabulary.
        blocking: ids of the obligations that ask for a person's decision first.
    """
    blocks = not blocking.isdisjoint(file.obligations)
    tier = manifest.tiers.index(file.tier) if file.tier is not None else 0
    return Rule(
        id=file.id,
        version=file.version,
        effect=file.effect,
        mask=ALL if file.categories == "all" else mask_of(file.categories),
        # A permit that needs a person never stands before one that does not.
        rank=(blocks, tier, file.id),
        clauses=tuple(_clause(c, law[c.fact], forbids=file.effect == "forbid") for c in file.when),
        since=file.in_force_from,
        until=file.in_force_to,
        silent=file.silent,
        yields_to=frozenset(file.yields_to),
        blocks=blocks,
        layers=file.basis.layers,
        file=file,
        name=f"{file.id}@{file.version}",
    )


def _clause(condition: Condition, fact: FactEntry, *, forbids: bool) -> Clause:
    inverted = condition.not_in is not None
    verdicts = {value: (value in condition.listed) is not inverted for value in fact.values}
    # Left open: a permit counts as met and a forbid does not bite, hence an upper bound.
    verdicts[OPEN] = not forbids
    unrecorded: Mapping[str | None, Verdict] = {"refer": None, "ignore": False}
    missing = unrecorded.get(condition.if_not_recorded, True) if forbids else None
    return Clause(condition.fact, MappingProxyType(verdicts), missing)


def mask_of(categories: Iterable[str]) -> int:
    """Return the bit mask of some categories."""
    return reduce(or_, (BIT[Category(name)] for name in categories), 0)


def digest(body: object) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a body, as UTF-8."""
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def canonical_json(body: object) -> str:
    """Return a body as JSON in one form: sorted, compact."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
