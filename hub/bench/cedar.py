"""Compile the shipped law to Cedar, an authorisation engine that is not ours, for a second opinion.

In: a Rulebook. Out: two Cedar policy sets, and the answers they give.
Never here: our evaluator; only the compiled conditions are shared with it. Nothing that serves
imports this: `cedarpy` is there in development only.

Cedar knows no third outcome, so each question is put twice: `strict` reads every doubt as a
forbid and keeps permits that need a person only where one decided to share; `lenient` reads a doubt
as nothing and drops them only where one decided not to.
Allowed by strict is "disclose"; allowed by lenient only is "refer". Cedar skips a policy that reads
a missing attribute, a forbid too, so every read stands behind `has` and says what absence means.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cedarpy import Entities, PolicySet, is_authorized_batch

from contracts.base import Category
from hub.rulebook import Outcome, Rule, Rulebook
from hub.rulebook.analyse import articles_for
from hub.rulebook.rule import PERSON, Clause

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
        asked = requests(questions)
        return list(
            zip(self.allowed(asked, self.strict), self.allowed(asked, self.lenient), strict=True)
        )

    def allowed(self, asked: list[dict[str, Any]], policies: PolicySet) -> list[bool]:
        """Return for each request whether the policies allow it.

        Raises:
            AssertionError: Cedar passed a policy over.
        """
        answers = is_authorized_batch(asked, policies, self.nobody)
        faults = [answer.diagnostics.errors for answer in answers if answer.diagnostics.errors]
        if faults:
            raise AssertionError(f"a policy was skipped: {faults[0]}")
        return [answer.allowed for answer in answers]


def requests(questions: Sequence[tuple[Mapping[str, str], Category]]) -> list[dict[str, Any]]:
    """Return questions as Cedar takes them."""
    return [
        {**_WHO, "resource": f'Category::"{category}"', "context": dict(facts)}
        for facts, category in questions
    ]


def compile_law(rulebook: Rulebook, on: date) -> SecondOpinion:
    """Write the rules in force on a day as Cedar policies, and parse them once."""
    rulebook = replace(rulebook, rules=tuple(r for r in rulebook.rules if r.in_force(on)))
    rules = [rule for rule in rulebook.rules if rule.effect != "layer"]
    strict = [text_of(rule, rulebook, doubt=True) for rule in rules]
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
    person = "false" if doubt else "true"
    text += f"{_body(rule, rulebook, doubt=doubt and not rule.permits, person=person)} }}"
    duties = [rulebook.by_id[name] for name in sorted(rule.yields_to) if name in rulebook.by_id]
    if duties:
        spared = " || ".join(
            f"({_body(duty, rulebook, doubt=False, person=person)})" for duty in duties
        )
        text += f" unless {{ {spared} }}"
    return f"{text};"


def _body(rule: Rule, rulebook: Rulebook, *, doubt: bool, person: str) -> str:
    """Return a rule's conditions; `person` is what silence of the person asked for counts as."""
    covered = ", ".join(f'Category::"{category}"' for category in sorted(rule.categories))
    tests = [f"resource in [{covered}]", *(_test(clause, doubt=doubt) for clause in rule.clauses)]
    if rule.permits:
        tests.extend(_layers(rule, rulebook))
    if rule.blocks:
        said = f'context.{PERSON} == "share"'
        tests.append(f"(if context has {PERSON} then {said} else {person})")
    return " && ".join(tests)


def _layers(rule: Rule, rulebook: Rulebook) -> Iterator[str]:
    """Yield, for each article, that one of the permit's layers fits where a category needs it."""
    for article in ("article6", "article9", "article10"):
        needing = [c for c in sorted(rule.categories) if article in articles_for(rulebook, c)]
        named = [rulebook.by_id[layer] for layer in rule.layers if layer in rulebook.by_id]
        fitting = [layer for layer in named if article in layer.file.articles]
        either = " || ".join(f"({_conditions(layer)})" for layer in fitting) or "false"
        if needing:
            those = ", ".join(f'Category::"{category}"' for category in needing)
            yield f"(if resource in [{those}] then ({either}) else true)"


def _conditions(layer: Rule) -> str:
    return " && ".join(_test(clause, doubt=False) for clause in layer.clauses) or "true"


def _test(clause: Clause, *, doubt: bool) -> str:
    unrecorded = doubt if clause.unrecorded is None else clause.unrecorded
    values = ", ".join(f'"{value}"' for value in sorted(clause.passing()))
    read = f"[{values}].contains(context.{clause.fact})"
    return f"(if context has {clause.fact} then {read} else {str(unrecorded).lower()})"
