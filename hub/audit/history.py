"""Reads what was decided, with the facts as they were known then.

In: the ledger's headers, in order. Out: fact sets, each with how many released items rested on it;
for one answer, what each of its items was decided on, under the release then in force.
Never here: content, a payload, or a fact learned since: headers hold ids and closed values only.

The register keeps a decision's id and not its facts. They are folded again from what events
asserted up to then; where the answer they give has the recorded id, they are the very facts the
decision rested on. What a request stated beside its purpose is found the same way. That is done
once for what is equal: most items of a day are alike in everything a decision rests on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from sys import intern
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from psycopg import Connection

from contracts.catalogue import EVENT_TYPES
from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.disclosure.glass import through
from hub.ledger.record import agency_key, item_key, relation_key, subject_key
from hub.rulebook import Decision, Rulebook, RulebookError, decide
from hub.rulebook.releases import Releases
from hub.rulebook.rule import PERSON
from hub.views.case_file import is_item
from hub.views.days import london_day
from hub.views.load import rows_after
from hub.views.question import facts_of
from hub.views.rows import HeaderRow

BATCH = 5_000
_RETRACTED = ("item_status", "retracted")
_STATED = ("necessary", "emergency", "offence_stated", "aggregate")
_USUAL = {"necessary": "yes", "emergency": "no", "offence_stated": "no", "aggregate": "no"}
_NOTHING: Mapping[str, str] = {}
_LOOKED = frozenset({"timeline", "disclosure"})
"""Ways of asking about one subject; a search that found nobody was about no one."""
_KEPT = 20_000
"""Decisions that are remembered, with the facts they rest on: some hundred megabytes."""
Facts: TypeAlias = frozenset[tuple[str, str]]
History: TypeAlias = Sequence[tuple[Mapping[str, str], int]]


@dataclass(slots=True, kw_only=True)
class Past:
    """What was decided. Each set of facts comes once, with the items whose answer rested on it."""

    sets: History
    """Of items that were released."""
    refused: History
    """Of items that others had posted about whoever was asked about, when nothing was released. The
    register keeps no statement of a refused request but its purpose and demand: the usual is
    taken."""
    released: int
    not_reproduced: int
    """Released items whose recorded decision these facts do not give: decided under a release
    that is not in the ledger, or on a statement that the register does not keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one item of an answer was decided on. `decision` is None where it cannot be found."""

    position: int
    decision_id: str
    decision: Decision | None


class _Item(NamedTuple):
    """Of a header, what a question about its event rests on: there is one for every row."""

    agency: str
    jti: str
    subject: str
    type_uri: str
    addressed: tuple[str, ...]

    @classmethod
    def of(cls, row: HeaderRow) -> "_Item":
        addressed = tuple(map(intern, row.routing.get("addressees", ())))
        return cls(intern(row.agency), row.jti, row.subject, intern(row.type_uri), addressed)


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
class _Then:
    """What was known at one position of the ledger."""

    facts: dict[str, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    items: dict[int, _Item] = field(default_factory=dict)
    of: dict[str, list[_Item]] = field(default_factory=dict)
    """The items of each subject."""
    found: dict[_Question, tuple[Facts, Decision | None]] = field(default_factory=dict)
    """On which facts it was decided, and what, of questions asked before."""
    glass: dict[str, Rulebook] = field(default_factory=dict)

    def learn(self, row: HeaderRow) -> None:
        """Fold what one event asserts."""
        item = self.items[row.position] = _Item.of(row)
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


def decided(connection: Connection[Any], law: Releases) -> Past:
    """Read the whole ledger. Memory grows with its headers; time too, once over.

    Args:
        connection: one that may read.
        law: the releases whose decisions can be recognised by their ids.
    """
    return replay(every_row(connection), law)


def replay(rows: Iterable[HeaderRow], law: Releases) -> Past:
    """Fold header rows, in order, and gather what each released item was decided on."""
    then = _Then()
    sets: Counter[Facts] = Counter()
    refused: Counter[Facts] = Counter()
    unknown = 0
    for row in rows:
        if row.type_uri == DisclosureMade.TYPE:
            for item in row.routing.get("items", ()):
                facts, found = _asked(then, row, item, law)
                sets[facts] += 1
                unknown += found is None
        elif row.type_uri == DisclosureRefused.TYPE:
            refused.update(frozenset(facts.items()) for facts in _refused(then, row))
        then.learn(row)
    return Past(
        sets=[(dict(facts), n) for facts, n in sets.items()],
        refused=[(dict(facts), n) for facts, n in refused.items()],
        released=sets.total(),
        not_reproduced=unknown,
    )


def _refused(then: _Then, entry: HeaderRow) -> Iterator[dict[str, str]]:
    """Yield the facts on which each of the subject's items, of other posters, was not shown."""
    if entry.routing["channel"] in _LOOKED:
        for item in then.of.get(entry.routing.get("subject") or "", ()):
            if item.agency != entry.partner:
                yield {**_known(then, entry, item), **_stated(entry), **_USUAL}


def _stated(entry: HeaderRow) -> dict[str, str]:
    return {name: str(entry.routing.get(name, "none")) for name in ("purpose", "legal_demand")}


def answer(rows: Iterable[HeaderRow], jti: str, law: Releases) -> tuple[HeaderRow, list[Decided]]:
    """Return an answer's entry, and what each of its items was decided on.

    Raises:
        KeyError: no row is that answer.
    """
    then = _Then()
    for row in rows:
        if row.jti == jti and row.partner is not None:
            items = row.routing.get("items", ())
            return row, [
                Decided(
                    position=item["position"],
                    decision_id=item["decision"],
                    decision=_asked(then, row, item, law)[1],
                )
                for item in items
            ]
        then.learn(row)
    raise KeyError(jti)


def every_row(connection: Connection[Any]) -> Iterator[HeaderRow]:
    """Yield the ledger's headers, in order."""
    position = 0
    while rows := rows_after(connection, position, BATCH):
        yield from rows
        position = rows[-1].position


def _asked(
    then: _Then, entry: HeaderRow, item: Mapping[str, Any], law: Releases
) -> tuple[Facts, Decision | None]:
    """Return the facts one released item was decided on, and its decision if they give it."""
    known = _known(then, entry, then.items[item["position"]])
    rulebook = then.law_of(entry, law)
    question = _Question(
        known=frozenset(known.items()),
        asked=frozenset(_stated(entry).items()),
        law=None if rulebook is None else rulebook.sha256,
        broken=entry.routing.get("break_glass") is not None,
        day=london_day(entry.recorded_at),
        decision_id=item["decision"],
    )
    found = then.found.get(question)
    if found is None:
        facts, decision = _found_again(question, known, _stated(entry), rulebook)
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
    return {**known, **asked, **_USUAL}, None


def _requests() -> Iterator[dict[str, str]]:
    """Yield what a request may state, the usual first."""
    for published in ({}, {"for_publication": "yes"}):
        for values in product(("yes", "no"), ("no", "yes"), ("no", "yes"), ("no", "yes")):
            yield {**dict(zip(_STATED, values, strict=True)), **published}


def _known(then: _Then, entry: HeaderRow, item: _Item) -> dict[str, str]:
    """Return what was on record about showing an item to whoever the entry answered."""
    now_s, recipient = entry.recorded_at, str(entry.partner)
    kind = {"item_kind": EVENT_TYPES[item.type_uri].FAMILY, "item_status": "live"}
    return facts_of(
        subject=then.under(subject_key(UUID(item.subject)), now_s),
        relation=then.under(relation_key(UUID(item.subject), recipient), now_s),
        item={**kind, **then.under(item_key(item.agency, item.jti), now_s)},
        poster=item.agency,
        addressed=item.addressed,
        recipient=recipient,
        agencies={slug: then.under(agency_key(slug), now_s) for slug in (item.agency, recipient)},
    )
