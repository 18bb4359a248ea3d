"""Unusual access: each alarm at its threshold and not below, with exactly the rows it rests on."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import psycopg
import pytest

from contracts.oversight import MOST_DRAWN
from hub.audit.alarms import AT_LEAST, LATE, REFUSED, STRANGERS
from hub.audit.drawing import Among, candidates
from hub.audit.looks import Look
from hub.audit.sampling import by_chance, draw
from hub.rulebook.releases import Releases
from hub.views.runner import connect
from tests.audit.watching import (
    DAY,
    FIRST,
    HOUR,
    LAST,
    MONDAY_NOON,
    Found,
    Known,
    Seen,
    found_by_sql,
    look,
    made_up,
    plainly,
    tell,
)
from tests.support.ledger_rows import uid
from tests.support.postgres import Postgres

NOTHING = Known()


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> Iterator[str]:
    """A database of this module's own: what is not told here is in none of it."""
    name = postgres.create(postgres.template(views=True))
    yield postgres.url(name)
    postgres.drop(name)


Ask = Callable[..., list[Found]]


@pytest.fixture
def ask(url: str) -> Ask:
    """Tell of looks, and ask what is unusual about them."""

    def asked(looks: Iterable[Look], known: Known = NOTHING) -> list[Found]:
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
