"""Chronologies to test with: the shipped one, those that lie beside the repository, bad ones."""

import tomllib
from pathlib import Path
from typing import Any

from hub.demo.chronology import SHIPPED

ROOT = Path(__file__).parents[2]
SHIPPED_FILE = ROOT / "hub" / "demo" / "data" / f"{SHIPPED}.toml"
BESIDE = sorted((ROOT / ".." / "shared" / "chronologies").resolve().glob("*.toml"))
ALL_FILES = [SHIPPED_FILE, *BESIDE]

MINIMAL = """
[review]
name = "A review"
what = "What happened"
source_title = "The review"
publisher = "A board"
year = 2020
url = "https://example.org/"
completeness = "Whole"
subject_kinds = ["setting"]

[[source]]
id = "S1"
kind = "review"
title = "The review"
publisher = "A board"
date = "2020"

[[fact]]
id = "f-1"
date = "2019-02"
precision = "month"
agency = "police"
org = "A force"
event = "CrimeReported"
subject = "setting"
pseudonym = "home-1"
what = "Something was reported"
source_ref = "S1, p. 3"
strength = "B"
"""


def minimal(**changed: str) -> bytes:
    """Return the smallest chronology, with parts of its text replaced."""
    text = MINIMAL
    for old, new in changed.items():
        place = {"day": '"2019-02"', "event": '"CrimeReported"', "source": '"S1, p. 3"'}[old]
        assert place in text
        text = text.replace(place, f'"{new}"')
    return text.encode()


def raw(path: Path) -> dict[str, Any]:
    """Return a file as TOML has it."""
    return tomllib.loads(path.read_text("utf-8"))
