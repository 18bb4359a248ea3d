"""Decides each candidate again, under today's facts, and keeps only what may leave. Pure.

In: candidates with their tokens, the facts as they stand, the rulebook, the request.
Out: Weighed items: what is shown, what is withheld, by which decision.
Never here: I/O. This is the binding decision: the projector's only said where to look.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from contracts.base import Category, Scope
from contracts.catalogue import EVENT_TYPES
from contracts.disclosure import DisclosedItem
from contracts.labels import ordered, unmask
from hub.disclosure.ask import Ask
from hub.ledger.read import Known
from hub.ledger.record import agency_key, item_key, relation_key, subject_key
from hub.rulebook import Decision, Rule, Rulebook, decide
from hub.rulebook.decide import weigh
from hub.rulebook.rule import ALL, PERSON
from hub.views.judge import Judge
from hub.views.question import facts_of
from hub.views.read import Candidate
from hub.views.read_items import ClassOfItems

NO_FACTS: Mapping[str, str] = {}
_WHOEVER = frozenset({Scope.SUBJECT, Scope.RELATION, Scope.RECIPIENT})
"""What a fact is about that is the same for all items of a subject, towards one asker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One candidate with its binding decision.

    `may` is what the partner may be shown of such an item; `shown` what of it this one carries,
    empty where nothing may leave. Redaction goes by `may`: free text that could name a third party
    leaves only towards whoever may see third parties, though the item has no such field.
    """

    candidate: Candidate
    decision: Decision
    may: frozenset[Category]
    shown: frozenset[Category]
    cleared: bool
    blocked: bool
    """Entitled when projected, and today no request could have it: the views are behind."""

    def recorded(self) -> DisclosedItem:
        """Return the register's line for this item."""
        withheld = self.withheld()
        return DisclosedItem(
            position=self.candidate.position,
            categories=ordered(self.shown),
            withheld=ordered(withheld),
            decision=self.decision.id,
            rules=self.decision.permits + self.decision.forbids,
        )

    def withheld(self) -> frozenset[Category]:
        """Return what the item carries that is not shown."""
        return unmask(self.candidate.categories) - self.shown

    def nameable(self) -> frozenset[Category]:
        """Return what is withheld where even that may be said."""
        return self.withheld() & self.decision.nameable


class Scales:
    """The rulebook with its recent decisions kept: a page holds few distinct sets of facts."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._judge = Judge(rulebook)
        self._open = frozenset(
            name for name, fact in rulebook.vocabulary.items() if fact.scope is Scope.REQUEST
        )
        self._hiding = tuple(rule for rule in rulebook.rules if _hides(rule, rulebook))
        self._decide = lru_cache(maxsize=50_000)(self._fresh)

    def weigh(
        self,
        candidates: Sequence[Candidate],
        known: Known,
        ask: Ask,
        on: date,
    ) -> list[Weighed]:
        """Decide every candidate for one request on one London day."""
        return [self._one(candidate, known, ask, on) for candidate in candidates]

    def entitled(
        self, candidates: Sequence[Candidate], known: Known, ask: Ask, on: date
    ) -> list[Weighed]:
        """Decide every candidate with the request left open: what any request could be shown."""
        found = []
        for candidate in candidates:
            facts = _facts(candidate, known, ask)
            decision = decide(facts, self.rulebook, on, open_facts=self._open)
            found.append(_weighed(candidate, facts, decision, decision.shown, blocked=False))
        return found

    def classes(
        self, classes: Sequence[ClassOfItems], known: Known, ask: Ask, on: date
    ) -> list[tuple[ClassOfItems, Decision]]:
        """Decide whole classes of items for a stated request: few, however many items there are.

        So a subject with many items costs an asker who may see none of them what nobody costs.
        """
        found = []
        for one in classes:
            about = _about(one.facts, one.poster, one.addressed, known, ask)
            found.append((one, self.decision({**about, **ask.facts()}, on)))
        return found

    def hidden(self, facts: Mapping[str, str], on: date) -> bool:
        """Return whether a silent rule keeps from the recipient that there is anything."""
        return self._judge.entitled(facts, on).hidden

    def hiding(self, known: Known, ask: Ask, on: date) -> tuple[str, ...]:
        """Return the silent rules that keep from the asker whatever others posted of a subject.

        Only rules that look at no item are asked, so what holds here holds of every item. They are
        asked whoever it is about, so that nobody costs what somebody hidden costs; but of nobody,
        of whom nothing is on record, nothing is hidden. A rule that waits for a fact hides as well,
        and is named where none holds outright.
        """
        facts = self.rulebook.known(_about(NO_FACTS, "", (), known, ask), ())
        asked = [(r.name, weigh(r, facts)[0]) for r in self._hiding if r.in_force(on)]
        if subject_key(ask.subject) not in known.facts:
            return ()
        holds = tuple(name for name, verdict in asked if verdict)
        return holds or tuple(name for name, verdict in asked if verdict is None)

    def decision(self, facts: Mapping[str, str], on: date) -> Decision:
        """Return the decision on some facts."""
        return self._decide(frozenset(facts.items()), on)

    def _one(self, candidate: Candidate, known: Known, ask: Ask, on: date) -> Weighed:
        facts = _facts(candidate, known, ask)
        now_entitled = unmask(self._judge.entitled(facts, on).mask)
        # Who states a request makes itself a candidate, so its entitlement is worked out here.
        entitled = now_entitled if ask.stated else unmask(candidate.entitled)
        decision = self.decision({**facts, **ask.facts()}, on)
        blocked = bool(entitled - now_entitled)
        return _weighed(candidate, facts, decision, decision.shown & entitled, blocked=blocked)

    def _fresh(self, facts: frozenset[tuple[str, str]], on: date) -> Decision:
        return decide(dict(facts), self.rulebook, on)


def _weighed(
    candidate: Candidate,
    facts: Mapping[str, str],
    decision: Decision,
    may: frozenset[Category],
    *,
    blocked: bool,
) -> Weighed:
    shown = may & unmask(candidate.categories)
    # That something exists, and nothing of it, is no answer: save to whom it is no news, since
    # they posted it, and to whom it was sent.
    something = bool(shown - {Category.EXISTENCE}) or (bool(shown) and _known_to_be_there(facts))
    return Weighed(
        candidate=candidate,
        decision=decision,
        may=may if something else frozenset(),
        shown=shown if something else frozenset(),
        cleared=facts.get("narrative_cleared") == "yes",
        blocked=blocked,
    )


def _known_to_be_there(facts: Mapping[str, str]) -> bool:
    """Return whether the asker posted an item, or was sent it by name."""
    return "yes" in (facts["own_record"], facts["addressed_to_recipient"])


def _facts(candidate: Candidate, known: Known, ask: Ask) -> dict[str, str]:
    """Return what is on record about showing an item to whoever asks."""
    item = item_facts(candidate, known)
    return _about(item, candidate.posted_by, candidate.addressed, known, ask)


def _about(
    item: Mapping[str, str], poster: str, addressed: Collection[str], known: Known, ask: Ask
) -> dict[str, str]:
    agencies = {slug: known.facts.get(agency_key(slug), NO_FACTS) for slug in (poster, ask.partner)}
    facts = facts_of(
        subject=known.facts.get(subject_key(ask.subject), NO_FACTS),
        relation=known.facts.get(relation_key(ask.subject, ask.partner), NO_FACTS),
        item=item,
        poster=poster,
        addressed=addressed,
        recipient=ask.partner,
        agencies=agencies,
    )
    if ask.glass is not None:
        # The officer decides, for lack of time; a holder who said no is not overruled.
        facts.setdefault(PERSON, "share")
    return facts


def item_facts(candidate: Candidate, known: Known) -> dict[str, str]:
    """Return the facts of one item as they stand now."""
    stated = known.facts.get(item_key(candidate.posted_by, candidate.jti), NO_FACTS)
    family = EVENT_TYPES[candidate.type_uri].FAMILY
    return {"item_kind": family, "item_status": "live", **stated}


def _hides(rule: Rule, rulebook: Rulebook) -> bool:
    """Return whether a rule, where it bites, hides every item that others posted."""
    if not (rule.forbids and rule.silent) or rule.yields_to or rule.mask != ALL:
        return False
    scopes = {rulebook.vocabulary[c.fact].scope for c in rule.clauses if c.fact != "own_record"}
    return scopes <= _WHOEVER


def keys_for(candidates: Sequence[Candidate], ask: Ask, posters: Collection[str] = ()) -> list[str]:
    """Return every key that the decisions on these candidates, or these posters' items, rest on."""
    keys = {
        subject_key(ask.subject),
        relation_key(ask.subject, ask.partner),
        agency_key(ask.partner),
        *(agency_key(poster) for poster in posters),
    }
    for candidate in candidates:
        keys.add(item_key(candidate.posted_by, candidate.jti))
        keys.add(agency_key(candidate.posted_by))
    return sorted(keys)
