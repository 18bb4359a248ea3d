"""What was known at one position of the ledger: facts by key, and the events they are about.

In: header rows, in order. Out: what was on record under a key at an instant, and its number.
Never here: content, a decision, or a fact learned since: headers hold ids and closed values only.

Equal facts have one number, for as long as this is held. Whether two questions are the same is then
told by a few numbers, and nothing has to be put together to find that out.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from sys import intern
from typing import Final, NamedTuple

from contracts.catalogue import EVENT_TYPES
from hub.ledger.record import agency_key, item_key
from hub.views.case_file import is_item
from hub.views.rows import HeaderRow

_RETRACTED = ("item_status", "retracted")


class Known(NamedTuple):
    """What is on record under a key, from one second up to but not on another."""

    number: int
    """The same for the same facts."""
    facts: Mapping[str, str]
    since: float = -inf
    until: float = inf


NOTHING: Final = Known(0, {})


class Kind(NamedTuple):
    """What an event is to a rule, apart from facts about it: many events are alike in this."""

    number: int
    agency: str
    poster: str
    """The key of what is known about that agency."""
    family: str
    addressed: tuple[str, ...]


class Item(NamedTuple):
    """Of a header, what a question about its event rests on: there is one for every event."""

    kind: Kind
    key: str
    """Of what is known about it."""
    subject: str


@dataclass(slots=True)
class Then:
    """What was known at one position of the ledger."""

    items: dict[int, Item] = field(default_factory=dict)
    """Events by position."""
    of: dict[str, list[Item]] = field(default_factory=dict)
    """The items of each subject."""
    _held: dict[str, dict[str, tuple[str, int | None]]] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _kinds: dict[Hashable, Kind] = field(default_factory=dict)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def learn(self, row: HeaderRow) -> None:
        """Fold what one event asserts. An answer asserts nothing that another would rest on."""
        if row.partner is not None:
            return
        item = Item(self._kind(row), item_key(row.agency, row.jti), intern(row.subject))
        self.items[row.position] = item
        if is_item(row):
            self.of.setdefault(item.subject, []).append(item)
        for key, fact, value, expires_at in row.facts:
            held = self._held.setdefault(key, {})
            if (fact, held.get(fact, ("",))[0]) != _RETRACTED:
                held[fact] = (value, expires_at)
                self._known.pop(key, None)

    def under(self, key: str, now_s: int) -> Known:
        """Return what was on record under a key at an instant."""
        known = self._known.get(key)
        if known is None or not known[2] <= now_s < known[3]:  # since, until: by place is quicker
            held = self._held.get(key)
            if held is None:
                return NOTHING
            known = self._known[key] = self._at(held, now_s)
        return known

    def apart(self) -> "Then":
        """Return what goes on from here by itself, with the same numbers for what is equal."""
        held = {key: dict(facts) for key, facts in self._held.items()}
        of = {subject: list(items) for subject, items in self.of.items()}
        return replace(self, items=dict(self.items), of=of, _held=held, _known={})

    def number(self, what: Hashable) -> int:
        """Return the number of something: the same for what is equal."""
        return self._numbers.setdefault(what, len(self._numbers) + 1)

    def _at(self, held: Mapping[str, tuple[str, int | None]], now_s: int) -> Known:
        facts: dict[str, str] = {}
        since, until = -inf, inf
        for fact, (value, end) in held.items():
            if end is None:
                facts[fact] = value
            elif end > now_s:
                facts[fact] = value
                until = min(until, end)
            else:
                since = max(since, end)
        return Known(self.number(frozenset(facts.items())), facts, since, until)

    def _kind(self, row: HeaderRow) -> Kind:
        what = (row.agency, row.type_uri, tuple(row.routing.get("addressees", ())))
        found = self._kinds.get(what)
        if found is None:
            agency, type_uri, addressed = what
            poster, family = agency_key(agency), EVENT_TYPES[type_uri].FAMILY
            found = Kind(len(self._kinds), agency, poster, family, addressed)
            self._kinds[what] = found
        return found
