"""Two reports beside each other, and a report as a page and as a picture."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hub.bench.comparing import CompareError, Fallen, fallen, read
from hub.bench.figures import TARGETS, Outcome, Rate, Run, Seen, latencies, report
from hub.bench.picturing import chart
from hub.bench.run import RESULTS, run_bench
from hub.bench.sizes import Size, itemised
from hub.bench.writing import results, write

SEEN = Seen(p50_ms=1.0, p95_ms=2.0, p99_ms=3.5, cpu_us=40.0)
TOLD = {
    **report([Outcome("read", "answers/s", (Run(Rate.of(50.0, SEEN), 100.0),))], {"cores": 2}),
    "sizes": {"people": [(10_000, 90.0), (1_000_000, 80.0)]},
    "counts": {"refused": 19_012},
}


def test_a_ratio_that_fell_by_more_than_the_margin_is_named() -> None:
    assert fallen({"read": 0.60}, TOLD, 0.15) == [Fallen("read", 0.60, 0.5)]
    assert fallen({"read": 0.58, "gone": 9.0}, TOLD, 0.15) == []


def test_an_earlier_report_is_read_back(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(TOLD))
    assert read(kept) == {"read": 0.5}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ratios": {"read": "fast"}}', '{"ratios": 1}'])
def test_what_is_no_report_is_refused_before_anything_is_measured(
    tmp_path: Path, text: str
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(text)
    with pytest.raises(CompareError, match="no report"):
        read(kept)


def test_scenarios_are_named_before_a_file_is_looked_for() -> None:
    assert run_bench(only="nothing-such", runs=1, as_json=True) == 2


def test_a_rate_is_its_figure_and_brings_what_was_seen() -> None:
    run = Run(Rate.of(50.0, SEEN), 100.0)
    assert run.ratio == 0.5
    assert Outcome("read", "answers/s", (run,)).seen == SEEN
    assert TOLD["seen"] == {"read": {"p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.5, "cpu_us": 40.0}}


def test_of_a_hundred_times_the_slowest_is_past_p99() -> None:
    assert latencies(n / 1000 for n in range(100)) == (50.0, 95.0, 99.0)


def test_a_page_holds_each_figure_its_target_and_the_machine(tmp_path: Path) -> None:
    _, page, picture = write(TOLD, tmp_path, day="2026-11-28")
    text = page.read_text()
    told = {**TOLD, "when": {"read": "on 2026-11-28; machine: cores 2"}}
    assert text == results({"0": told}, picture=picture.name)
    assert f"| read | 50 answers/s | 100 | 0.5 | {TARGETS['read']:g} | reached | 0.5 |" in text
    assert "On 2026-11-28; machine: cores 2." in text
    assert "sizes.svg" in text
    assert "| people | 90 | 80 |" in text
    assert "Counted: refused 19,012." in text, "what is counted is no size to draw"


def test_a_page_tells_what_an_event_takes_on_disk_table_by_table(tmp_path: Path) -> None:
    disk = itemised([Size("ledger.events", 3_000, 1_000), Size("ledger.none", 1, 0)], 2)
    _, page, _ = write({**TOLD, "disk": disk}, tmp_path, day="2026-11-28")
    text = page.read_text()
    assert "On disk, bytes for each event of the largest ledger: 2,000." in text
    assert "| ledger.events | 2,000 | 500 |" in text
    assert "ledger.none" not in text, "it takes less than a byte an event"


def test_a_page_tells_how_a_long_run_went_on_from_tenth_to_tenth(tmp_path: Path) -> None:
    slices = {"lag_p99_ms": [float(n) for n in range(60)], "short": [7.0, 8.0, 9.0]}
    _, page, _ = write({**TOLD, "slices": slices}, tmp_path, day="2026-11-28")
    assert "| lag_p99_ms | 2 | 8 | 14 | 20 | 26 | 32 | 38 | 44 | 50 | 56 |" in page.read_text()
    assert "| short | 7 | 7 | 7 | 7 | 8 | 8 | 8 | 9 | 9 | 9 |" in page.read_text()


def test_a_rate_below_ten_keeps_its_digits(tmp_path: Path) -> None:
    slow = {**TOLD, "figures": {"read": 0.24}, "sizes": {}}
    _, page = write(slow, tmp_path, day="2026-11-28")
    assert "| read | 0.24 answers/s | 100 |" in page.read_text()


def test_other_sizes_stand_beside_and_the_same_size_is_replaced(tmp_path: Path) -> None:
    write(TOLD, tmp_path, day="2026-11-27")
    larger = {**TOLD, "sizes": {"people": [(10_000, 91.0), (10_000_000, 70.0)]}}
    write(larger, tmp_path, day="2026-11-28", events=10_000_000)
    _, page, picture = write({**TOLD, "figures": {"read": 60}}, tmp_path, day="2026-11-29")
    text = page.read_text()
    assert [day in text for day in ("2026-11-27", "2026-11-28", "2026-11-29")] == [0, 1, 1]
    assert text.index("| read | 60 ") < text.index("## Ledgers of 10,000,000")
    drawn = picture.read_text()
    assert all(f">{size}</text>" in drawn for size in ("10,000", "1,000,000", "10,000,000"))


def test_scenarios_measured_apart_stand_on_one_page(tmp_path: Path) -> None:
    find = report([Outcome("find", "people/s", (Run(90.0, 100.0),))], {"cores": 2})
    write(TOLD, tmp_path, day="2026-11-27")
    _, page, _ = write({**find, "sizes": {}}, tmp_path, day="2026-11-29")
    text = page.read_text()
    assert "| read | 50 answers/s" in text
    assert "| find | 90 people/s" in text
    assert "- read: on 2026-11-27; machine: cores 2." in text
    assert "- find: on 2026-11-29; machine: cores 2." in text


def test_the_page_in_the_repository_is_what_its_runs_make() -> None:
    runs = json.loads((RESULTS / "results.json").read_text())
    assert (RESULTS / "RESULTS.md").read_text() == results(runs, picture="sizes.svg")


def test_the_picture_has_a_panel_for_each_series_and_is_well_formed() -> None:
    drawn = ET.fromstring(chart({"a": [(10, 1.0), (100, 2.0)], "b": [(10, 2.0), (100, 2.0)]}))  # noqa: S314 - our own text
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2
    assert lines[0].get("points") == "60,77 580,38", "half of the most is half as high"
    assert chart({}) == ""


def test_a_series_that_lacks_a_size_is_drawn_without_it() -> None:
    drawn = chart({"a": [(10, 1.0), (1_000, 2.0)], "b": [(10, 5.0), (100, 5.0), (1_000, 5.0)]})
    assert drawn.count("<circle") == 5
    assert drawn.count(">1,000</text>") == 2, "each panel has every size"
