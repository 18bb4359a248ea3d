"""What was known at one position of the ledger, and on which of it an item was shown.

In: header rows, in order; an entry of the register. Out: for an item of it, the facts its decision
rested on, and the decision where they give it.
Never here: content, or a fact learned since: headers hold ids and closed values only.

The register keeps a decision's id and not its facts. They are folded again from what events
asserted up to then; where the answer they give has the recorded id, they are the very facts the
decision rested on. What a request stated beside its purpose is found the same way. That is done
once for what is equal: most items of a day are alike in everything a decision rests on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from sys import intern
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from contracts.catalogue import EVENT_TYPES
from hub.disclosure.glass import through
from hub.ledger.record import agency_key, item_key, relation_key, subject_key
from hub.rulebook import Decision, Rulebook, RulebookError, decide
from hub.rulebook.releases import Releases
from hub.rulebook.rule import PERSON
from hub.views.case_file import is_item
from hub.views.days import london_day
from hub.views.question import facts_of
from hub.views.rows import HeaderRow

_RETRACTED = ("item_status", "retracted")
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
"""Decisions that are remembered, with the facts they rest on: some hundred megabytes."""
Facts: TypeAlias = frozenset[tuple[str, str]]


class Item(NamedTuple):
    """Of a header, what a question about its event rests on: there is one for every row."""

    agency: str
    jti: str
    subject: str
    family: str
    addressed: tuple[str, ...]

    @classmethod
    def of(cls, row: HeaderRow) -> "Item":
        """Return what counts of a row."""
        addressed = tuple(map(intern, row.routing.get("addressees", ())))
        family = EVENT_TYPES[row.type_uri].FAMILY
        return cls(intern(row.agency), row.jti, intern(row.subject), family, addressed)


class _Question(NamedTuple):
    """All that finding a decision again rests on."""

    known: Facts
    asked: Facts
    law: str | None
    """The sha256 of the rulebook; None where the ledger has no such release."""
    broken: bool
    day: date
    decision_id: str


@dataclass(slots=True)
class Then:
    """What was known at one position of the ledger."""

    facts: dict[str, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    of: dict[str, list[Item]] = field(default_factory=dict)
    """The items of each subject."""
    found: dict[_Question, tuple[Facts, Decision | None]] = field(default_factory=dict)
    """On which facts it was decided, and what, of questions asked before."""
    glass: dict[str, Rulebook] = field(default_factory=dict)

    def learn(self, row: HeaderRow) -> None:
        """Fold what one event asserts."""
        item = self.items[row.position] = Item.of(row)
        if is_item(row):
            self.of.setdefault(row.subject, []).append(item)
        for key, fact, value, expires_at in row.facts:
            held = self.facts.setdefault(key, {})
            if (fact, held.get(fact, ("",))[0]) != _RETRACTED:
                held[fact] = (value, expires_at)

    def under(self, key: str, now_s: int) -> dict[str, str]:
        """Return what was on record under a key at an instant."""
        held = self.facts.get(key, {})
        return {f: v for f, (v, end) in held.items() if end is None or end > now_s}

    def law_of(self, entry: HeaderRow, law: Releases) -> Rulebook | None:
        """Return the law an answer was given under, as it read through glass if that was broken."""
        sha256 = str(entry.routing.get("rulebook"))
        try:
            found = law.named(sha256, entry.recorded_at)
        except RulebookError:
            return None
        if found is None or entry.routing.get("break_glass") is None:
            return found
        return self.glass.setdefault(sha256, through(found))


class Look:
    """What is the same for every item of one entry: whoever was answered, when, under which law.

    An answer has some seven items, mostly about one subject: what is on record about that subject
    is gathered once.
    """

    def __init__(self, then: Then, entry: HeaderRow, law: Releases) -> None:
        self._then = then
        self._now_s = entry.recorded_at
        self._recipient = str(entry.partner)
        self._abouts: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self._agencies: dict[str, dict[str, str]] = {}
        self.law = then.law_of(entry, law)
        self.broken = entry.routing.get("break_glass") is not None
        self.day = london_day(self._now_s)
        self.asked = _stated(entry)
        self.asked_facts = frozenset(self.asked.items())

    def known(self, item: Item) -> dict[str, str]:
        """Return what was on record about showing an item to whoever the entry answered."""
        subject, relation = self._about(item.subject)
        facts = self._then.under(item_key(item.agency, item.jti), self._now_s)
        return facts_of(
            subject=subject,
            relation=relation,
            item={"item_kind": item.family, "item_status": "live", **facts},
            poster=item.agency,
            addressed=item.addressed,
            recipient=self._recipient,
            agencies={slug: self._agency(slug) for slug in (item.agency, self._recipient)},
        )

    def _about(self, subject: str) -> tuple[dict[str, str], dict[str, str]]:
        found = self._abouts.get(subject)
        if found is None:
            about = UUID(subject)
            keys = (subject_key(about), relation_key(about, self._recipient))
            one, other = (self._then.under(key, self._now_s) for key in keys)
            found = self._abouts[subject] = (one, other)
        return found

    def _agency(self, slug: str) -> dict[str, str]:
        found = self._agencies.get(slug)
        if found is None:
            found = self._agencies[slug] = self._then.under(agency_key(slug), self._now_s)
        return found


def asked(then: Then, item: Mapping[str, Any], look: Look) -> tuple[Facts, Decision | None]:
    """Return the facts one released item was decided on, and its decision if they give it."""
    known = look.known(then.items[item["position"]])
    question = _Question(
        known=frozenset(known.items()),
        asked=look.asked_facts,
        law=None if look.law is None else look.law.sha256,
        broken=look.broken,
        day=look.day,
        decision_id=item["decision"],
    )
    found = then.found.get(question)
    if found is None:
        facts, decision = _found_again(question, known, look.asked, look.law)
        if len(then.found) >= _KEPT:
            then.found.clear()
        found = then.found[question] = (frozenset(facts.items()), decision)
    return found


def _found_again(
    question: _Question,
    known: Mapping[str, str],
    asked: Mapping[str, str],
    rulebook: Rulebook | None,
) -> tuple[dict[str, str], Decision | None]:
    """Try what a request may have stated, until the decision is the one that was recorded."""
    broken = {PERSON: "share"} if question.broken else _NOTHING
    if rulebook is not None:
        for stated in _requests():
            facts = {**broken, **known, **asked, **stated}
            decision = decide(facts, rulebook, question.day)
            if decision.id == question.decision_id:
                return facts, decision
    return {**known, **asked, **USUAL}, None


def _requests() -> Iterator[dict[str, str]]:
    """Yield what a request may state, the usual first."""
    for published in ({}, {"for_publication": "yes"}):
        for values in product(("yes", "no"), ("no", "yes"), ("no", "yes"), ("no", "yes")):
            yield {**dict(zip(_STATED, values, strict=True)), **published}


def _stated(entry: HeaderRow) -> dict[str, str]:
    return {name: str(entry.routing.get(name, "none")) for name in ("purpose", "legal_demand")}
