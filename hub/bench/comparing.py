"""Holds one report against an earlier one: `hub bench --compare FILE`.

In: two reports, a margin. Out: what fell by more than it. Never here: a figure; ratios alone are
compared, since a ratio to a ceiling of its own run bears another machine's speed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

MARGIN: Final = 0.15
"""Part of a ratio by which it may fall: what runs on a quiet machine differ by."""


class CompareError(ValueError):
    """The earlier report cannot be read as one."""


class Fallen(NamedTuple):
    """A scenario that is slower than it was."""

    name: str
    before: float
    now: float


def read(path: Path) -> dict[str, float]:
    """Return the ratios of an earlier report.

    Raises:
        CompareError: the file is no report.
    """
    try:
        found = json.loads(path.read_text("utf-8"))["ratios"]
        return {str(name): float(ratio) for name, ratio in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise CompareError(f"{path.name} is no report of `hub bench --json`") from wrong


def fallen(before: Mapping[str, float], told: Mapping[str, Any], margin: float) -> list[Fallen]:
    """Return each scenario, measured both times, whose ratio fell by more than the margin."""
    now: Mapping[str, float] = told["ratios"]
    return [
        Fallen(name, ratio, now[name])
        for name, ratio in before.items()
        if name in now and now[name] < ratio * (1 - margin)
    ]
