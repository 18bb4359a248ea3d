"""Finds again on which facts an item was shown, and what was decided on them.

In: what was known then, an entry of the register, the releases. Out: for an item of it, the facts
its decision rested on, and the decision where they give it.
Never here: what was known (then), or a fact learned since.

The register keeps a decision's id and not its facts. They are folded again from what events
asserted up to then; where the answer they give has the recorded id, they are the very facts the
decision rested on. What a request stated beside its purpose is found the same way.

A decision is taken once for what is equal, on whatever day: between two days on which the same
rules count its id differs by the day alone. Most items of a year are alike in all else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from math import inf
from typing import Final, TypeAlias

from hub.audit.then import Item, Known, Then
from hub.disclosure.glass import through
from hub.ledger.record import agency_key, relation_key, subject_key
from hub.rulebook import Decision, Rulebook, RulebookError, decide
from hub.rulebook.releases import Releases
from hub.rulebook.rule import PERSON
from hub.views.days import london_day
from hub.views.question import facts_of
from hub.views.rows import HeaderRow

_STATED = ("necessary", "emergency", "offence_stated", "aggregate")
USUAL: Final[Mapping[str, str]] = {
    "necessary": "yes",
    "emergency": "no",
    "offence_stated": "no",
    "aggregate": "no",
}
"""What a request states unless the decision it led to says otherwise."""
_NOTHING: Mapping[str, str] = {}
_KEPT = 20_000
"""Questions that are remembered, with what was decided: some hundred megabytes."""
Facts: TypeAlias = frozenset[tuple[str, str]]
_Question: TypeAlias = tuple[int, ...]
"""All that finding a decision again rests on but the day, by number."""


@dataclass(slots=True)
class Tried:
    """What is decided on what a request may have stated, and its id on the day last asked for."""

    facts: Facts
    decision: Decision
    day: date
    id: str

    def id_on(self, day: date) -> str:
        """Return the decision's id, had it been taken on a day."""
        if self.day != day:
            self.day, self.id = day, self.decision.id_on(day)
        return self.id


@dataclass(slots=True)
class Tries:
    """What may have been decided on a question, tried as far as was needed; the usual first."""

    usual: Facts
    tried: list[Tried]
    rest: Iterator[Tried]

    def every(self) -> Iterator[Tried]:
        """Yield them, the usual first."""
        yield from self.tried
        for one in self.rest:
            self.tried.append(one)
            yield one

    def find(self, decision_id: str, day: date) -> Tried | None:
        """Return what was decided, or None where nothing that a request may state leads to it."""
        if self.tried and self.tried[0].id_on(day) == decision_id:
            return self.tried[0]  # as nearly always
        return next((one for one in self.every() if one.id_on(day) == decision_id), None)


@dataclass(slots=True)
class Again:
    """What was found again so far, and the law it was found by."""

    then: Then
    law: Releases
    _tries: dict[_Question, Tries] = field(default_factory=dict)
    _sets: dict[Facts, Facts] = field(default_factory=dict)
    """Of sets that are equal one is kept: the same object is told from others at once."""
    _laws: dict[str, tuple[float, float, Rulebook | None]] = field(default_factory=dict)
    _glass: dict[str, Rulebook] = field(default_factory=dict)

    def tries(self, about: Item, look: "Look") -> Tries:
        """Return what may have been decided about one item."""
        question = look.rests_on(about)
        return self._tries.get(question) or self._keep(question, look.tries(about))

    def released(self, entry: HeaderRow) -> Iterator[tuple[Facts, Decision | None]]:
        """Yield, item by item, on which facts an answer was decided, and what, if they give it."""
        look, known, events = Look(self, entry), self._tries.get, self.then.items
        day, rests_on = look.day, look.rests_on
        for item in entry.routing.get("items", ()):
            about = events[item["position"]]
            question = rests_on(about)
            tries = known(question) or self._keep(question, look.tries(about))
            found = tries.find(item["decision"], day)
            yield (tries.usual, None) if found is None else (found.facts, found.decision)

    def _keep(self, question: _Question, tries: Tries) -> Tries:
        if len(self._tries) >= _KEPT:
            self._tries.clear()
        self._tries[question] = tries
        return tries

    def one_of(self, facts: Mapping[str, str]) -> Facts:
        """Return facts as a set: the same object where they are equal."""
        found = frozenset(facts.items())
        return self._sets.setdefault(found, found)

    def law_of(self, entry: HeaderRow) -> Rulebook | None:
        """Return the law an answer was given under, as it read through glass if that was broken."""
        sha256, at_s = str(entry.routing.get("rulebook")), entry.recorded_at
        since, until, found = self._laws.get(sha256, (inf, -inf, None))
        if not since <= at_s < until:
            since, until, found = self._laws[sha256] = self._named(sha256, at_s)
        if found is None or entry.routing.get("break_glass") is None:
            return found
        if sha256 not in self._glass:
            self._glass[sha256] = through(found)
        return self._glass[sha256]

    def _named(self, sha256: str, at_s: int) -> tuple[float, float, Rulebook | None]:
        """Return a law, and from when until when the same text is meant."""
        then, until = self.law.release_at(at_s), self.law.next_start(at_s)
        try:
            found = self.law.named(sha256, at_s)
        except RulebookError:
            found = None
        return -inf if then is None else then.starts, inf if until is None else until, found


class Look:
    """What is the same for every item of one entry: whoever was answered, when, under which law.

    An answer has some seven items, mostly about one subject: what is on record about that subject
    is looked up once.
    """

    def __init__(self, again: Again, entry: HeaderRow) -> None:
        routing = entry.routing
        self._again, self._under = again, again.then.under
        self._now_s = entry.recorded_at
        self._recipient = str(entry.partner)
        self._abouts: dict[str, tuple[Known, Known]] = {}
        self._law = law = again.law_of(entry)
        self._broken = routing.get("break_glass") is not None
        self._purpose = str(routing.get("purpose", "none"))
        self._demand = str(routing.get("legal_demand", "none"))
        self.day = london_day(self._now_s)
        self._number = again.then.number((
            self._recipient,
            self._agency(self._recipient).number,
            self._purpose,
            self._demand,
            None if law is None else (law.sha256, law.index.in_force(self.day)),
            self._broken,
        ))  # fmt: skip

    def rests_on(self, item: Item) -> _Question:
        """Return the numbers of all that showing an item to whoever was answered rests on."""
        under, now_s, kind = self._under, self._now_s, item.kind
        subject, relation = self._abouts.get(item.subject) or self._about(item.subject)
        return (
            self._number,
            kind.number,
            subject.number,
            relation.number,
            under(item.key, now_s).number,
            under(kind.poster, now_s).number,
        )

    def tries(self, item: Item) -> Tries:
        """Return what may have been decided about an item: nothing, where there is no such law."""
        known = self._known(item)
        asked = {"purpose": self._purpose, "legal_demand": self._demand}
        usual = self._again.one_of({**known, **asked, **USUAL})
        return Tries(usual, [], self._each({**known, **asked}))

    def _each(self, known: Mapping[str, str]) -> Iterator[Tried]:
        """Decide on what a request may have stated, one after the other."""
        law, day = self._law, self.day
        glass = {PERSON: "share"} if self._broken else _NOTHING
        if law is None:
            return
        for stated in _requests():
            facts = {**glass, **known, **stated}
            decision = decide(facts, law, day)
            yield Tried(self._again.one_of(facts), decision, day, decision.id_on(day))

    def _known(self, item: Item) -> dict[str, str]:
        """Return what was on record about showing an item to whoever the entry answered."""
        kind = item.kind
        subject, relation = self._about(item.subject)
        facts = self._under(item.key, self._now_s).facts
        return facts_of(
            subject=subject.facts,
            relation=relation.facts,
            item={"item_kind": kind.family, "item_status": "live", **facts},
            poster=kind.agency,
            addressed=kind.addressed,
            recipient=self._recipient,
            agencies={s: self._agency(s).facts for s in (kind.agency, self._recipient)},
        )

    def _about(self, subject: str) -> tuple[Known, Known]:
        found = self._abouts.get(subject)
        if found is None:
            of = self._under(subject_key(subject), self._now_s)
            towards = self._under(relation_key(subject, self._recipient), self._now_s)
            found = self._abouts[subject] = (of, towards)
        return found

    def _agency(self, slug: str) -> Known:
        return self._under(agency_key(slug), self._now_s)


def _requests() -> Iterator[dict[str, str]]:
    """Yield what a request may state, the usual first."""
    for published in ({}, {"for_publication": "yes"}):
        for values in product(("yes", "no"), ("no", "yes"), ("no", "yes"), ("no", "yes")):
            yield {**dict(zip(_STATED, values, strict=True)), **published}
