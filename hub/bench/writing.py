"""Writes a run down for people: RESULTS.md, and throughput against size as a picture.

In: a report. Out: Markdown, SVG. Never here: a figure that is not in the report, or a time of day.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any, Final

_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 300, 80, 30
_TWO_DIGITS: Final = 10
TENTHS: Final = 10
_SEEN: Final = ("p50_ms", "p95_ms", "p99_ms", "cpu_us", "memory_mib", "bytes_per_event")


def results(runs: Mapping[str, Mapping[str, Any]], *, chart: str = "") -> str:
    """Return reports as a page. `chart` names the picture beside it, if there is one.

    Args:
        runs: by how large the large ledgers were; `0` is the run in which that was not said.
        chart: a file's name.
    """
    lines = [
        "# What `hub bench` found",
        "",
        "Written by `hub bench --write`; never edited by hand, run it to replace it.",
        "A ratio is a figure by its ceiling, taken seconds apart on one machine: the median.",
    ]
    for events, told in sorted(runs.items(), key=lambda run: int(run[0])):
        lines += _section(told, int(events))
    if chart:
        lines += ["", f"![Throughput against the size of the ledger]({chart})"]
    return "\n".join(lines) + "\n"


def _section(told: Mapping[str, Any], events: int) -> list[str]:
    machine = told["machine"]
    lines = ["", f"## Ledgers of {events:,}"] if events else []
    lines += [
        "",
        f"On {_between(told['days'].values())}. Machine: "
        + ", ".join(f"{k} {v}" for k, v in machine.items())
        + ".",
        "",
        "| scenario | figure | of | ratio | target | | runs |",
        "|---|--:|--:|--:|--:|---|---|",
    ]
    for name, ratio in told["ratios"].items():
        target = told["targets"][name]
        runs = " ".join(f"{run:g}" for run in told["runs"][name])
        word = "reached" if ratio >= target else "missed"
        lines.append(
            f"| {name} | {_rate(told['figures'][name])} {told['units'][name]} |"
            f" {_rate(told['ceilings'][name])} | {ratio:g} | {target:g} | {word} | {runs} |"
        )
    lines += ["", "| scenario | " + " | ".join(_SEEN) + " |", "|---|" + "--:|" * len(_SEEN)]
    for name, seen in told["seen"].items():
        cells = (f"{seen[key]:,g}" if key in seen else "" for key in _SEEN)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    counts = told.get("counts", {})
    if counts:
        lines += ["", "Counted: " + ", ".join(f"{k} {v:,}" for k, v in counts.items()) + "."]
    return lines + _slices(told.get("slices", {})) + _itemised(told.get("disk", {}))


def _slices(slices: Mapping[str, Sequence[float]]) -> list[str]:
    """Return how the soak went from its first tenth to its last, as means of each."""
    if not slices:
        return []
    lines = ["", "| soak, tenth by tenth | " + " | ".join(map(str, range(1, TENTHS + 1))) + " |"]
    lines.append("|---|" + "--:|" * TENTHS)
    for name, every in slices.items():
        ends = [len(every) * n // TENTHS for n in range(TENTHS + 1)]
        parts = (every[a : max(b, a + 1)] for a, b in pairwise(ends))
        lines.append(f"| {name} | " + " | ".join(f"{mean(part):,.0f}" for part in parts) + " |")
    return lines


def _itemised(disk: Mapping[str, Any]) -> list[str]:
    """Return what an event takes on disk, by table; those below a byte are left out."""
    if not disk:
        return []
    indexes = disk["of_these_indexes"]
    return [
        "",
        f"On disk, bytes for each event of the largest ledger: {disk['bytes_per_event']:,}.",
        "",
        "| table | bytes | of these indexes |",
        "|---|--:|--:|",
        *(f"| {t} | {size:,} | {indexes[t]:,} |" for t, size in disk["tables"].items() if size),
    ]


def _between(days: Collection[str]) -> str:
    first, last = min(days), max(days)
    return first if first == last else f"{first} to {last}"


def _rate(value: float) -> str:
    """Return a rate as people read it: whole, unless nothing would be left of it."""
    return f"{value:,.0f}" if value >= _TWO_DIGITS else f"{value:.2g}"


def chart(series: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """Return a picture of rates by size: a line for each series, sizes by powers of ten."""
    points = [point for line in series.values() for point in line]
    if not points:
        return ""
    top = max(rate for _, rate in points) or 1.0
    sizes = sorted({size for size, _ in points})
    step = (_WIDTH - _LEFT - 120) / max(1, len(sizes) - 1)

    def at(size: int, rate: float) -> tuple[float, float]:
        x = _LEFT + sizes.index(size) * step
        return x, _TOP + (_HEIGHT - 2 * _TOP) * (1 - rate / top)

    drawn = [
        f'<text x="{at(size, 0)[0]:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    for part in (0.0, 0.5, 1.0):
        y = at(sizes[0], part * top)[1]
        drawn.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 120}" y1="{y:.0f}" y2="{y:.0f}"/>')
        drawn.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{part * top:,.0f}</text>'
        )
    dashes = ("none", "6 3", "2 3", "8 3 2 3")
    for n, (name, line) in enumerate(series.items()):
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in (at(*point) for point in line))
        last = at(*line[-1])
        drawn.append(f'<polyline points="{path}" stroke-dasharray="{dashes[n % len(dashes)]}"/>')
        drawn.append(f'<text x="{last[0] + 8:.0f}" y="{last[1] + 4:.0f}">{name}</text>')
    style = (
        "text{font:12px sans-serif;fill:#0b0c0c}line{stroke:#b1b4b6}"
        "polyline{fill:none;stroke:#1d70b8;stroke-width:2}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="Throughput against size of the ledger"><style>{style}</style>'
        '<rect width="100%" height="100%" fill="#ffffff"/>' + "".join(drawn) + "</svg>\n"
    )


def write(told: Mapping[str, Any], folder: Path, *, day: str, events: int = 0) -> list[Path]:
    """Write RESULTS.md, and sizes.svg where sizes were compared, into a folder.

    What was found with other sizes, or of other scenarios, stands beside it: results.json keeps
    what was last found of each.

    Args:
        told: a report.
        folder: where the three files are.
        day: on which it was measured.
        events: how large the large ledgers were; 0 where that was not said.
    """
    kept = folder / "results.json"
    runs = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    days = dict.fromkeys(told["ratios"], day)
    runs[str(events)] = _merged(runs.get(str(events), {}), {**told, "days": days})
    kept.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    picture = chart(_lines(runs))
    page = folder / "RESULTS.md"
    page.write_text(results(runs, chart="sizes.svg" if picture else ""), "utf-8")
    if not picture:
        return [kept, page]
    drawn = folder / "sizes.svg"
    drawn.write_text(picture, "utf-8")
    return [kept, page, drawn]


def _merged(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with what an earlier one has beside it, scenario by scenario."""
    return {
        name: {**before.get(name, {}), **value} if isinstance(value, Mapping) else value
        for name, value in now.items()
    }


def _lines(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """Return rates by size of all runs; of one size, those of the run with the larger ledgers."""
    found: dict[str, dict[int, float]] = {}
    for _, told in sorted(runs.items(), key=lambda run: int(run[0])):
        for name, points in told.get("sizes", {}).items():
            found.setdefault(name, {}).update((size, rate) for size, rate in points)
    return {name: sorted(points.items()) for name, points in found.items()}
