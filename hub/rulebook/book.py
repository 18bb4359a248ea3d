"""The rulebook as the evaluator holds it: a whole release, frozen and hashed.

In: compiled rules and the closed lists. Out: Rulebook.
Never here: reading files, checking names, or deciding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from hub.rulebook.boxes import Domains, Hole
from hub.rulebook.index import Index, index_of
from hub.rulebook.model import CategoryEntry, FactEntry, Manifest, ObligationEntry, PurposeEntry
from hub.rulebook.rule import OPEN, Rule


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """A whole release. Equal `sha256` means equal decisions.

    Wording, cases, and who may state which purpose are in `text_sha256` alone.
    """

    release: str
    semantics: str
    sha256: str
    text_sha256: str
    rules: tuple[Rule, ...]
    vocabulary: Mapping[str, FactEntry]
    categories: Mapping[str, CategoryEntry]
    obligations: Mapping[str, ObligationEntry]
    purposes: Mapping[str, PurposeEntry]
    """Empty in a text from before there were any: then no purpose may be stated."""
    manifest: Manifest
    bars: dict[str, Sequence[Hole]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Where forbids hold, by category, once `analyse` has worked it out."""
    selections: dict[tuple[str, ...], "Rulebook"] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """The rulebooks of some of these rules alone, by their ids, once somebody asked for them."""
    _values: Mapping[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = {name: frozenset({*fact.values, OPEN}) for name, fact in self.vocabulary.items()}
        object.__setattr__(self, "_values", MappingProxyType(values))

    @cached_property
    def domains(self) -> Domains:
        """For each fact every value it may have, and None for a fact that is not on record."""
        values = ((name, fact.values) for name, fact in self.vocabulary.items())
        return Domains({name: frozenset({*known, None}) for name, known in values})

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Every rule by its id."""
        return MappingProxyType({rule.id: rule for rule in self.rules})

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with this id, with or without its version.

        Raises:
            KeyError: there is no such rule.
        """
        return self.by_id[rule_id.partition("@")[0]]

    @cached_property
    def index(self) -> Index:
        """The masks by which all rules are weighed at once."""
        return index_of(self.rules, self.vocabulary, self.categories, self.semantics)

    def known(self, facts: Mapping[str, str], open_facts: Iterable[str]) -> dict[str, str]:
        """Keep what the vocabulary holds. An unknown name or value reads as not recorded."""
        values = self._values
        kept = {n: v for n, v in facts.items() if n in values and v in values[n]}
        for name in open_facts:
            if name in values:
                kept[name] = OPEN
        return kept
