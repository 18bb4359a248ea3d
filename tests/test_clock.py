"""The clock: whole milliseconds, London days, and texts in UTC."""

from datetime import UTC, date, datetime

import pytest

from hub.clock import FixedClock, SystemClock, london_day, seconds, utc_text


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_machines_clock_moves_on() -> None:
    clock = SystemClock()
    first = clock.now_ms()
    assert first > at("2025-01-01T00:00:00+00:00") * 1000
    assert clock.now_ms() >= first


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(1_500)
    assert [clock.now_ms(), clock.now_ms(), seconds(clock)] == [1_500, 1_500, 1]
    clock.advance(0.5)
    assert (clock.now_ms(), seconds(clock)) == (2_000, 2)
    clock.advance(-1)
    assert clock.now_ms() == 1_000


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-06-30T22:59:59+00:00", date(2026, 6, 30)),
        ("2026-06-30T23:00:00+00:00", date(2026, 7, 1)),
        ("2026-12-31T23:59:59+00:00", date(2026, 12, 31)),
        ("2027-01-01T00:00:00+00:00", date(2027, 1, 1)),
        ("2026-03-29T00:59:59+00:00", date(2026, 3, 29)),
    ],
)
def test_a_day_turns_at_midnight_in_london(instant: str, day: date) -> None:
    assert london_day(at(instant)) == day


def test_an_instant_is_written_in_utc() -> None:
    assert utc_text(at("2026-07-01T00:00:00+01:00")) == "2026-06-30T23:00:00Z"
    assert datetime.fromisoformat(utc_text(1_790_000_000)) == datetime.fromtimestamp(
        1_790_000_000, tz=UTC
    )
