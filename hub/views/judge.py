"""Asks the rulebook who may be shown what, once for each distinct set of facts.

In: facts as closed values, the London day. Out: an Answer; on which day answers next change.
Never here: a request. Its facts are left open, so an answer is an upper bound over all requests.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from contracts.base import Category, Scope
from contracts.labels import mask
from hub.rulebook import Rulebook, decide

UNASKED = {"legal_demand": "none", "emergency": "no", "offence_stated": "no", "aggregate": "no"}
"""What an agency that has only heard of an item has not yet invoked."""


class Answer(NamedTuple):
    """What an agency could be shown of an item, and what it may hear without asking."""

    mask: int
    decision_id: str
    told: bool
    """Whether it may hear that the item is there. One that would first have to invoke a legal
    power, or an emergency, may not: hearing of every item is not what those are for."""
    hidden: bool
    """Whether a silent rule keeps the item from it."""


class Judge:
    """The rulebook, with its recent answers kept."""

    def __init__(self, rulebook: Rulebook, *, keep: int = 200_000) -> None:
        self.rulebook = rulebook
        self._keep = keep
        self._kept: dict[tuple[date, frozenset[tuple[str, str]]], Answer] = {}
        self._open = frozenset(
            name for name, fact in rulebook.vocabulary.items() if fact.scope is Scope.REQUEST
        )
        self._unasked = self._open - UNASKED.keys()
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
        begun = bisect_right(self._turns, day)
        return self._turns[begun - 1] if begun else date.min

    def next_turn(self, day: date) -> date | None:
        """Return the first day after `day` on which a rule begins or ends."""
        return next((turn for turn in self._turns if turn > day), None)

    def _decide(self, facts: Mapping[str, str], day: date) -> Answer:
        decision = decide(facts, self.rulebook, day, open_facts=self._open)
        told = bool(decision.shown) and bool(
            decide({**facts, **UNASKED}, self.rulebook, day, open_facts=self._unasked).shown
        )
        hidden = Category.EXISTENCE in decision.silent
        return Answer(mask(decision.shown), decision.id, told, hidden)
