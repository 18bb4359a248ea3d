"""The plan follows from its inputs, and the page in the repository is what comes out."""

from copy import deepcopy
from pathlib import Path

import pytest

from hub.bench.capacity import Load, inputs, loads, need, page

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_model_makes_of_the_inputs() -> None:
    assert (ROOT / "deploy" / "capacity.md").read_text("utf-8") == page()


def test_the_plan_covers_an_area_a_year_and_ten_years_of_england() -> None:
    rows = [round(load.events + load.answers) for load in loads(inputs())]
    assert 130_000_000 < rows[1] < 140_000_000
    assert rows[2] == 140_000_000
    assert 1_300_000_000 < rows[3] < 1_400_000_000


@pytest.mark.parametrize(
    ("part", "name"), [("cpu", "answer"), ("disk", "answer"), ("cpu", "rebuild")]
)
def test_what_costs_more_needs_more(part: str, name: str) -> None:
    load = Load("a year", 14e6, 119e6, 1)
    dearer = deepcopy({key: dict(value) for key, value in inputs().items()})
    dearer[part][name] *= 2
    before, after = need(load, inputs()), need(load, dearer)
    grown = {"cpu answer": "cores", "disk answer": "disk_gb", "cpu rebuild": "rebuild_h"}
    measure = grown[f"{part} {name}"]
    assert getattr(after, measure) > getattr(before, measure)


def test_a_load_spread_over_more_years_has_the_same_disk_and_a_lower_peak() -> None:
    short, long = (need(Load("x", 14e6, 0, years), inputs()) for years in (1, 2))
    assert short.disk_gb == long.disk_gb
    assert short.writes_s == pytest.approx(2 * long.writes_s)
