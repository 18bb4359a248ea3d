"""Writes a run down for people: RESULTS.md, with the picture beside it.

In: a report. Out: Markdown, and files. Never here: a figure that is in no report, a time of day.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any, Final

from hub.bench.picturing import chart

_TWO_DIGITS: Final = 10
TENTHS: Final = 10
_SEEN: Final = ("p50_ms", "p95_ms", "p99_ms", "cpu_us", "memory_mib", "bytes_per_event")


def results(runs: Mapping[str, Mapping[str, Any]], *, picture: str = "") -> str:
    """Return reports as a page. `picture` names the one beside it, if there is one.

    Args:
        runs: by how large the large ledgers were; `0` is the run in which that was not said.
        picture: a file's name.
    """
    lines = [
        "# What `hub bench` found",
        "",
        "Written by `hub bench --write`; never edited by hand, run it to replace it.",
        "A ratio is a figure by its ceiling, taken seconds apart on one machine: the median.",
        "",
        (
            "Of the second table: `cpu_us` is processor time of all processes, PostgreSQL's and the"
            " sender's too, for each operation; `memory_mib` what all processes of the hub hold by"
            " themselves; `bytes_per_event` by how much tables and indexes grew for each operation"
            " (a write of `soak` has eight reads on record with it), and of `find`, `rebuild` and"
            " `register` what they hold for each row."
        ),
    ]
    for events, told in sorted(runs.items(), key=lambda run: int(run[0])):
        lines += _section(told, int(events))
    lines += _by_size(_lines(runs))
    if picture:
        lines += ["", f"![Throughput against the size of the ledger]({picture})"]
    return "\n".join(lines) + "\n"


def _section(told: Mapping[str, Any], events: int) -> list[str]:
    lines = ["", f"## Ledgers of {events:,}"] if events else []
    lines += [
        "",
        *_measured_on(told["when"]),
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


def _measured_on(when: Mapping[str, str]) -> list[str]:
    """Return when and on what each was measured; one line for all of a run."""
    runs: dict[str, list[str]] = {}
    for name, words in when.items():
        runs.setdefault(words, []).append(name)
    if len(runs) == 1:
        return [f"{words[:1].upper()}{words[1:]}." for words in runs]
    return [f"- {', '.join(names)}: {words}." for words, names in runs.items()]


def _rate(value: float) -> str:
    """Return a rate as people read it: whole, unless nothing would be left of it."""
    return f"{value:,.0f}" if value >= _TWO_DIGITS else f"{value:.2g}"


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
    machine = ", ".join(f"{name} {value}" for name, value in told["machine"].items())
    when = dict.fromkeys(told["ratios"], f"on {day}; machine: {machine}")
    runs[str(events)] = _merged(runs.get(str(events), {}), {**told, "when": when})
    kept.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    picture = chart(_lines(runs))
    page = folder / "RESULTS.md"
    page.write_text(results(runs, picture="sizes.svg" if picture else ""), "utf-8")
    if not picture:
        return [kept, page]
    drawn = folder / "sizes.svg"
    drawn.write_text(picture, "utf-8")
    return [kept, page, drawn]


def _by_size(series: Mapping[str, Sequence[tuple[int, float]]]) -> list[str]:
    """Return rates by size of the ledger, a row for each series."""
    sizes = sorted({size for line in series.values() for size, _ in line})
    if not sizes:
        return []
    lines = ["", "## By size of the ledger", ""]
    lines.append("| a second, in a ledger of | " + " | ".join(f"{s:,}" for s in sizes) + " |")
    lines.append("|---|" + "--:|" * len(sizes))
    for name, line in series.items():
        at = dict(line)
        cells = (_rate(at[size]) if size in at else "" for size in sizes)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


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
