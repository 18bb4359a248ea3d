"""Folds one part of the ledger whole, in memory: what a rebuild does where a projector cannot.

In: a part's rows in order (parting). Out: the World, with every row of the views that is the part's
own. Never here: a write.

The steps and their order are the projector's (runner), over the same folds. What differs is where
state is: nothing is fetched and nothing is put back, since all that a part's rows touch is in
memory from its first row to its last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from psycopg import Error

from hub.rulebook.releases import NotInForceError
from hub.views import facts, fold
from hub.views.law import Courts, is_release, learn, turn_s
from hub.views.parting import Delivered
from hub.views.parts import Parts
from hub.views.rows import HeaderRow
from hub.views.segments import touched
from hub.views.world import Subject, World

END_S: Final = 2**53
"""Every fact's end is watched for, however late: there is no later batch to look again."""
_NOT_THE_ROWS: Final = (Error, MemoryError, NotInForceError)


class BadRowError(Exception):
    """A row cannot be folded. The part must begin anew, and park it."""

    def __init__(self, row: HeaderRow, cause: str) -> None:
        super().__init__("a row cannot be folded")
        self.row = row
        self.cause = cause


class Bad(NamedTuple):
    """A row to be parked: what happened when it was folded, and whether its facts still count."""

    cause: str
    facts: bool


@dataclass(slots=True)
class CaseWorld(World):
    """Of subjects: everything but the patterns of settings."""

    before: Callable[[int], int] = int
    home: Callable[[str], bool] = bool

    def holds(self, subject: str) -> bool:
        """Return whether the subject is of this part."""
        return self.home(subject)

    def watches(self, setting: str) -> bool:
        """Return False: a setting's reports are about many subjects."""
        return not setting

    def stand_before(self, second: int) -> None:
        """Stand where a projector stood when a fact ended: at the last row of any part."""
        self.position = max(self.position, self.before(second))


@dataclass(slots=True)
class SettingWorld(World):
    """Of settings: patterns and alarms, and what decides who hears of them."""

    before: Callable[[int], int] = int
    here: Callable[[str], bool] = bool

    def holds(self, subject: str) -> bool:
        """Return False: clocks and erasures are of the subjects' parts."""
        return not subject

    def watches(self, setting: str) -> bool:
        """Return whether the setting is of this part."""
        return self.here(setting)

    def stand_before(self, second: int) -> None:
        """Stand where a projector stood when a fact ended: at the last row of any part."""
        self.position = max(self.position, self.before(second))

    def candidates(self, _subject: Subject) -> set[str]:
        """Return nobody: entitlements are of the subjects' parts."""
        return set()


class Whole:
    """Folds one part. `bad`: by position, the rows that are to be parked."""

    def __init__(
        self, world: World, courts: Courts, place: tuple[Parts, int], bad: Mapping[int, Bad]
    ) -> None:
        self.world = world
        self._courts = courts
        self._parts, self._part = place
        self._cases = self._part < self._parts.cases
        self._bad = bad
        self._turn = turn_s(world)

    def fold(self, given: Delivered) -> None:
        """Fold the next row.

        Raises:
            BadRowError: it cannot be folded.
        """
        row = given.row
        home = self._parts.of_subject(row.subject) == self._part
        if self._turn is not None and self._turn <= row.recorded_at:
            self.pass_time(row.recorded_at)
        entries = {a: dict(self.world.agencies.get(a, {})) for a in touched(row)}
        try:
            self._one(row._replace(facts=self._own(given, home=home)), home=home)
        except _NOT_THE_ROWS:
            raise
        except Exception as error:
            raise BadRowError(row, type(error).__name__) from error
        if is_release(row):
            learn(self.world, row)
            if self._courts.switch(self.world):
                self._decide_everywhere(None, is_new=False)
            self._turn = turn_s(self.world)
        for agency, before in entries.items():
            if self.world.agencies.get(agency, {}) != before:
                self._decide_everywhere(agency, is_new=not before)

    def pass_time(self, until_s: int) -> None:
        """Fold what time alone brings up to a second: facts end, then law turns."""
        while True:
            turn = self._turn
            end_s = until_s if turn is None else min(turn, until_s)
            fold.pass_time(self.world, end_s)
            if end_s != turn:
                return
            self.world.stand_before(end_s)
            self._courts.switch(self.world)
            self._decide_everywhere(None, is_new=False)
            self._turn = turn_s(self.world)

    def _one(self, row: HeaderRow, *, home: bool) -> None:
        bad = self._bad.get(row.position)
        if bad is not None:
            if bad.facts:
                fold.facts_only(self.world, row, END_S)
            self.world.position = row.position
            if home and self._cases:
                self.world.changes.parked.append((row.position, row.type_uri, bad.cause))
        elif home or not self._cases:
            self.world.subjects.setdefault(row.subject, Subject(row.subject))
            fold.fold(self.world, row, END_S)
        else:
            fold.elsewhere(self.world, row, END_S)

    def _own(self, given: Delivered, *, home: bool) -> list[tuple[str, str, str, int | None]]:
        """Return the facts that are this part's to fold."""
        row = given.row
        own = home or not self._cases
        mine = f"i:{row.agency}:{row.jti}"

        def is_own(key: str) -> bool:
            if key.startswith("i:"):
                return (own and key == mine) or key in given.keys
            return own or facts.subject_of(key) is None

        return [fact for fact in row.facts if is_own(fact[0])]

    def _decide_everywhere(self, agency: str | None, *, is_new: bool) -> None:
        """Decide every subject anew, or for one agency that is new."""
        subjects = [s.id for s in self.world.subjects.values() if s.classes]
        only = [agency] if is_new and agency is not None else None
        fold.decide_again(self.world, subjects, only)
