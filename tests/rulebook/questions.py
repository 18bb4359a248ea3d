"""Make questions for the rulebook: facts near what some rule asks, so that rules do apply.

In: a rulebook, and a source of choices (hypothesis, or the bench's seeded dice for long runs).
Out: facts as closed values.
Never here: an expected answer.
"""

from collections.abc import Mapping

from hypothesis import strategies as st

from contracts.base import Category
from hub.bench.questions import DERIVED, Dice, throw
from hub.rulebook import Rule, Rulebook

__all__ = ["Dice", "throw"]


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
