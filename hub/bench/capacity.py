"""The capacity plan, computed: what an area and England take, and on how many machines.

In: capacity.toml. Out: deploy/capacity.md. Never here: a figure that is in neither the inputs nor
the arithmetic below. It is a plan: nothing at these sizes has been run.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

INPUTS: Final = Path(__file__).with_name("capacity.toml")
_HOURS: Final = 250 * 8 * 3600
_GB: Final = 10**9
_MICRO: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Load:
    """So many events and recorded answers, in so many years, by so much of England."""

    name: str
    events: float
    answers: float
    years: float


@dataclass(frozen=True, slots=True)
class Need:
    """What a load takes."""

    load: Load
    writes_s: float
    """Events a second at the peak."""
    answers_s: float
    cores: float
    """Busy cores at the peak, at the part of each that may be busy."""
    disk_gb: float
    rebuild_h: float
    """Hours to build all views again, with the cores of one machine."""


def inputs() -> Mapping[str, Any]:
    """Return the inputs."""
    return tomllib.loads(INPUTS.read_text("utf-8"))


def need(load: Load, given: Mapping[str, Any]) -> Need:
    """Return what a load takes."""
    england, disk, cpu, machine = (given[k] for k in ("england", "disk", "cpu", "machine"))
    busiest = england["in_hours"] * england["peak"] / _HOURS / load.years
    writes, answers = load.events * busiest, load.answers * busiest
    # An answer is a row of the ledger too: it is sequenced and projected as an event is.
    rows_us = cpu["project"] + cpu["sequence"]
    busy_us = writes * (cpu["event"] + rows_us) + answers * (cpu["answer"] + rows_us)
    rows = load.events + load.answers
    return Need(
        load,
        writes,
        answers,
        busy_us * _MICRO / cpu["busy"],
        (load.events * disk["event"] + load.answers * disk["answer"]) / _GB,
        rows * cpu["rebuild"] * _MICRO / machine["cores"] / 3600,
    )


def loads(given: Mapping[str, Any]) -> list[Load]:
    """Return the loads that are planned for."""
    england = given["england"]
    events, answers, areas = england["events"], england["answers"], england["areas"]
    return [
        Load("an area, ten years", 10 * events / areas, 10 * answers / areas, 10),
        Load("England, a year: 133 million rows", events, answers, 1),
        Load("England, ten years of events: 140 million", 10 * events, 0, 10),
        Load("England, ten years: 1.33 billion rows", 10 * events, 10 * answers, 10),
    ]


def page() -> str:
    """Return the plan as a page."""
    given = inputs()
    machine = given["machine"]
    peak = given["england"]["peak"]
    lines = [
        *_HEAD,
        f"Peak is {peak} times the mean of working hours. A machine has {machine['cores']} cores",
        f"and {machine['disk_gb']:,} GB; its standby (synchronous) is not counted.",
        "",
        "| | events/s | answers/s | cores | disk, GB | all views again, h | machines |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for load in loads(given):
        n = need(load, given)
        by_cores = -(-n.cores // machine["cores"])
        by_disk = -(-n.disk_gb // machine["disk_gb"])
        lines.append(
            f"| {load.name} | {n.writes_s:,.1f} | {n.answers_s:,.0f} | {n.cores:,.1f} |"
            f" {n.disk_gb:,.0f} | {n.rebuild_h:,.1f} | {max(1, by_cores, by_disk):,.0f} |"
        )
    return "\n".join([*lines, "", *_SAYS]) + "\n"


_HEAD: Final = (
    "# What it takes: a computed plan",
    "",
    "Computed by `hub bench --plan` from [its inputs](../hub/bench/capacity.toml) by",
    "[its model](../hub/bench/capacity.py), and not measured at these sizes.",
    "",
)
_SAYS: Final = (
    "How to read it:",
    "",
    "- One hub serves a partnership area; England is many areas, federated over the same signed",
    "  events. A national load on one hub is the worst case.",
    "- Recorded answers outweigh events eight to one: in rows, in disk and in cores. What makes an",
    "  answer's record smaller makes everything smaller.",
    "- Views are rebuilt in parts of about 100,000 rows (decision 0037): that needs memory for as",
    "  many parts as there are processes, whatever the size, and its hours fall with the cores.",
    "- The ledger is only added to, and read by position, subject and partner. What is old is in",
    "  the way of what is new only once indexes no longer fit in memory. From there `events`,",
    "  `header` and the register are to be partitioned by ranges of position, so that old ranges",
    "  lie still; a leaf's place in the log is its position (decision 0016), so what is moved away",
    "  is proved as before. They are not partitioned (decision 0047): at a million events `find`",
    "  is as quick as at ten thousand, and at ten million nearly so while its indexes are in",
    "  memory: about 8 GB (decision 0049).",
)
