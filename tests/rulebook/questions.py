"""Make questions for the rulebook: facts near what some rule asks, so that rules do apply.

In: a rulebook, and a source of choices (hypothesis, or a seeded dice for long runs).
Out: facts as closed values.
Never here: an expected answer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from contracts.base import Category
from hub.rulebook import Rule, Rulebook

DERIVED = {
    "own_record": "no",
    "item_kind": "concern",
    "recipient_prevent_specified": "no",
    "sender_public_authority": "yes",
    "deceased": "no",
    "sexual_offence_victim": "no",
}
"""Facts the hub always derives, or that most records hold: without them most is stopped."""
_T = TypeVar("_T")


class Dice:
    """A repeatable stream of choices: the hash of a seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._turn = 0

    def below(self, limit: int) -> int:
        self._turn += 1
        word = hashlib.sha256(f"{self._seed}:{self._turn}".encode()).digest()[:8]
        return int.from_bytes(word) % limit

    def one(self, options: Sequence[_T]) -> _T:
        return options[self.below(len(options))]


def throw(dice: Dice, rulebook: Rulebook, near: Sequence[Rule] = ()) -> dict[str, str]:
    """Satisfy one or two rules (of `near`, or of any), then disturb facts, often theirs."""
    facts = dict(DERIVED)
    for _ in range(1 + dice.below(2)):
        rule = dice.one(near or rulebook.rules)
        for part in (rule, *(rulebook.rule(dice.one(rule.layers)) for _ in rule.layers[:2])):
            for clause in part.clauses:
                facts[clause.fact] = dice.one(sorted(clause.passing()))
    if dice.below(3):
        facts |= DERIVED
    known = sorted(facts)
    for _ in range(dice.below(4)):
        name = dice.one(known if dice.below(2) else sorted(rulebook.vocabulary))
        facts[name] = dice.one(sorted(rulebook.vocabulary[name].values))
    for _ in range(dice.below(3)):
        facts.pop(dice.one(known), None)
    return facts


def questions(rulebook: Rulebook) -> st.SearchStrategy[dict[str, str]]:
    """Facts that satisfy a rule, with any others on top."""
    anything = st.fixed_dictionaries(
        {}, optional={n: st.sampled_from(sorted(f.values)) for n, f in rulebook.vocabulary.items()}
    )
    near = st.sampled_from(rulebook.rules).flatmap(_satisfying)
    few = st.dictionaries(st.sampled_from(sorted(rulebook.vocabulary)), st.integers(0, 30)).map(
        lambda picks: _values(rulebook, picks)
    )
    return st.one_of(
        anything,
        st.builds(lambda base, more: DERIVED | base | more, near, few),
        st.builds(lambda one, two: one | two | DERIVED, near, near),
    )


def fact_names(rulebook: Rulebook) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(rulebook.vocabulary)), max_size=8)


def disclosed(outcomes: Mapping[Category, str]) -> frozenset[Category]:
    return frozenset(category for category, outcome in outcomes.items() if outcome == "disclose")


def _satisfying(rule: Rule) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {clause.fact: st.sampled_from(sorted(clause.passing())) for clause in rule.clauses}
    )


def _values(rulebook: Rulebook, picks: Mapping[str, int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, pick in picks.items():
        values = sorted(rulebook.vocabulary[name].values)
        found[name] = values[pick % len(values)]
    return found
