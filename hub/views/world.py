"""What the folds work on: the part of the views a batch touches, in memory.

In: rows that `load` fetched. Out: the same, changed, and the Changes to write.
Never here: I/O. A World is thrown away whenever the tables may have moved without it.
"""

import hashlib
import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from hub.rulebook.releases import Releases
from hub.views.days import london_day
from hub.views.judge import Answer, Judge
from hub.views.patterns import Pattern
from hub.views.rows import Changes, Clock, Entitled, Item, ItemClass

ALWAYS = frozenset(
    {
        "council",
        "police",
        "cqc",
        "sab",
        "children_services",
        "professional_regulator",
        "commissioner",
    }
)
"""Kinds of agency that may have a basis for any subject, whether or not anybody named them."""
HUB = "hub"
ANSWERS_KEPT: Final = 50_000
Facts: TypeAlias = frozenset[tuple[str, str]]
Question: TypeAlias = tuple[int, str, Facts, Facts | None, date]
"""A class, an agency, the facts about a subject and about the two of them, since when law counts:
all that a question rests on, besides the register's entries and the judge."""


@dataclass(slots=True)
class Subject:
    """What the views hold about one subject. Facts are those on record at the World's clock."""

    id: str
    facts: dict[str, str] = field(default_factory=dict)
    relations: dict[str, dict[str, str]] = field(default_factory=dict)
    """By agency; one whose facts have all expired stays, empty: it once had to do with this."""
    classes: dict[int, int] = field(default_factory=dict)
    """How many items of each class there are."""
    entitled: dict[int, dict[str, Entitled]] = field(default_factory=dict)
    """By class, then agency. No entry: nothing may be shown."""
    named: set[str] = field(default_factory=set)
    """Agencies that posted about it or were addressed in an item."""
    setting: str | None = None
    """The location id, where the subject is a care setting."""


@dataclass(slots=True)
class World:
    """The working set of a batch, and what outlasts it: agencies, classes, recent subjects."""

    judge: Judge
    position: int = 0
    clock: int = 0
    agencies: dict[str, dict[str, str]] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)
    """The agencies of a kind in ALWAYS."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    classes: dict[int, ItemClass] = field(default_factory=dict)
    patterns: dict[str, Pattern] = field(default_factory=dict)
    """By location id."""
    places: dict[str, set[str]] = field(default_factory=dict)
    """By location id: the subjects that are that setting."""
    items: dict[str, Item] = field(default_factory=dict)
    """By item key: those this batch's facts are about."""
    item_facts: dict[str, dict[str, str]] = field(default_factory=dict)
    shown_to: dict[int, set[str]] = field(default_factory=dict)
    """By item position: the agencies it was disclosed to. Only for items in `items`."""
    expiring: list[tuple[int, str, str]] = field(default_factory=list)
    ends: dict[tuple[str, str], int | None] = field(default_factory=dict)
    running: dict[str, dict[str, Clock]] = field(default_factory=dict)
    """By subject, then id: the clocks that strike in this batch, or that its rows may end."""
    striking: list[tuple[int, str, str]] = field(default_factory=list)
    """When, of which subject, which clock."""
    changes: Changes = field(default_factory=Changes)
    law: Releases = field(default_factory=Releases)
    """What the ledger has released up to `position`; `judge` decides by the one in force."""
    answers: dict[Question, Answer] = field(default_factory=dict)
    """What `judge` said under the register's entries as they are: any change of them empties it."""
    _class_ids: dict[tuple[object, ...], ItemClass] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The London day of the World's clock."""
        return london_day(self.clock)

    def candidates(self, subject: Subject) -> set[str]:
        """Return the agencies a decision about the subject may be anything but empty for."""
        return (self.always | subject.named | subject.relations.keys()) - {HUB}

    def watches(self, setting: str) -> bool:
        """Return whether the pattern of a setting is folded here."""
        return bool(setting)

    def holds(self, subject: str) -> bool:
        """Return whether the clocks of a subject, and its erasure, are folded here."""
        return bool(subject)

    def stand_before(self, second: int) -> None:
        """Stand at the last row before a second, where not every row is folded here (whole)."""

    def register(self, agency: str, fact: str, value: str) -> None:
        """Put one fact in an agency's register entry."""
        self.answers.clear()
        self.agencies.setdefault(agency, {})[fact] = value
        if fact == "recipient_kind":
            (self.always.add if value in ALWAYS else self.always.discard)(agency)

    def strike_off(self, agency: str, fact: str) -> None:
        """Take one fact that is over out of an agency's register entry."""
        self.answers.clear()
        del self.agencies[agency][fact]

    def sit(self, judge: Judge) -> bool:
        """Let a judge decide from now on; return whether it is another one."""
        if judge is self.judge:
            return False
        self.answers.clear()
        self.judge = judge
        return True

    def keep_answer(self, question: Question, answer: Answer) -> None:
        """Keep what was answered, with a bound on how much is kept."""
        if len(self.answers) >= ANSWERS_KEPT:
            self.answers.clear()
        self.answers[question] = answer

    def item_class(
        self, poster: str, addressed: tuple[str, ...], facts: Mapping[str, str]
    ) -> ItemClass:
        """Return the class of items with this poster, these addressees and these facts."""
        key = (poster, addressed, frozenset(facts.items()))
        found = self._class_ids.get(key)
        if found is None:
            found = ItemClass(class_id(poster, addressed, facts), poster, addressed, dict(facts))
            self._class_ids[key] = found
        if found.id not in self.classes:
            self.classes[found.id] = self.changes.classes[found.id] = found
        return found

    def due_after(self, end_s: int, key: str, fact: str, expires_at: int | None) -> None:
        """Note when a fact expires, if that is before the batch ends."""
        self.ends[key, fact] = expires_at
        if expires_at is not None and self.clock < expires_at <= end_s:
            heapq.heappush(self.expiring, (expires_at, key, fact))

    def start_batch(self, *, keep: int) -> None:
        """Forget what only the last batch needed; keep at most `keep` subjects and settings."""
        self.items.clear()
        self.item_facts.clear()
        self.shown_to.clear()
        self.expiring.clear()
        self.ends.clear()
        self.running.clear()
        self.striking.clear()
        for kept in (self.subjects, self.patterns):
            while len(kept) > keep:
                del kept[next(iter(kept))]  # the one that was loaded first
        if len(self._class_ids) > keep:
            self._class_ids.clear()


def class_id(poster: str, addressed: tuple[str, ...], facts: Mapping[str, str]) -> int:
    """Return a class's id: 63 bits of the hash of what defines it, the same in every rebuild."""
    body = json.dumps([poster, addressed, dict(facts)], sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(body.encode()).digest()[:8]) >> 1
