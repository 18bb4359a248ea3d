"""Unusual access: each alarm at its threshold and not below, with exactly the rows it rests on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from hub.audit.alarms import AT_LEAST, LATE, REFUSED, STRANGERS, Alarm, Known, Look, alarms

MONDAY_NOON = int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp())
HOUR, DAY = 3_600, 86_400
NOTHING = Known(frozenset(), frozenset())
_IDS: Iterator[int] = count()


def look(user: str = "a", **changes: Any) -> Look:  # noqa: ANN401
    said = {
        "jti": f"j{next(_IDS)}", "partner": "council-a", "user": user, "subject": None,
        "purpose": "safeguarding_enquiry", "channel": "find", "outcome": "released",
        "recorded_at": MONDAY_NOON,
    }  # fmt: skip
    return Look(**{**said, **changes})


def kinds(looks: list[Look], known: Known = NOTHING) -> list[str]:
    return [alarm.kind for alarm in alarms(looks, known)]


def only(looks: list[Look], known: Known = NOTHING) -> Alarm:
    [found] = alarms(looks, known)
    return found


def test_an_officer_far_above_their_peers_is_told_with_the_middle_of_the_others() -> None:
    peers = [look(user) for user in ("b", "c") for _ in range(2)]
    own = [look("a") for _ in range(AT_LEAST)]
    found = only([*peers, *own])
    assert (found.kind, found.user, found.found, found.usual) == ("far_above_peers", "a", 10, 2.0)
    assert [row.jti for row in found.rows] == sorted(row.jti for row in own)
    assert kinds([*peers, *own[:-1]]) == []


def test_a_busy_team_is_not_unusual() -> None:
    assert kinds([look(user) for user in "abc" for _ in range(30)]) == []


def test_one_of_a_small_agency_is_held_against_everybody_else() -> None:
    others = [look(user, partner="police-b") for user in ("b", "c") for _ in range(30)]
    assert kinds([*others, *(look("a") for _ in range(40))]) == []
    assert kinds([look("a") for _ in range(40)]) == [], "with no peer at all, nothing is usual"


def test_two_weeks_are_not_added_up() -> None:
    peers = [look(u, recorded_at=MONDAY_NOON + w * 7 * DAY) for u in "bc" for w in (0, 1)]
    own = [look("a", recorded_at=MONDAY_NOON + n % 2 * 7 * DAY) for n in range(AT_LEAST)]
    assert kinds([*peers, *own]) == []


def test_one_person_looked_at_by_officers_with_no_part_in_the_case() -> None:
    looks = [look(f"u{n}", subject="ann") for n in range(STRANGERS)]
    found = only(looks)
    assert (found.kind, found.subject, found.found) == ("no_part_in_the_case", "ann", STRANGERS)
    assert kinds(looks[:-1]) == []
    assert kinds(looks, Known(frozenset({("council-a", "ann")}), frozenset())) == []


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
def test_office_hours_are_londons(at: int, late: bool) -> None:  # noqa: FBT001 - a table
    looks = [look(recorded_at=at) for _ in range(LATE)]
    assert kinds(looks) == (["out_of_hours"] if late else [])


def test_an_emergency_at_night_is_no_alarm_and_summer_time_counts() -> None:
    night = MONDAY_NOON + 12 * HOUR
    assert kinds([look(recorded_at=night, purpose="emergency") for _ in range(LATE)]) == []
    july = int(datetime(2026, 7, 6, 6, 30, tzinfo=UTC).timestamp())  # half past seven in London
    assert kinds([look(recorded_at=july) for _ in range(LATE)]) == []


def test_refused_again_and_again_in_one_day() -> None:
    looks = [look(outcome="refused") for _ in range(REFUSED)]
    assert kinds(looks) == ["refused_again"]
    assert kinds(looks[:-1]) == []
    spread = [look(outcome="refused", recorded_at=MONDAY_NOON + n * DAY) for n in range(REFUSED)]
    assert "refused_again" not in kinds(spread)


def test_a_look_at_ones_own_kin_is_an_alarm_of_one_row_and_comes_first() -> None:
    known = Known(frozenset(), frozenset({("council-a", "a", "ann")}))
    own = look("A", subject="ann")
    late = [look("b", recorded_at=MONDAY_NOON + 10 * HOUR) for _ in range(LATE)]
    assert kinds([*late, own, look("b", subject="ann")], known) == ["own_interest", "out_of_hours"]
    assert only([own], known).rows == (own,)


def test_an_alarm_keeps_its_name_while_its_rows_grow() -> None:
    known = Known(frozenset(), frozenset({("council-a", "a", "ann")}))
    first = look("a", subject="ann")
    again = only([first, look("a", subject="ann", recorded_at=MONDAY_NOON + HOUR)], known)
    assert again.id == only([first], known).id
