"""Looks of officers in a register, and what is unusual about them: by SQL, and plainly.

In: looks, and what else is on record. Out: the register that holds them; every alarm by reading
every look, which is slow and plain to see. Never here: an expectation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from statistics import median
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection

from hub.audit.alarms import AT_LEAST, CLOSES_H, LATE, OPENS_H, REFUSED, STRANGERS, TIMES, alarms
from hub.audit.looks import Look, rows_of, tallies_of
from hub.clock import LONDON
from hub.views.days import london_day
from hub.views.rows import RegisterRow
from hub.views.store import copy
from tests.support.ledger_rows import uid

MONDAY_NOON = int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp())
HOUR, DAY = 3_600, 86_400
FIRST, LAST = date(2025, 12, 29), date(2026, 7, 31)
_IDS: Iterator[int] = count()


class Seen(NamedTuple):
    """An answer to an officer, and what is in the register of it besides."""

    look: Look
    rules: Sequence[str] = ()
    mask: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What else is on record."""

    posted: frozenset[tuple[str, str]] = frozenset()
    """(agency, subject)"""
    declared: frozenset[tuple[str, str, str]] = frozenset()
    """(agency, user in lower case, subject)"""


@dataclass(frozen=True, slots=True)
class Found:
    """An alarm with all of its rows."""

    kind: str
    begins: date
    partner: str | None
    user: str | None
    subject: str | None
    found: int
    usual: float
    rows: frozenset[str]
    id: str = field(default="", compare=False)


def look(user: str = "a", **changes: Any) -> Look:  # noqa: ANN401 - its fields
    said = {
        "jti": uid(f"look {next(_IDS)}"), "partner": "council-a", "user": user, "subject": None,
        "purpose": "safeguarding_enquiry", "channel": "find", "outcome": "released",
        "recorded_at": MONDAY_NOON, **changes,
    }  # fmt: skip
    return Look(**{**said, "subject": said["subject"] and uid(said["subject"])})


def tell(connection: Connection[Any], seen: Sequence[Seen], known: Known) -> None:
    """Have the register hold these answers and nothing else, in the order of time."""
    connection.execute("TRUNCATE views_v1.register, views_v1.item, ledger.fact_current")
    rows = [
        RegisterRow(
            position=place, partner=one.partner, pseq=place, jti=one.jti, user_ref=one.user,
            subject=one.subject, purpose=one.purpose, legal_demand="none", channel=one.channel,
            outcome=one.outcome, rules=list(more), day=london_day(one.recorded_at),
            recorded_at_ms=one.recorded_at * 1000, request_id=None, body_digest="", rulebook="",
            mask=mask,
        )
        for place, (one, more, mask) in enumerate(
            sorted(seen, key=lambda one: one.look.recorded_at), 1
        )
    ]  # fmt: skip
    copy(connection, "views_v1", "register", rows)
    items = [
        (n, subject, agency, uid(f"item {n}"), "", 0, 0, 0, 0, None, None)
        for n, (agency, subject) in enumerate(sorted(known.posted))
    ]
    copy(connection, "views_v1", "item", items)
    for agency, user, subject in known.declared:
        connection.execute(
            "INSERT INTO ledger.fact_current VALUES (%s, %s, 'withdrawn', 1, NULL)",
            [f"r:{subject}:{agency}", f"officer_declared:{user}"],
        )


async def found_by_sql(url: str) -> list[Found]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("SET ROLE hub_app")
        found = alarms(await tallies_of(connection, FIRST, LAST))
        rows = await rows_of(connection, found, 10_000)
    for n, one in enumerate(found):
        assert len(rows[n]) == one.tally.answers
        assert [row.recorded_at for row in rows[n]] == sorted(row.recorded_at for row in rows[n])
    return [
        Found(
            of.kind, of.begins, of.partner, of.user, of.subject, of.found, one.usual,
            frozenset(row.jti for row in rows[n]), one.id,
        )
        for n, one in enumerate(found)
        for of in [one.tally]
    ]  # fmt: skip


def made_up(dice: Random) -> tuple[list[Look], Known]:
    """Return a few hundred looks of a few weeks, with something unusual of every kind likely."""
    subjects = [f"s{n}" for n in range(6)]
    agencies = ("council-a", "council-a", "police-b", "gp-c")
    looks = []
    for _ in range(dice.randrange(100, 300)):
        busy = dice.random() < 0.3
        looks.append(
            look(
                "u0" if busy else f"u{dice.randrange(5)}",
                partner="council-a" if busy else dice.choice(agencies),
                subject=dice.choice([None, *subjects]),
                outcome=dice.choice(["released", "released", "refused"]),
                purpose=dice.choice(["safeguarding_enquiry", "emergency"]),
                recorded_at=MONDAY_NOON + dice.randrange(2 if busy else 60) * 7 * HOUR,
            )
        )
    posted = {(dice.choice(agencies), uid(dice.choice(subjects))) for _ in range(4)}
    declared = {(dice.choice(agencies), f"u{n % 5}", uid(dice.choice(subjects))) for n in range(3)}
    return looks, Known(frozenset(posted), frozenset(declared))


def plainly(looks: Sequence[Look], known: Known) -> Iterator[Found]:
    """Yield every alarm, found by reading every look: slow, and plain to see."""
    for (partner, user, subject), rows in grouped(looks, lambda one: (*officer(one), one.subject)):
        if (partner, user.casefold(), subject) in known.declared:
            yield alarm("own_interest", rows, 0, partner=partner, user=user, subject=subject)
    for _, rows in grouped(looks, week):
        yield from far_above(dict(grouped(rows, officer)))
    yield from strangers_of(looks, known)
    refused = [one for one in looks if one.outcome == "refused"]
    late = [one for one in looks if one.purpose != "emergency" and not in_hours(local(one))]
    days = grouped(refused, lambda one: (*officer(one), local(one).date()))
    weeks = grouped(late, lambda one: (*officer(one), week(one)))
    for kind, level, groups in (("refused_again", REFUSED, days), ("out_of_hours", LATE, weeks)):
        for (partner, user, _), rows in groups:
            if len(rows) >= level:
                yield alarm(kind, rows, level, partner=partner, user=user)


def far_above(counts: Mapping[tuple[str, str], Sequence[Look]]) -> Iterator[Found]:
    for (partner, user), own in counts.items():
        others = {who: len(theirs) for who, theirs in counts.items() if who != (partner, user)}
        near = [many for (agency, _), many in others.items() if agency == partner]
        peers = near if len(near) >= 2 else list(others.values())
        if peers and len(own) >= max(AT_LEAST, TIMES * median(peers)):
            usual = float(median(peers))
            yield alarm("far_above_peers", own, usual, partner=partner, user=user)


def strangers_of(looks: Sequence[Look], known: Known) -> Iterator[Found]:
    strangers = [
        one for one in looks if one.subject and (one.partner, one.subject) not in known.posted
    ]
    for (_, subject), rows in grouped(strangers, lambda one: (week(one), one.subject)):
        many = len({officer(one) for one in rows})
        if many >= STRANGERS:
            yield alarm("no_part_in_the_case", rows, STRANGERS, subject=subject, found=many)


def alarm(
    kind: str, rows: Sequence[Look], usual: float, *, found: int | None = None, **of: str
) -> Found:
    who: dict[str, Any] = {name: of.get(name) for name in ("partner", "user", "subject")}
    begins = min(local(one).date() for one in rows)
    many = len(rows) if found is None else found
    jtis = frozenset(one.jti for one in rows)
    return Found(kind, begins, **who, found=many, usual=usual, rows=jtis)


def grouped(looks: Iterable[Look], key: Callable[[Look], Any]) -> list[tuple[Any, list[Look]]]:
    found: Mapping[Any, list[Look]] = defaultdict(list)
    for one in looks:
        found[key(one)].append(one)
    return list(found.items())


def local(one: Look) -> datetime:
    return datetime.fromtimestamp(one.recorded_at, tz=LONDON)


def week(one: Look) -> date:
    return local(one).date() - timedelta(days=local(one).weekday())


def officer(one: Look) -> tuple[str, str]:
    return one.partner, one.user


def in_hours(at: datetime) -> bool:
    return at.weekday() <= 4 and OPENS_H <= at.hour < CLOSES_H
