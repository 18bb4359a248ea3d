"""Answers a case from its facts and the rulebook alone: no hub, no HTTP, no views.

In: a case's posts, in some order. Out: for each ask that reads, the categories of each item it may
be shown, by the rules.
Never here: redaction, what is recorded, what is told; a person's decision, or time passing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.base import Category, Fact, Payload, Scope
from contracts.labels import categories_in
from contracts.subject import AgencyKind
from hub.ledger.draft import whose_word
from hub.ledger.record import name_of
from hub.rulebook import Rulebook, decide
from hub.views.question import facts_of
from tests.cases.case_file import Ask, Case, Post
from tests.cases.names import Names

TODAY = date(2026, 7, 1)
PREVENT = frozenset({"council", "police", "nhs_trust", "children_services", "probation"})
PRIVATE = frozenset({"provider", "other", "advocate"})
Answers = dict[str, dict[str, frozenset[Category]]]
"""By ask, then by the item's post."""
Key = tuple[str, str, str]
"""A scope, whom or what it is about, and the fact's name."""


@dataclass(slots=True)
class Record:
    """The facts on record, and the items they are about."""

    names: Names
    law: Rulebook
    facts: dict[Key, str] = field(default_factory=dict)
    items: list[tuple[Post, Payload]] = field(default_factory=list)

    def add(self, post: Post) -> None:
        """Put a post on record."""
        payload = self.names.payload(post)
        if post.by:
            self.items.append((post, payload))
        for fact in (whose_word(fact, post.by) for fact in payload.facts()):
            if counts(fact, self.kind(post.by), self.law):
                self.facts[key_of(fact, post)] = fact.value

    def kind(self, agency: str) -> AgencyKind:
        """Return an agency's kind."""
        return self.names.case.agencies.get(agency, "hub")

    def about(self, scope: str, whom: str) -> dict[str, str]:
        """Return the facts of one scope about one thing."""
        return {n: v for (s, w, n), v in self.facts.items() if (s, w) == (scope, whom)}


def named(case: Case) -> Names:
    """Return names for a case that nobody plays."""
    serial = iter(range(9_990_000_000, 10_000_000_000))
    names = Names(case, {a: a for a in case.agencies}, lambda: str(next(serial)), TODAY)
    tags = [*(post.id for post in case.post), *(ask.id for ask in case.ask)]
    names.posts = {tag: f"00000000-0000-4000-8000-{n:012}" for n, tag in enumerate(tags)}
    return names


def answers(case: Case, posts: Iterable[Post], law: Rulebook) -> Answers:
    """Return what each reading ask may be shown, once these posts are on record."""
    record = Record(named(case), law)
    for post in posts:
        if post.taken:
            record.add(post)
    reading = [ask for ask in case.ask if ask.by and ask.via in ("timeline", "disclosure")]
    return {ask.id: dict(_shown(record, ask)) for ask in reading}


def counts(fact: Fact, poster: AgencyKind, law: Rulebook) -> bool:
    """Return whether a poster's word on a fact counts."""
    if poster == "hub":
        return True
    entry = law.vocabulary[fact.name]
    about_others = fact.scope is Scope.ITEM and fact.agency is not None
    allowed = entry.asserted_by
    return poster in allowed if allowed is not None else not about_others


def key_of(fact: Fact, post: Post) -> Key:
    """Return what a fact is about, in a form to fold by."""
    if fact.scope is Scope.ITEM:
        return "item", f"{fact.agency or post.by}:{fact.item or post.id}", fact.name
    if fact.scope is Scope.RELATION:
        return "relation", f"{post.about}:{fact.agency}", name_of(fact)
    return str(fact.scope), post.about, fact.name


def _shown(record: Record, ask: Ask) -> Iterable[tuple[str, frozenset[Category]]]:
    request = {
        "purpose": ask.purpose,
        "legal_demand": ask.legal_demand,
        "necessary": "yes" if ask.necessary else "no",
        "emergency": "yes" if ask.emergency else "no",
        "offence_stated": "yes" if ask.offence_stated else "no",
        "aggregate": "yes" if ask.aggregate else "no",
        "for_publication": "yes" if ask.for_publication else "no",
    }
    for post, payload in record.items:
        if post.about == ask.about:
            facts = {**_facts(record, ask, post, payload), **request}
            shown = decide(facts, record.law, TODAY).shown & categories_in(payload)
            yield post.id, frozenset(shown)


def _facts(record: Record, ask: Ask, post: Post, payload: Payload) -> dict[str, str]:
    stated = record.about("item", f"{post.by}:{post.id}")
    by_jti = record.about("item", f"{post.by}:{record.names.posts[post.id]}")
    return facts_of(
        subject=record.about("subject", post.about),
        relation=record.about("relation", f"{post.about}:{ask.by}"),
        item={"item_kind": payload.FAMILY, "item_status": "live", **stated, **by_jti},
        poster=post.by,
        addressed=payload.addressees(),
        recipient=ask.by,
        agencies={name: _entry(kind) for name, kind in record.names.case.agencies.items()},
    )


def _entry(kind: AgencyKind) -> Mapping[str, str]:
    return {
        "recipient_kind": kind,
        "sender_kind": kind,
        "recipient_prevent_specified": "yes" if kind in PREVENT else "no",
        "sender_public_authority": "no" if kind in PRIVATE else "yes",
    }
