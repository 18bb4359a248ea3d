"""The rows of the views as folds hold them, and a batch's changes to them.

In: contracts. Out: plain types; ids are strings, instants are seconds unless the name says ms.
Never here: I/O, a rule.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from contracts.notices import Duty, NoticeCause

Cause: TypeAlias = NoticeCause
_NOTICES = uuid.UUID("0d0b6a3e-7f51-4b0c-9a55-5a2f9a1f3f0e")


class HeaderRow(NamedTuple):
    """One row of ledger.header: all a fold may know of an event."""

    position: int
    agency: str
    jti: str
    subject: str
    type_uri: str
    occurred_at: int
    recorded_at_ms: int
    categories: int
    routing: Mapping[str, Any]
    facts: Sequence[tuple[str, str, str, int | None]]
    partner: str | None
    pseq: int | None

    @property
    def recorded_at(self) -> int:
        """The second the hub recorded it."""
        return self.recorded_at_ms // 1000


class FactRow(NamedTuple):
    """One fact as last stated."""

    value: str
    position: int
    expires_at: int | None


class ItemClass(NamedTuple):
    """What all items of a class share: everything about an item that a rule may read."""

    id: int
    poster: str
    addressed: tuple[str, ...]
    facts: Mapping[str, str]


@dataclass(slots=True)
class Item:
    """One event of a case file. Its class changes when a fact about it does."""

    position: int
    subject: str
    agency: str
    jti: str
    type_uri: str
    occurred_at: int
    recorded_at_ms: int
    categories: int
    class_id: int
    setting: str | None
    case_ref: str | None


class Entitled(NamedTuple):
    """What one agency may be shown of one class, by which decision, since which position."""

    mask: int
    decision_id: str
    told: bool
    position: int


class Notice(NamedTuple):
    """Something at `position` concerns `agency`. Never what it is."""

    agency: str
    position: int
    cause: Cause
    subject: str | None
    item_position: int | None
    setting: str | None
    type_uri: str | None
    jti: str
    at: int
    """The second it was raised: several of one position are told in this order."""
    clock: str | None = None
    """The id of the clock that struck."""


class Clock(NamedTuple):
    """Something that an agency is to do by a time, and when that is next told."""

    id: str
    duty: Duty
    position: int
    """Of the event that set it."""
    agency: str
    """Who must act."""
    waits: str | None
    """Who asked for it."""
    subject: str
    request: str
    """The jti of what is to be answered, reviewed or completed."""
    about: str | None
    """Towards whom, or on which answer, what is to be looked at again was decided."""
    type_uri: str
    due_at: int
    next_at: int | None
    """When it strikes next; None once it is late, or ended."""
    ended: int | None
    """The position of what ended it."""


def notice_jti(
    agency: str,
    position: int,
    cause: Cause,
    subject: str | None,
    item_position: int | None,
    *,
    clock: str | None = None,
) -> str:
    """Return the notice's id: the same in every rebuild, so an acknowledgement outlives one.

    Named by hash (RFC 9562 section 5.5), with the version set to 4: a SET's jti is a version 4 or
    7, and partners refuse any other.
    """
    name = f"{agency}|{position}|{cause}|{subject or ''}|{item_position or ''}"
    name += "" if clock is None else f"|{clock}"
    return str(uuid.UUID(bytes=uuid.uuid5(_NOTICES, name).bytes, version=4))


class RegisterRow(NamedTuple):
    """One answer of the hub, given or refused."""

    position: int
    partner: str
    pseq: int
    jti: str
    user_ref: str | None
    subject: str | None
    purpose: str
    legal_demand: str
    channel: str
    outcome: str
    rules: list[str]
    day: date
    recorded_at_ms: int
    request_id: str | None
    body_digest: str
    rulebook: str
    mask: int


class ListedRow(NamedTuple):
    """Where one answer stands in the lists that officers read; '' as rule is the list of all."""

    rule: str
    version: str
    partner: str
    outcome: str
    position: int


class DisclosedRow(NamedTuple):
    """One item of one answer."""

    disclosure_position: int
    item_position: int
    partner: str
    subject: str | None
    mask: int


class CountRow(NamedTuple):
    """How many items of a type a setting had in a month, from how many posters."""

    total: int
    posters: int


class AlarmRow(NamedTuple):
    """A rule about a setting was met on a day."""

    rule: str
    raised_on: date
    window_days: int
    level: int
    """What the rule measures, on that day: its `count`."""
    posters: int
    position: int


CountKey: TypeAlias = tuple[str, date, str, bool]
"""Setting, first day of the month, type, whether from a whistleblower."""


@dataclass(slots=True)
class Changes:
    """What a batch changed, last value wins; None deletes."""

    facts: dict[tuple[str, str], FactRow] = field(default_factory=dict)
    new_items: list[Item] = field(default_factory=list)
    moved_items: dict[int, int] = field(default_factory=dict)
    classes: dict[int, ItemClass] = field(default_factory=dict)
    class_counts: dict[tuple[str, int], int] = field(default_factory=dict)
    entitlements: dict[tuple[str, int, str], Entitled | None] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    register: list[RegisterRow] = field(default_factory=list)
    listed: list[ListedRow] = field(default_factory=list)
    disclosed: list[DisclosedRow] = field(default_factory=list)
    setting_subjects: dict[str, str] = field(default_factory=dict)
    counts: dict[CountKey, CountRow | None] = field(default_factory=dict)
    alarms: dict[str, list[AlarmRow]] = field(default_factory=dict)
    parked: list[tuple[int, str, str]] = field(default_factory=list)
