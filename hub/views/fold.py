"""One event at a time, in order: what it changes in the views. Pure; the runner does the I/O.

In: a header row, and a World in which what it touches is loaded. Out: the World, changed.
Never here: I/O, a clock, a decision of its own.

Each step belongs to one module, which says what it ignores: facts -> case_file -> setting_risk ->
notices -> register -> clocks. Because facts are folded in order too, and not read as they are now,
the rows do not depend on how the ledger is cut into batches, or on when they were built.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from hub.views import case_file, clocks, facts, notices, register, setting_risk
from hub.views.rows import HeaderRow
from hub.views.world import World


def fold(world: World, row: HeaderRow, end_s: int) -> None:
    """Fold one event.

    Args:
        world: loaded for this row (`load.batch`).
        row: the event that comes after the World's position.
        end_s: the second the batch ends.
    """
    facts_only(world, row, end_s)
    if case_file.is_item(row):
        item, gained = case_file.add(world, row)
        notices.new_entitlement(world, item.subject, gained)
        notices.new_item(world, item)
        if setting_risk.add(world, item) and item.setting is not None:
            notices.alarm(world, item.setting)
    notices.correction(world, row)
    notices.erasure(world, row)
    notices.request(world, row)
    register.add(world, row)
    clocks.fold(world, row)


def facts_only(world: World, row: HeaderRow, end_s: int) -> None:
    """Fold an event's facts and what follows from them, but no row of its own.

    It is all that a parked event may still do: a hold counts, even in an event no fold can read.
    """
    pass_time(world, row.recorded_at)
    world.position = row.position
    _follow(world, facts.apply(world, row, end_s))


def elsewhere(world: World, row: HeaderRow, end_s: int) -> None:
    """Fold what an event filed under another subject says of those here (whole)."""
    facts_only(world, row, end_s)
    notices.correction(world, row)
    notices.erasure(world, row)
    register.shown(world, row)
    clocks.fold(world, row)


def pass_time(world: World, until_s: int) -> None:
    """Let facts expire and clocks strike up to `until_s`, in the order of time."""
    while (instant := clocks.next_strike(world, until_s)) is not None:
        _expire(world, instant)
        world.stand_before(instant)
        clocks.strike(world, instant)
    _expire(world, until_s)


def _expire(world: World, until_s: int) -> None:
    for touched in facts.expire(world, until_s):
        world.stand_before(world.clock)
        _follow(world, touched)


def decide_again(world: World, subjects: Iterable[str], agencies: Sequence[str] | None) -> None:
    """Decide all classes of some subjects anew: for some agencies, or for every candidate."""
    for subject_id in subjects:
        subject = world.subjects[subject_id]
        candidates = world.candidates(subject)
        asked = candidates if agencies is None else candidates.intersection(agencies)
        gained = case_file.decide(world, subject, list(subject.classes), asked)
        notices.new_entitlement(world, subject_id, gained)


def _follow(world: World, keys: Iterable[str]) -> None:
    """Decide anew what rests on facts under these keys."""
    by_subject = sorted((s, k) for k in keys if (s := facts.subject_of(k)) is not None)
    for subject, pairs in groupby(by_subject, key=lambda pair: pair[0]):
        agencies = [facts.agency_of(key) for _, key in pairs]
        # The subject's own key (no agency) changes every candidate's question.
        only = None if None in agencies else [a for a in agencies if a is not None]
        decide_again(world, (subject,), only)
    for key in keys:
        if key.startswith("i:"):
            _reclass(world, key)


def _reclass(world: World, key: str) -> None:
    moved = case_file.move(world, key)
    if moved is None:
        return
    item, before, gained = moved
    notices.new_entitlement(world, item.subject, gained - {item.agency})
    if setting_risk.move(world, item, before) and item.setting is not None:
        notices.alarm(world, item.setting)
