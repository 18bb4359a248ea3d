"""Plays cases against the running hub: all together, so that they wait for the views together.

In: cases. Out: for each a Played: what every ask was told, and what is not as the case has it.
Never here: a case's own law; a subject or an identifier that two plays share.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from hub.clock import SystemClock, london_day, seconds
from tests.cases.asking import Asking, Received
from tests.cases.auditing import registers, unrecorded
from tests.cases.case_file import Ask, Case, Post
from tests.cases.cast import Casts
from tests.cases.compare import Told, problems
from tests.cases.names import Names
from tests.support.hub_process import IG, RunningHub

DAY_S = 86_400
Order: TypeAlias = Callable[[Case, Sequence[Post]], Sequence[Post]]


@dataclass(frozen=True, slots=True)
class Round:
    """Posts, and then asks; `settled` if the views must have heard of the posts first."""

    posts: tuple[Post, ...]
    asks: tuple[Ask, ...]
    settled: bool


@dataclass(slots=True)
class Played:
    """What became of one case."""

    names: Names
    told: dict[str, Told] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)


def as_told(_: Case, posts: Sequence[Post]) -> Sequence[Post]:
    """Return posts in the order of the file."""
    return posts


def rounds(case: Case, order: Order = as_told) -> Iterator[Round]:
    """Yield a case's posts and asks in the order in which they happen."""
    waiting: list[Post] = []
    for post in case.post:
        waiting.append(post)
        for at_once in (True, False):
            asks = tuple(a for a in case.ask if a.after == post.id and a.at_once is at_once)
            if asks:
                yield Round(tuple(order(case, waiting)), asks, not at_once)
                waiting = []
    last = tuple(a for a in case.ask if not a.after)
    if last or waiting:
        yield Round(tuple(order(case, waiting)), last, settled=True)


def play(
    hub: RunningHub, cases: Sequence[Case], casts: Casts, order: Order = as_told
) -> dict[str, Played]:
    """Play cases side by side, round by round; `order` says in which order posts are sent."""
    now = seconds(SystemClock())
    played = {
        case.id: Played(Names(case, casts[case.id], hub.nhs_number, london_day(now)))
        for case in cases
    }
    waiting = {case.id: list(rounds(case, order)) for case in cases}
    while any(waiting.values()):
        due = {case: left.pop(0) for case, left in waiting.items() if left}
        for case, now_due in due.items():
            if now_due.settled:
                _post(hub, played[case], now_due, now)
        hub.settle()
        for case, now_due in due.items():
            if not now_due.settled:
                _post(hub, played[case], now_due, now)
            _ask(hub, played[case], now_due)
    held = registers(hub, (one.agency for this in played.values() for one in this.received))
    for this in played.values():
        this.problems += unrecorded(this.received, held)
    return played


def _post(hub: RunningHub, played: Played, this: Round, now: int) -> None:
    for post in this.posts:
        try:
            payload = played.names.payload(post)
        except (ValueError, KeyError) as error:
            played.problems.append(f"{post.id} cannot be said: {error}")
            continue
        if not post.by:
            _order(hub, played, post)
            continue
        client = hub.client(played.names.cast[post.by])
        toe = now - post.days_ago * DAY_S
        jti = client.outbox.add(payload, played.names.sub_id(post.about), toe=toe)
        client.flush(wait_s=10)
        entry = client.outbox.entry(jti)
        taken = entry is not None and entry.state == "sent"
        if taken is not post.taken:
            said = "was taken" if taken else f"was not taken ({entry and entry.err})"
            played.problems.append(f"{post.id} {said}")
        played.names.posts[post.id] = jti


def _order(hub: RunningHub, played: Played, post: Post) -> None:
    """Put on record an order of a court, as the hub's officer does."""
    hub.settle()
    _learn(hub, played)
    said = played.names.filled(post.fields)
    said["user"] = said.pop("officer")
    answer = hub.client(IG).court_order(played.names.hub_ids[post.about], **said)
    played.names.posts[post.id] = answer.data["order"]


def _ask(hub: RunningHub, played: Played, this: Round) -> None:
    _learn(hub, played)
    asking = Asking(hub, played.names, played.received)
    for ask in this.asks:
        try:
            told = asking.told(ask)
        except Exception as error:  # noqa: BLE001 - one case's trouble is not the others'
            played.problems.append(f"{ask.id}: {type(error).__name__}: {error}")
            continue
        played.told[ask.id] = told
        played.problems += [f"{ask.id}: {problem}" for problem in problems(ask.expect, told)]


def _learn(hub: RunningHub, played: Played) -> None:
    """Look up the hub's ids of the subjects, as whoever first posted about each."""
    names = played.names
    for post in names.case.post:
        if post.about in names.hub_ids or post.id not in names.posts:
            continue
        found = hub.client(names.cast[post.by]).find(
            purpose="safeguarding_enquiry", identifiers=[names.subjects[post.about]]
        )
        if found.data["subjects"]:
            names.hub_ids[post.about] = found.data["subjects"][0]["id"]
        else:
            played.problems.append(f"{post.about} is not known to its first poster")
