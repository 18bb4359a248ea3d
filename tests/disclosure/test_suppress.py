"""No small count can be worked out: an attacker who knows the method tries every table there is."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from hub.disclosure.suppress import OPEN, SMALL, Part, Table, fit_to_publish, ranges, rounded


def table(*parts: tuple[int, ...], people: int | None = None) -> Table:
    named = {
        f"part {n}": Part(cells={f"cell {m}": count for m, count in enumerate(cells)}, whole=True)
        for n, cells in enumerate(parts)
    }
    return Table(count=sum(parts[0]), people=people, parts=named)


def cells(found: Table, part: int = 0) -> list[int | None]:
    return list(found.parts[f"part {part}"].cells.values())


def tables(sizes: tuple[int, ...], top: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield every table whose parts have these sizes and whose total is at most `top`."""
    for total in range(top + 1):
        sums = [
            [c for c in product(range(total + 1), repeat=size) if sum(c) == total] for size in sizes
        ]
        yield from product(*sums)


def worked_out(sizes: tuple[int, ...], top: int) -> list[str]:
    """Return each small count of which, given all that is published, too few values remain.

    The attacker knows the method, publishes every possible table with it, and keeps those that
    give the publication seen. Totals near `top` are left out: larger tables give them too.
    """
    possible: dict[str, dict[tuple[int, int], set[int]]] = defaultdict(lambda: defaultdict(set))
    largest: dict[str, int] = defaultdict(int)
    for exact in tables(sizes, top):
        seen = fit_to_publish(table(*exact))
        key = str((seen.count, [cells(seen, n) for n in range(len(sizes))]))
        largest[key] = seen.count or 0
        for n, part in enumerate(exact):
            for m, count in enumerate(part):
                if cells(seen, n)[m] is None:
                    possible[key][n, m].add(count)
    return [
        f"{key} {place}: {sorted(values)}"
        for key, places in possible.items()
        for place, values in places.items()
        if min(values) < SMALL and len(values) < OPEN and largest[key] + 2 <= top
    ]


@pytest.mark.parametrize(("sizes", "top"), [((2,), 30), ((3,), 20), ((4,), 12), ((2, 2), 16)])
def test_no_small_count_can_be_worked_out(sizes: tuple[int, ...], top: int) -> None:
    assert worked_out(sizes, top) == []


@pytest.mark.heavy
@pytest.mark.parametrize(("sizes", "top"), [((3,), 50), ((4,), 22), ((2, 2), 26), ((2, 3), 18)])
def test_nor_in_larger_tables(sizes: tuple[int, ...], top: int) -> None:
    assert worked_out(sizes, top) == []


def test_without_the_second_step_the_attacker_would_succeed() -> None:
    naive = table((7, 2), people=None)
    published = Table(
        count=rounded(9),
        people=None,
        parts={"part 0": Part(cells={"cell 0": 5, "cell 1": None}, whole=True)},
    )
    low, high = ranges(published, {("part 0", "cell 1")})["part 0", "cell 1"]
    assert low > 0, "that there was somebody at all would be told"
    assert high < SMALL
    assert cells(fit_to_publish(naive)) == [None, None]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15)]
)
def test_small_counts_are_left_out_and_others_rounded(count: int, shown: int | None) -> None:
    assert rounded(count) == shown


def test_a_measure_that_gives_itself_away_looks_as_if_it_were_small() -> None:
    found = fit_to_publish(table((4, 7, 7), people=18))
    assert (found.count, found.people) == (None, None)
    assert cells(found) == [None, None, None]


def test_the_order_in_which_counts_go_is_known_as_well() -> None:
    # Were 25 and [10, None, None] shown: had the one that went with the small count been 8 or more,
    # the first would have gone in its stead. So it is 5 to 7, and only 12 + 7 + 4 makes 25.
    assert cells(fit_to_publish(table((12, 7, 4)))) == [None, None, None]
    assert cells(fit_to_publish(table((12, 4, 7)))) == [None, None, None]
    assert cells(fit_to_publish(table((4, 7, 12)))) == [None, None, 10], (
        "what comes later may be 10"
    )


def test_a_table_of_large_counts_is_published_whole() -> None:
    found = fit_to_publish(table((20, 31, 9), (30, 30), people=57))
    assert (found.count, found.people) == (60, 55)
    assert cells(found, 0) == [20, 30, 10]
    assert cells(found, 1) == [30, 30]


def test_what_is_published_is_never_small_nor_exact_beyond_five() -> None:
    chance = Random(3)  # noqa: S311 - the same cases every time
    for _ in range(300):
        count = tuple(chance.randrange(40) for _ in range(5))
        found = fit_to_publish(table(count, people=sum(count)))
        for value in (found.count, found.people, *cells(found)):
            assert value is None or (value >= SMALL and value % 5 == 0)
        assert sum(value is None for value in cells(found)) != 1
