"""Folds the facts that events state, and their expiry, in the order of time.

In: the facts of header rows. Out: which keys now read otherwise.
Never here: who may state a fact (the ledger saw to that), or what follows from one.
Ignores: nothing. A fact counts whatever the event that states it.
"""

import heapq
from collections.abc import Iterator

from hub.views.rows import FactRow, HeaderRow
from hub.views.world import Subject, World

RETRACTED = ("item_status", "retracted")


def apply(world: World, row: HeaderRow, end_s: int) -> list[str]:
    """Put the row's facts on record; return the keys under which something now reads otherwise.

    Args:
        world: the facts' subjects and items are loaded.
        row: one event.
        end_s: the second the batch ends: a fact that expires before it is watched for.
    """
    touched: dict[str, None] = {}
    for key, fact, value, expires_at in row.facts:
        if (fact, _facts(world, key).get(fact)) == RETRACTED:
            continue  # final, in ledger.append as well: a dispute does not bring an item back
        world.changes.facts[key, fact] = FactRow(value, row.position, expires_at)
        world.due_after(end_s, key, fact, expires_at)
        over = expires_at is not None and expires_at <= world.clock
        if _put(world, key, fact, None if over else value):
            touched[key] = None
    return list(touched)


def expire(world: World, until_s: int) -> Iterator[list[str]]:
    """Take what expires up to `until_s` off the record, one instant after another.

    Yields:
        The keys that read otherwise from one instant on, with the World's clock set to it.
    """
    while world.expiring and world.expiring[0][0] <= until_s:
        world.clock = instant = world.expiring[0][0]
        touched: dict[str, None] = {}
        while world.expiring and world.expiring[0][0] == instant:
            _, key, fact = heapq.heappop(world.expiring)
            # Stated anew since, with another end: this end no longer counts.
            if world.ends.get((key, fact)) == instant and _put(world, key, fact, None):
                touched[key] = None
        yield sorted(touched)
    world.clock = max(world.clock, until_s)


def load(world: World, key: str, fact: str, row: FactRow) -> None:
    """Put a fact that was folded before in the World, without noting a change."""
    over = row.expires_at is not None and row.expires_at <= world.clock
    _put(world, key, fact, None if over else row.value)


def subject_of(key: str) -> str | None:
    """Return the subject a key is about; None for items and agencies."""
    scope, _, rest = key.partition(":")
    return rest.partition(":")[0] if scope in ("s", "r") else None


def agency_of(key: str) -> str | None:
    """Return the agency a relation's or an agency's key is about."""
    scope, _, rest = key.partition(":")
    if scope == "r":
        return rest.partition(":")[2]
    return rest if scope == "a" else None


def _put(world: World, key: str, fact: str, value: str | None) -> bool:
    """Set or, with None, remove a fact; return whether it read otherwise before."""
    held = _facts(world, key)
    if held.get(fact) == value:
        return False
    if key.startswith("a:"):
        if value is None:
            world.strike_off(key[2:], fact)
        else:
            world.register(key[2:], fact, value)
    elif value is None:
        del held[fact]
    else:
        held[fact] = value
    return True


def _facts(world: World, key: str) -> dict[str, str]:
    scope, _, rest = key.partition(":")
    if scope == "i":
        return world.item_facts.setdefault(key, {})
    if scope == "a":
        return world.agencies.setdefault(rest, {})
    subject_id, _, agency = rest.partition(":")
    subject = world.subjects.get(subject_id)
    if subject is None:
        subject = world.subjects[subject_id] = Subject(subject_id)
    return subject.relations.setdefault(agency, {}) if scope == "r" else subject.facts
