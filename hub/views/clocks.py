"""Folds what is to be done by a time: who must act, who waits, what ends it, when it is late.

In: header rows whose routing says by when, and time passing. Out: Clock rows; notices when they
strike: `due` to whoever must act, `overdue` to them, to who waits, and to who leads the case.
Never here: a time now (the World's clock is the ledger's, or the runner's), or a word of content.
Ignores: a date that stands in a sealed field; an answer to something that no clock runs for.

A clock strikes at an instant, like a fact that expires: the notice stands at the position the
ledger had reached, so a rebuild raises the same ones, and a restart raises none again.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from contracts.concern import ReferralAccepted, ReferralMade
from contracts.disclosure import (
    DisclosureDecided,
    DisclosureMade,
    DisclosureRefused,
    DisclosureRequested,
    SharedDirectly,
)
from contracts.enquiry import EnquiryCausedTo, EnquiryConcluded, EvidenceAdded
from contracts.integrity import Corrected, Retracted
from contracts.notices import Duty
from contracts.reviews import S45Request, S45Response
from contracts.telling import NoticeDeferred, NoticeGiven
from hub.views import notices
from hub.views.days import ends_at, starts_at
from hub.views.rows import Clock, HeaderRow
from hub.views.world import HUB, World

REMIND_S: Final = {"full_record": 21_600, "decide": 86_400}
"""How long before its end a clock of hours first strikes; one of days strikes on its last day."""
_ASKS: Final = {
    ReferralMade.TYPE: ("respond_by", "to"),
    S45Request.TYPE: ("respond_by", "to"),
    DisclosureRequested.TYPE: ("respond_by", "of"),
    EnquiryCausedTo.TYPE: ("due", "agency"),
}
"""What asks somebody for something by a day: the fields that say the day, and whom."""
_ANSWERS: Final = {
    ReferralAccepted.TYPE: ("referral", ReferralMade.TYPE),
    S45Response.TYPE: ("request", S45Request.TYPE),
    DisclosureDecided.TYPE: ("request", DisclosureRequested.TYPE),
    SharedDirectly.TYPE: (None, DisclosureRequested.TYPE),
    EvidenceAdded.TYPE: (None, EnquiryCausedTo.TYPE),
}
"""What answers what: by the field that names it, or, where none does, as the next answer to it."""
_LOOKED_AGAIN: Final = {
    DisclosureDecided.TYPE: {DisclosureDecided.TYPE},
    NoticeDeferred.TYPE: {NoticeDeferred.TYPE, NoticeGiven.TYPE},
}
"""What has a day of review, and what counts as the review: of the same, by the same agency."""
ENDS: Final = frozenset(
    {*_ANSWERS, NoticeDeferred.TYPE, NoticeGiven.TYPE, EnquiryConcluded.TYPE, Retracted.TYPE}
    | {Corrected.TYPE}
)
"""Types of event that may end a clock that runs about their subject."""


def fold(world: World, row: HeaderRow) -> None:
    """End the clocks that a row answers, then start those that it sets."""
    if row.type_uri in ENDS:
        for clock in list(world.running.get(row.subject, {}).values()):
            if clock.ended is None and _ends(clock, row):
                _keep(world, clock._replace(next_at=None, ended=row.position))
    for clock in _started(world, row):
        if world.holds(clock.subject):
            _keep(world, clock)


def watch(world: World, clock: Clock) -> None:
    """Put a clock in the World, to strike when it is time."""
    world.running.setdefault(clock.subject, {})[clock.id] = clock
    if clock.next_at is not None:
        heapq.heappush(world.striking, (clock.next_at, clock.subject, clock.id))


def next_strike(world: World, until_s: int) -> int | None:
    """Return the next instant up to `until_s` at which a clock strikes."""
    while world.striking and world.striking[0][0] <= until_s:
        instant, subject, name = world.striking[0]
        if world.running[subject][name].next_at == instant:
            return instant
        heapq.heappop(world.striking)  # it ended, or struck, meanwhile
    return None


def strike(world: World, instant: int) -> None:
    """Raise the notices of every clock that strikes at an instant; the facts are as of then."""
    while next_strike(world, instant) is not None:
        _, subject, name = heapq.heappop(world.striking)
        clock = world.running[subject][name]
        late = instant >= clock.due_at
        _keep(world, clock._replace(next_at=None if late else clock.due_at))
        for agency in sorted(_heard_by(world, clock) if late else {clock.agency}):
            notices.clock(world, agency, clock, "overdue" if late else "due")


def subject_asked_about(row: HeaderRow) -> str | None:
    """Return whom an answer of the hub is about, where a clock runs from it."""
    if row.type_uri not in (DisclosureMade.TYPE, DisclosureRefused.TYPE):
        return None
    waits = row.routing.get("completed_by") or row.routing.get("decide_by")
    return row.routing.get("subject") if waits else None


def _started(world: World, row: HeaderRow) -> Iterator[Clock]:
    said = row.routing
    if subject_asked_about(row) is not None and row.partner is not None:
        yield from _of_answer(world, row, row.partner)
    elif row.agency == HUB:
        return
    elif row.type_uri in _ASKS:
        by, whom = _ASKS[row.type_uri]
        asked = [said[whom]] if whom in said else said.get("addressees", ())
        for agency in asked if by in said else ():
            if agency != row.agency:
                yield _by_day(row, "respond", agency, said[by], waits=row.agency)
    elif row.type_uri in _LOOKED_AGAIN and "review_on" in said:
        yield _by_day(row, "review", row.agency, said["review_on"], about=_about(said))


def _of_answer(world: World, row: HeaderRow, partner: str) -> Iterator[Clock]:
    """Yield the clocks of an answer of the hub: its full record, and the holders' decisions."""
    said, subject = row.routing, str(row.routing["subject"])
    if "break_glass" in said and "completed_by" in said:
        yield _clock(row, "full_record", partner, subject, said["completed_by"])
    asked_about = world.subjects.get(subject)
    classes = () if asked_about is None else asked_about.classes
    posters = {world.classes[one].poster for one in classes}
    for holder in said.get("refer_to", ()) if "decide_by" in said else ():
        if holder in posters:  # who leads the case and holds nothing has nothing to decide on
            yield _clock(row, "decide", holder, subject, said["decide_by"], waits=partner)


def _by_day(
    row: HeaderRow,
    duty: Duty,
    agency: str,
    day: str,
    *,
    waits: str | None = None,
    about: str | None = None,
) -> Clock:
    """Return a clock that strikes as a London day begins, and again when it is over."""
    on = date.fromisoformat(day)
    made = _clock(row, duty, agency, row.subject, ends_at(on), waits=waits)
    return made._replace(about=about, next_at=max(starts_at(on), row.recorded_at + 1))


def _clock(
    row: HeaderRow, duty: Duty, agency: str, subject: str, due_at: int, *, waits: str | None = None
) -> Clock:
    return Clock(
        id=f"{row.position}:{duty}:{agency}",
        duty=duty,
        position=row.position,
        agency=agency,
        waits=waits,
        subject=subject,
        request=row.jti,
        about=None,
        type_uri=row.type_uri,
        due_at=due_at,
        # One that is over as it is set strikes a second later: it must come after its own row.
        next_at=max(due_at - REMIND_S.get(duty, 0), row.recorded_at + 1),
        ended=None,
    )


def _ends(clock: Clock, row: HeaderRow) -> bool:
    """Return whether a row ends a clock that runs about its subject."""
    said = row.routing
    if row.type_uri == Retracted.TYPE or (row.type_uri == Corrected.TYPE and "replacement" in said):
        return said["item"] == clock.request and row.agency in (clock.waits, clock.agency)
    if row.type_uri == EnquiryConcluded.TYPE:
        return clock.type_uri == EnquiryCausedTo.TYPE
    return row.agency == clock.agency and _does(clock, row)


def _does(clock: Clock, row: HeaderRow) -> bool:
    """Return whether a row of who must act is what it had to do."""
    said = row.routing
    if clock.duty == "review":
        return row.type_uri in _LOOKED_AGAIN[clock.type_uri] and _about(said) == clock.about
    if clock.duty == "respond":
        return _answers(clock, row)
    if row.type_uri != DisclosureDecided.TYPE:
        return False
    if said.get("request") == clock.request:
        return True
    return clock.duty == "decide" and said.get("partner") == clock.waits


def _answers(clock: Clock, row: HeaderRow) -> bool:
    named, asked = _ANSWERS.get(row.type_uri, (None, ""))
    if asked != clock.type_uri:
        return False
    said = row.routing
    if named is not None and named in said:
        return bool(said[named] == clock.request)
    if row.type_uri == EvidenceAdded.TYPE:
        return True
    to = said.get("partner") or said.get("to") or ()
    return clock.waits in ((to,) if isinstance(to, str) else to)


def _about(said: Mapping[str, Any]) -> str | None:
    """Return what a decision, or a notice put off, is about: towards whom, or which answer."""
    return said.get("partner") or said.get("request") or said.get("dis")


def _heard_by(world: World, clock: Clock) -> set[str]:
    """Return who hears that something is late: who must act, who waits, who leads the case."""
    heard = {clock.agency}
    if clock.waits is None:
        return heard
    relations = world.subjects[clock.subject].relations
    leads = {a for a, held in relations.items() if held.get("role_on_case") == "lead"}
    return (heard | {clock.waits} | leads) - {HUB}


def _keep(world: World, clock: Clock) -> None:
    world.changes.clocks[clock.id] = clock
    watch(world, clock)
