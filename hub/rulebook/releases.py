"""The releases of one hub, in the order in which its ledger has them: which law counts when.

In: what release events say, with their places and times. Out: Releases; the Rulebook in force.
Never here: a file that decides, a ledger, a clock; or an older law where a newer one cannot be
read: then there is none, and nothing is decided.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from hub.rulebook.book import Rulebook
from hub.rulebook.build import from_canonical, rule_files
from hub.rulebook.errors import MalformedFileError, RulebookError
from hub.rulebook.loader import proved
from hub.rulebook.model import Manifest
from hub.rulebook.overlay import lay_over

_LONDON = ZoneInfo("Europe/London")
_KEPT = 16


class NotInForceError(Exception):
    """No law is in force that this software can read. Nothing is decided."""


NO_LAW: Final = Rulebook(
    release="none",
    semantics="2",
    sha256="",
    text_sha256="",
    rules=(),
    vocabulary=MappingProxyType({}),
    categories=MappingProxyType({}),
    obligations=MappingProxyType({}),
    purposes=MappingProxyType({}),
    manifest=Manifest(id="none", release="none", semantics="2", tiers=("none",)),
)
"""What counts before the first release: no permit, so nothing is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release. `starts` is the second from which it counts, unless a later one does too."""

    place: int
    """Its position in the ledger."""
    starts: int
    name: str
    sha256: str
    text_sha256: str
    board: str | None
    text: str

    @property
    def law(self) -> Rulebook:
        """Return its rulebook, checked and proved; built once for each text.

        Raises:
            RulebookError: this software cannot read it, or it does not keep what it promises.
        """
        return _built(self.text, self.board, self.sha256, self.text_sha256)


@dataclass(frozen=True, slots=True)
class Releases:
    """Every release that a ledger has up to some position. `first` counts before all of them."""

    rows: tuple[Release, ...] = ()
    first: Rulebook | None = None

    def add(self, place: int, recorded_s: int, said: Mapping[str, Any]) -> "Releases":
        """Return these with one more, as its event states it.

        Only a hub's first release comes without a proposal: another one is passed by.
        """
        if self.rows and said.get("proposal") is None:
            return self
        release = Release(
            place=place,
            starts=max(begins(date.fromisoformat(said["effective_from"])), recorded_s),
            name=said["release"],
            sha256=said["sha256"],
            text_sha256=said["text_sha256"],
            board=said.get("board"),
            text=said["canonical"],
        )
        return Releases((*self.rows, release), self.first)

    def release_at(self, now_s: int) -> Release | None:
        """Return the release in force at an instant; None before the first."""
        begun = (row for row in self.rows if row.starts <= now_s)
        return max(begun, key=lambda row: (row.starts, row.place), default=None)

    def at(self, now_s: int) -> Rulebook:
        """Return the law in force at an instant.

        Raises:
            NotInForceError: there is none, or this software cannot read it.
        """
        release = self.release_at(now_s)
        if release is None:
            if self.first is None:
                raise NotInForceError("the ledger has no release in force")
            return self.first
        try:
            return release.law
        except RulebookError as fault:
            raise NotInForceError(f"release {release.name} cannot be read: {fault}") from fault

    def next_start(self, after_s: int) -> int | None:
        """Return the next second after an instant at which a release begins to count."""
        return min((row.starts for row in self.rows if row.starts > after_s), default=None)

    def named(self, sha256: str, at_s: int) -> Rulebook | None:
        """Return the law that an answer of some instant names; None where no release is it.

        Two releases may mean the same and be worded otherwise: the one then in force is meant.

        Raises:
            RulebookError: this software cannot read it.
        """
        if self.first is not None and self.first.sha256 == sha256:
            return self.first
        then = self.release_at(at_s)
        if then is not None and then.sha256 == sha256:
            return then.law
        # Decided at the very end of a release, and recorded under the next.
        found = next((row for row in reversed(self.rows) if row.sha256 == sha256), None)
        return None if found is None else found.law


def begins(day: date) -> int:
    """Return the second at which a London day begins: law turns over at London midnight."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_LONDON).timestamp())


def read_release(text: str, board: str | None = None) -> Rulebook:
    """Return the rulebook of a release's text, with one partnership's own rules laid over it.

    Raises:
        RulebookError: it does not load, or the partnership has no rules in this text.
    """
    law = from_canonical(text, proved=proved())
    if board is None:
        return law
    local = json.loads(text).get("local", {})
    if board not in local:
        raise MalformedFileError(f"local/{board}", "*", "is not in this text")
    return lay_over(law, board, rule_files(local[board], f"local/{board}"))


@lru_cache(maxsize=_KEPT)
def _built(text: str, board: str | None, sha256: str, text_sha256: str) -> Rulebook:
    if hashlib.sha256(text.encode()).hexdigest() != text_sha256:
        raise MalformedFileError("canonical", "*", "is not the text that was released")
    law = read_release(text, board)
    if law.sha256 != sha256:
        raise MalformedFileError("canonical", "*", "does not mean what was released")
    return law
