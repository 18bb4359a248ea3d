"""Draws throughput against the size of a ledger: one panel for each thing that was measured.

In: rates by size. Out: SVG. Never here: two things on one scale, or an axis that does not begin at
nothing: what falls by half is to look like half.
"""

from collections.abc import Mapping, Sequence
from typing import Final

_WIDTH, _LEFT, _RIGHT = 640, 60, 60
_PANEL, _TITLE, _ROOM, _FOOT = 150, 24, 92, 22
"""Heights in pixels: of a panel, of its heading, of the line's room, of the sizes at the bottom."""
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#0b0c0c}.name{font-weight:bold}line{stroke:#b1b4b6}"
    "polyline{fill:none;stroke:#1d70b8;stroke-width:2}circle{fill:#1d70b8}"
)


def chart(series: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """Return a picture of rates by size: a panel for each series; nothing of no series.

    Every panel has all sizes, at equal distances, and a scale of its own from nothing on.
    """
    sizes = sorted({size for line in series.values() for size, _ in line})
    if not sizes:
        return ""
    panels = [
        panel
        for n, (name, line) in enumerate(series.items())
        for panel in _panel(name, line, sizes, n * _PANEL)
    ]
    height = _PANEL * len(series) + _FOOT
    below = f'<text x="{_WIDTH / 2:.0f}" y="{height - 8}" text-anchor="middle">events held</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="Throughput against size of the ledger"><style>{_STYLE}</style>'
        '<rect width="100%" height="100%" fill="#ffffff"/>' + "".join([*panels, below]) + "</svg>\n"
    )


def _panel(
    name: str, line: Sequence[tuple[int, float]], sizes: Sequence[int], above: int
) -> list[str]:
    most = max(rate for _, rate in line) or 1.0
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(sizes) - 1)
    floor = above + _TITLE + _ROOM

    def at(size: int, rate: float) -> tuple[float, float]:
        return _LEFT + sizes.index(size) * step, floor - (_ROOM - 14) * rate / most

    drawn = [
        f'<text class="name" x="{_LEFT}" y="{above + 16}">{name}, a second</text>',
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{floor}" y2="{floor}"/>',
        f'<text x="{_LEFT - 8}" y="{floor + 4}" text-anchor="end">0</text>',
    ]
    for size in sizes:
        x, _ = at(size, 0)
        drawn.append(f'<text x="{x:.0f}" y="{floor + _FOOT}" text-anchor="middle">{size:,}</text>')
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in (at(*point) for point in line))
    drawn.append(f'<polyline points="{path}"/>')
    for size, rate in line:
        x, y = at(size, rate)
        drawn.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/>')
        drawn.append(f'<text x="{x:.0f}" y="{y - 7:.0f}" text-anchor="middle">{rate:,.0f}</text>')
    return drawn
