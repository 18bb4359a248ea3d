"""The rulebook as the evaluator holds it: rules compiled to look-ups, frozen, and hashed.

In: checked records of the files (`model`). Out: Rule and Rulebook.
Never here: reading files, checking names, or deciding.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TypeAlias

from contracts.base import Category
from hub.rulebook.model import (
    CategoryEntry,
    Condition,
    FactEntry,
    Manifest,
    ObligationEntry,
    RuleFile,
)

OPEN = "*"
"""The value of a fact that is left open: the answer is then an upper bound over all its values."""

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
    """One provision, ready to be weighed. `file` keeps its words, citations and cases."""

    id: str
    version: int
    permits: bool
    mask: int
    rank: tuple[bool, int, str]
    clauses: tuple[Clause, ...]
    since: date
    until: date | None
    silent: bool
    yields_to: frozenset[str]
    blocks: bool
    file: RuleFile
    name: str = ""
    """The rule and its version, as a decision records it."""

    @property
    def categories(self) -> frozenset[Category]:
        """What the rule speaks about."""
        return SETS[self.mask]


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """A whole release. Equal `sha256` means equal answers; wording and cases are hashed apart."""

    release: str
    semantics: str
    sha256: str
    text_sha256: str
    rules: tuple[Rule, ...]
    vocabulary: Mapping[str, FactEntry]
    categories: Mapping[str, CategoryEntry]
    obligations: Mapping[str, ObligationEntry]
    manifest: Manifest
    _values: Mapping[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = {name: frozenset({*fact.values, OPEN}) for name, fact in self.vocabulary.items()}
        object.__setattr__(self, "_values", MappingProxyType(values))

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with this id, with or without its version.

        Raises:
            KeyError: there is no such rule.
        """
        wanted = rule_id.partition("@")[0]
        for rule in self.rules:
            if rule.id == wanted:
                return rule
        raise KeyError(wanted)

    def known(self, facts: Mapping[str, str], open_facts: Iterable[str]) -> dict[str, str]:
        """Keep what the vocabulary holds. An unknown name or value reads as not recorded."""
        values = self._values
        kept = {n: v for n, v in facts.items() if n in values and v in values[n]}
        for name in open_facts:
            if name in values:
                kept[name] = OPEN
        return kept


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
    permits = file.effect == "permit"
    blocks = not blocking.isdisjoint(file.obligations)
    tier = manifest.tiers.index(file.tier) if file.tier is not None else 0
    return Rule(
        id=file.id,
        version=file.version,
        permits=permits,
        mask=ALL if file.categories == "all" else mask_of(file.categories),
        # A permit that needs a person never stands before one that does not.
        rank=(blocks, tier, file.id),
        clauses=tuple(_clause(c, law[c.fact], permits=permits) for c in file.when),
        since=file.in_force_from,
        until=file.in_force_to,
        silent=file.silent,
        yields_to=frozenset(file.yields_to),
        blocks=blocks,
        file=file,
        name=f"{file.id}@{file.version}",
    )


def _clause(condition: Condition, fact: FactEntry, *, permits: bool) -> Clause:
    inverted = condition.not_in is not None
    verdicts = {value: (value in condition.listed) is not inverted for value in fact.values}
    # Left open: a permit counts as met and a forbid does not bite, hence an upper bound.
    verdicts[OPEN] = permits
    forbids: dict[str | None, Verdict] = {"refer": None, "ignore": False}
    unrecorded = None if permits else forbids.get(condition.if_not_recorded, True)
    return Clause(condition.fact, MappingProxyType(verdicts), unrecorded)


def mask_of(categories: Iterable[str]) -> int:
    """Return the bit mask of some categories."""
    return reduce(or_, (BIT[Category(name)] for name in categories), 0)


def digest(body: object) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a body: sorted, compact, UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
