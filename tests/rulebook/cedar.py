"""Compile the shipped law to Cedar, an authorisation engine that is not ours, for a second opinion.

In: a Rulebook. Out: two Cedar policy sets, and the answers they give.
Never here: our evaluator; only the compiled conditions are shared with it.

Cedar knows no third outcome, so each question is put twice: `strict` reads every doubt as a
forbid and leaves out permits that need a person; `lenient` reads a doubt as nothing and keeps them.
Allowed by strict is "disclose"; allowed by lenient only is "refer". Cedar skips a policy that reads
a missing attribute, a forbid too, so every read stands behind `has` and says what absence means.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cedarpy import Entities, PolicySet, is_authorized_batch

from contracts.base import Category
from hub.rulebook import Outcome, Rule, Rulebook
from hub.rulebook.book import Clause

_WHO = {"principal": 'Agency::"asker"', "action": 'Action::"see"'}


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """The law of one day as parsed Cedar handles; parsing each time would cost ten times more."""

    strict: PolicySet
    lenient: PolicySet
    nobody: Entities

    def outcomes(
        self, questions: Sequence[tuple[Mapping[str, str], Category]]
    ) -> list[tuple[bool, bool]]:
        """Return for each question whether strict and whether lenient allow it."""
        requests = [
            {**_WHO, "resource": f'Category::"{category}"', "context": dict(facts)}
            for facts, category in questions
        ]
        return list(
            zip(self._ask(requests, self.strict), self._ask(requests, self.lenient), strict=True)
        )

    def _ask(self, requests: list[dict[str, Any]], policies: PolicySet) -> list[bool]:
        answers = is_authorized_batch(requests, policies, self.nobody)
        faults = [answer.diagnostics.errors for answer in answers if answer.diagnostics.errors]
        if faults:
            raise AssertionError(f"a policy was skipped: {faults[0]}")
        return [answer.allowed for answer in answers]


def compile_law(rulebook: Rulebook, on: date) -> SecondOpinion:
    """Write the rules in force on a day as Cedar policies, and parse them once."""
    rules = [r for r in rulebook.rules if r.since <= on and (r.until is None or on < r.until)]
    strict = [text_of(rule, rulebook, doubt=True) for rule in rules if not rule.blocks]
    lenient = [text_of(rule, rulebook, doubt=False) for rule in rules]
    return SecondOpinion(
        PolicySet.from_str("\n".join(strict)),
        PolicySet.from_str("\n".join(lenient)),
        Entities.from_json_str(json.dumps([])),
    )


def agrees(outcome: Outcome, answer: tuple[bool, bool]) -> bool:
    """Tell whether our outcome is what the two answers mean."""
    strict, lenient = answer
    return (outcome is Outcome.DISCLOSE, outcome is Outcome.REFER) == (
        strict,
        lenient and not strict,
    )


def text_of(rule: Rule, rulebook: Rulebook, *, doubt: bool) -> str:
    """Return one rule as Cedar text; `doubt` is what a fact counts as that a person must find."""
    effect = "permit" if rule.permits else "forbid"
    text = f'@id("{rule.id}")\n{effect}(principal, action, resource) when {{ '
    text += f"{_body(rule, doubt=doubt and not rule.permits)} }}"
    if rule.yields_to:
        duties = (rulebook.rule(wanted) for wanted in sorted(rule.yields_to))
        spared = " || ".join(f"({_body(duty, doubt=False)})" for duty in duties)
        text += f" unless {{ {spared} }}"
    return f"{text};"


def _body(rule: Rule, *, doubt: bool) -> str:
    covered = ", ".join(f'Category::"{category}"' for category in sorted(rule.categories))
    tests = [f"resource in [{covered}]", *(_test(clause, doubt=doubt) for clause in rule.clauses)]
    return " && ".join(tests)


def _test(clause: Clause, *, doubt: bool) -> str:
    unrecorded = doubt if clause.unrecorded is None else clause.unrecorded
    values = ", ".join(f'"{value}"' for value in sorted(clause.passing()))
    read = f"[{values}].contains(context.{clause.fact})"
    return f"(if context has {clause.fact} then {read} else {str(unrecorded).lower()})"
