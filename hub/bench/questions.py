"""Questions for the rulebook, always the same for a seed: facts near what some rule asks.

In: a rulebook, a seed. Out: facts as closed values. Never here: an expected answer.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

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
        """Return a number from 0 up to, and not, the limit."""
        self._turn += 1
        word = hashlib.sha256(f"{self._seed}:{self._turn}".encode()).digest()[:8]
        return int.from_bytes(word) % limit

    def one(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
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
