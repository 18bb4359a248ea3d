"""Reads what was decided, with the facts as they were known then.

In: the ledger's headers, in order. Out: fact sets, each with how many released items rested on it.
Never here: content, a payload, or a fact learned since: headers hold ids and closed values only.

The register keeps a decision's id and not its facts. They are folded again from what events
asserted up to then; where the answer they give has the recorded id, they are the very facts the
decision rested on. What a request stated beside its purpose is found the same way.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import Connection, connect

from contracts.catalogue import EVENT_TYPES
from contracts.disclosure import DisclosureMade, DisclosureRefused
from hub.ledger.record import agency_key, item_key, relation_key, subject_key
from hub.rulebook import Rulebook, decide
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
    """Released items whose recorded decision these facts do not give: decided under another
    release, or on a statement that the register does not keep."""


@dataclass(slots=True)
class _Then:
    """What was known at one position of the ledger."""

    facts: dict[str, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    items: dict[int, HeaderRow] = field(default_factory=dict)
    of: dict[str, list[HeaderRow]] = field(default_factory=dict)
    """The items of each subject."""

    def learn(self, row: HeaderRow) -> None:
        """Fold what one event asserts."""
        self.items[row.position] = row
        if is_item(row):
            self.of.setdefault(row.subject, []).append(row)
        for key, fact, value, expires_at in row.facts:
            held = self.facts.setdefault(key, {})
            if (fact, held.get(fact, ("",))[0]) != _RETRACTED:
                held[fact] = (value, expires_at)

    def under(self, key: str, now_s: int) -> dict[str, str]:
        """Return what was on record under a key at an instant."""
        held = self.facts.get(key, {})
        return {f: v for f, (v, end) in held.items() if end is None or end > now_s}


def decided(dsn: str, rulebook: Rulebook) -> Past:
    """Read the whole ledger. Memory grows with its headers; time too, once over.

    Args:
        dsn: the database.
        rulebook: the release whose decisions can be recognised by their ids.
    """
    with connect(dsn) as connection:
        return replay(_rows(connection), rulebook)


def replay(rows: Iterable[HeaderRow], rulebook: Rulebook) -> Past:
    """Fold header rows, in order, and gather what each released item was decided on."""
    then = _Then()
    sets: Counter[frozenset[tuple[str, str]]] = Counter()
    refused: Counter[frozenset[tuple[str, str]]] = Counter()
    unknown = 0
    for row in rows:
        if row.type_uri == DisclosureMade.TYPE:
            for item in row.routing.get("items", ()):
                facts, known = _asked(then, row, item, rulebook)
                sets[frozenset(facts.items())] += 1
                unknown += not known
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


def _rows(connection: Connection[Any]) -> Iterator[HeaderRow]:
    position = 0
    while rows := rows_after(connection, position, BATCH):
        yield from rows
        position = rows[-1].position


def _asked(
    then: _Then, entry: HeaderRow, item: Mapping[str, Any], rulebook: Rulebook
) -> tuple[dict[str, str], bool]:
    """Return the facts one released item was decided on, and whether they give its decision."""
    known = _known(then, entry, then.items[item["position"]])
    asked = _stated(entry)
    day = london_day(entry.recorded_at)
    if entry.routing.get("rulebook") == rulebook.sha256:
        for stated in _requests():
            facts = {**known, **asked, **stated}
            if decide(facts, rulebook, day).id == item["decision"]:
                return facts, True
    return {**known, **asked, **_USUAL}, False


def _requests() -> Iterator[dict[str, str]]:
    """Yield what a request may state, the usual first."""
    for values in product(("yes", "no"), ("no", "yes"), ("no", "yes"), ("no", "yes")):
        yield dict(zip(_STATED, values, strict=True))


def _known(then: _Then, entry: HeaderRow, item: HeaderRow) -> dict[str, str]:
    """Return what was on record about showing an item to whoever the entry answered."""
    now_s, recipient = entry.recorded_at, str(entry.partner)
    kind = {"item_kind": EVENT_TYPES[item.type_uri].FAMILY, "item_status": "live"}
    return facts_of(
        subject=then.under(subject_key(UUID(item.subject)), now_s),
        relation=then.under(relation_key(UUID(item.subject), recipient), now_s),
        item={**kind, **then.under(item_key(item.agency, item.jti), now_s)},
        poster=item.agency,
        addressed=item.routing.get("addressees", ()),
        recipient=recipient,
        agencies={slug: then.under(agency_key(slug), now_s) for slug in (item.agency, recipient)},
    )
