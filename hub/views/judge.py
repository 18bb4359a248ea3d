"""Asks the rulebook who may be shown what, once for each distinct set of facts.

In: facts as closed values, the London day. Out: an Answer; on which day answers next change.
Never here: a request. Its facts are left open, so an answer is an upper bound over all requests.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from contracts.base import Category, Scope
from contracts.labels import mask
from hub.rulebook import Rulebook, decide


class Answer(NamedTuple):
    """What may be shown, by which decision, and whether even that there is nothing may not."""

    mask: int
    decision_id: str
    hidden: bool


class Judge:
    """The rulebook, with its recent answers kept."""

    def __init__(self, rulebook: Rulebook, *, keep: int = 200_000) -> None:
        self.rulebook = rulebook
        self._keep = keep
        self._kept: dict[tuple[date, frozenset[tuple[str, str]]], Answer] = {}
        self._open = frozenset(
            name for name, fact in rulebook.vocabulary.items() if fact.scope is Scope.REQUEST
        )
        ends = {day for rule in rulebook.rules for day in (rule.since, rule.until) if day}
        self._turns = sorted(ends)

    def entitled(self, facts: Mapping[str, str], day: date) -> Answer:
        """Return what a request about these facts could at most be shown on `day`."""
        key = (self.in_force_since(day), frozenset(facts.items()))
        answer = self._kept.get(key)
        if answer is None:
            answer = self._decide(facts, key[0])
            if len(self._kept) >= self._keep:
                self._kept.clear()
            self._kept[key] = answer
        return answer

    def in_force_since(self, day: date) -> date:
        """Return the last day, up to `day`, on which a rule began or ended.

        Nothing differs between that day and `day`, so decisions are dated by it: their ids then
        say the same in every rebuild, and are not a new id each midnight.
        """
        return max((turn for turn in self._turns if turn <= day), default=date.min)

    def next_turn(self, day: date) -> date | None:
        """Return the first day after `day` on which a rule begins or ends."""
        return next((turn for turn in self._turns if turn > day), None)

    def _decide(self, facts: Mapping[str, str], day: date) -> Answer:
        decision = decide(facts, self.rulebook, day, open_facts=self._open)
        hidden = Category.EXISTENCE in decision.silent
        return Answer(mask(decision.shown), decision.id, hidden)
