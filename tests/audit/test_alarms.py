"""Unusual access: each alarm at its threshold and not below, with exactly the rows it rests on."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from statistics import median
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import Connection

from contracts.oversight import MOST_DRAWN
from hub.audit.alarms import AT_LEAST, CLOSES_H, LATE, OPENS_H, REFUSED, STRANGERS, TIMES, alarms
from hub.audit.drawing import Among, candidates
from hub.audit.looks import Look, rows_of, tallies_of
from hub.audit.sampling import by_chance, draw
from hub.clock import LONDON
from hub.rulebook.releases import Releases
from hub.views.days import london_day
from hub.views.rows import RegisterRow
from hub.views.runner import connect
from hub.views.store import copy
from tests.support.ledger_rows import uid
from tests.support.postgres import Postgres

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


def look(user: str = "a", **changes: Any) -> Look:  # noqa: ANN401
    said = {
        "jti": uid(f"look {next(_IDS)}"), "partner": "council-a", "user": user, "subject": None,
        "purpose": "safeguarding_enquiry", "channel": "find", "outcome": "released",
        "recorded_at": MONDAY_NOON, **changes,
    }  # fmt: skip
    return Look(**{**said, "subject": said["subject"] and uid(said["subject"])})


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> Iterator[str]:
    """A database of this module's own: what is not told here is in none of it."""
    name = postgres.create(postgres.template(views=True))
    yield postgres.url(name)
    postgres.drop(name)


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


Ask = Callable[..., list[Found]]


@pytest.fixture
def ask(url: str) -> Ask:
    """Tell of looks, and ask what is unusual about them."""

    def asked(looks: Iterable[Look], known: Known = Known()) -> list[Found]:
        with connect(url) as connection:
            tell(connection, [Seen(one) for one in looks], known)
        return asyncio.run(found_by_sql(url))

    return asked


def kinds(found: Iterable[Found]) -> list[str]:
    return [one.kind for one in found]


def test_an_officer_far_above_their_peers_is_told_with_the_middle_of_the_others(ask: Ask) -> None:
    peers = [look(user) for user in ("b", "c") for _ in range(2)]
    own = [look("a") for _ in range(AT_LEAST)]
    [found] = ask([*peers, *own])
    assert (found.kind, found.user, found.found, found.usual) == ("far_above_peers", "a", 10, 2.0)
    assert found.rows == {row.jti for row in own}
    assert ask([*peers, *own[:-1]]) == []


def test_a_busy_team_is_not_unusual(ask: Ask) -> None:
    assert ask(look(user) for user in "abc" for _ in range(30)) == []


def test_one_of_a_small_agency_is_held_against_everybody_else(ask: Ask) -> None:
    others = [look(user, partner="police-b") for user in ("b", "c") for _ in range(30)]
    assert ask([*others, *(look("a") for _ in range(40))]) == []
    assert ask(look("a") for _ in range(40)) == [], "with no peer at all, nothing is usual"


def test_two_weeks_are_not_added_up(ask: Ask) -> None:
    peers = [look(u, recorded_at=MONDAY_NOON + w * 7 * DAY) for u in "bc" for w in (0, 1)]
    own = [look("a", recorded_at=MONDAY_NOON + n % 2 * 7 * DAY) for n in range(AT_LEAST)]
    assert ask([*peers, *own]) == []


def test_one_person_looked_at_by_officers_with_no_part_in_the_case(ask: Ask) -> None:
    looks = [look(f"u{n}", subject="ann") for n in range(STRANGERS)]
    [found] = ask(looks)
    assert (found.kind, found.subject) == ("no_part_in_the_case", uid("ann"))
    assert (found.found, found.usual) == (STRANGERS, STRANGERS)
    assert ask(looks[:-1]) == []
    assert ask(looks, Known(posted=frozenset({("council-a", uid("ann"))}))) == []


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (MONDAY_NOON, False),
        (MONDAY_NOON - 5 * HOUR, False),
        (MONDAY_NOON - 6 * HOUR, True),
        (MONDAY_NOON + 8 * HOUR, True),
        (MONDAY_NOON + 5 * DAY, True),
    ],
)
def test_office_hours_are_londons(ask: Ask, at: int, late: bool) -> None:  # noqa: FBT001 - a table
    looks = [look(recorded_at=at) for _ in range(LATE)]
    assert kinds(ask(looks)) == (["out_of_hours"] if late else [])


def test_an_emergency_at_night_is_no_alarm_and_summer_time_counts(ask: Ask) -> None:
    night = MONDAY_NOON + 12 * HOUR
    assert ask(look(recorded_at=night, purpose="emergency") for _ in range(LATE)) == []
    july = int(datetime(2026, 7, 6, 6, 30, tzinfo=UTC).timestamp())  # half past seven in London
    assert ask(look(recorded_at=july) for _ in range(LATE)) == []


def test_refused_again_and_again_in_one_day(ask: Ask) -> None:
    looks = [look(outcome="refused") for _ in range(REFUSED)]
    assert kinds(ask(looks)) == ["refused_again"]
    assert ask(looks[:-1]) == []
    spread = [look(outcome="refused", recorded_at=MONDAY_NOON + n * DAY) for n in range(REFUSED)]
    assert "refused_again" not in kinds(ask(spread))


def test_a_look_at_ones_own_kin_is_an_alarm_of_one_row_and_comes_first(ask: Ask) -> None:
    known = Known(declared=frozenset({("council-a", "a", uid("ann"))}))
    own = look("A", subject="ann")
    late = [look("b", recorded_at=MONDAY_NOON + 10 * HOUR) for _ in range(LATE)]
    found = ask([*late, own, look("b", subject="ann")], known)
    assert kinds(found) == ["own_interest", "out_of_hours"]
    assert found[0].rows == {own.jti}


def test_an_alarm_keeps_its_name_while_its_rows_grow(ask: Ask) -> None:
    known = Known(declared=frozenset({("council-a", "a", uid("ann"))}))
    first = look("a", subject="ann")
    [before] = ask([first], known)
    [again] = ask([first, look("a", subject="ann", recorded_at=MONDAY_NOON + HOUR)], known)
    assert again.id == before.id


def test_what_is_no_answer_to_a_named_officer_is_not_looked_at(ask: Ask) -> None:
    night: dict[str, Any] = {"recorded_at": MONDAY_NOON + 12 * HOUR}
    others: tuple[dict[str, Any], ...] = (
        {"channel": "poll"},
        {"channel": "stream"},
        {"purpose": "audit"},
        {"user": None},
    )
    assert ask(look(**{**night, **one}) for one in others for _ in range(LATE)) == []


def test_what_is_counted_in_the_database_is_what_reading_every_row_finds(ask: Ask) -> None:
    seen: set[str] = set()
    for seed in range(6):
        looks, known = made_up(Random(seed))  # noqa: S311 - a repeatable story
        found = ask(looks, known)
        assert sorted(found, key=repr) == sorted(plainly(looks, known), key=repr)
        seen |= set(kinds(found))
    assert len(seen) == 5, "there was something of every kind"


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


@pytest.mark.parametrize("size", [1, 5, 20])
def test_a_draw_from_what_could_be_drawn_is_the_draw_from_all(url: str, size: int) -> None:
    dice = Random(size)  # noqa: S311 - a repeatable story
    looks, known = made_up(dice)
    rules = ("own-record@1", "consent-given@1", "s42-enquiry@1")
    seen = [Seen(one, dice.sample(rules, dice.randrange(3)), dice.randrange(1024)) for one in looks]
    with connect(url) as connection:
        tell(connection, seen, known)

    async def drawn(most: int) -> list[Any]:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("SET ROLE hub_app")
            among = Among(first=FIRST, last=LAST, upto=len(seen), seed="s", size=most)
            return await candidates(connection, among, Releases())

    every, few = asyncio.run(drawn(len(seen))), asyncio.run(drawn(size))
    assert len(every) == len(seen) > len(few)
    assert len({one.marks for one in every}) > 5, "there is something to weigh"
    assert draw("s", few, size) == draw("s", every, size)
    assert by_chance("s", few, size) == by_chance("s", every, size)
    assert size <= MOST_DRAWN
