"""The kinds of record as they are drawn: a shape, a colour and a name for each.

In: a type of event. Out: its kind, and the corners of its shape. Never here: colour alone.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from hub.web import words

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "concern": ("square", "Concern"),
    "crime": ("diamond", "Police and crime"),
    "enquiry": ("circle", "Enquiry and consent"),
    "setting": ("triangle", "Care setting"),
    "professional": ("pentagon", "Professional"),
    "child": ("hexagon", "Child and Prevent"),
    "review": ("wedge", "Board and reviews"),
    "other": ("bar", "Other"),
}
COLOURS: Final[Mapping[str, str]] = {
    "concern": "#d4351c",
    "crime": "#1d70b8",
    "enquiry": "#5694ca",
    "setting": "#ffdd00",
    "professional": "#912b88",
    "child": "#f47738",
    "review": "#00703c",
    "other": "#b1b4b6",
}
"""What hub.css paints each kind in. Shape and label say the same: no colour stands alone."""
_FAMILY: Final = {
    "consent": "enquiry",
    "notification": "setting",
    "regulatory": "setting",
    "prevent": "child",
}
_POINTS: Final[Mapping[str, Sequence[tuple[int, int]]]] = {
    "square": ((-8, -8), (8, -8), (8, 8), (-8, 8)),
    "diamond": ((0, -10), (10, 0), (0, 10), (-10, 0)),
    "triangle": ((0, -9), (10, 8), (-10, 8)),
    "wedge": ((-10, -8), (10, -8), (0, 9)),
    "pentagon": ((0, -10), (10, -2), (6, 9), (-6, 9), (-10, -2)),
    "hexagon": ((-5, -9), (5, -9), (10, 0), (5, 9), (-5, 9), (-10, 0)),
    "bar": ((-9, -4), (9, -4), (9, 4), (-9, 4)),
}


@lru_cache(maxsize=512)
def kind_of(type_uri: str) -> str:
    """Return the kind a type of event is drawn as."""
    family = words.family(type_uri)
    found = _FAMILY.get(family, family)
    return found if found in KINDS else "other"


def drawn(kind: str) -> str:
    """Return what a kind is called."""
    return KINDS[kind][1]


def points(shape: str, x: int, y: int) -> str:
    """Return the corners of a shape around a place; a circle has none."""
    return " ".join(f"{x + dx},{y + dy}" for dx, dy in _POINTS.get(shape, ()))
