"""The two-sample test tells a small shift from none, and agrees with published values."""

import math
from random import Random

import pytest

from tests.support.two_samples import kolmogorov_smirnov


def drawn(seed: int, shift: float, size: int = 2_000) -> list[float]:
    chance = Random(seed)  # noqa: S311 - the same cases every time
    return [chance.gauss(shift, 1.0) for _ in range(size)]


def test_one_source_is_seldom_taken_for_two() -> None:
    taken = [kolmogorov_smirnov(drawn(n, 0.0, 300), drawn(n + 500, 0.0, 300)) for n in range(200)]
    assert sum(p < 0.01 for p in taken) <= 8
    assert 0.3 < sum(taken) / len(taken) < 0.7


def test_a_shift_of_a_fifth_of_the_spread_is_seen() -> None:
    assert all(kolmogorov_smirnov(drawn(n, 0.0), drawn(n + 500, 0.2)) < 0.01 for n in range(20))


@pytest.mark.parametrize(("level", "critical"), [(0.10, 1.22385), (0.05, 1.35810), (0.01, 1.62762)])
def test_the_published_critical_values_come_out(level: float, critical: float) -> None:
    size = 20_000
    apart = round(critical * math.sqrt(2 / size) * size)
    one = [float(n) for n in range(size)]
    other = [n + apart for n in one]
    assert kolmogorov_smirnov(one, other) == pytest.approx(level, rel=0.05)


def test_the_same_sample_twice_is_alike() -> None:
    assert kolmogorov_smirnov([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 1.0
