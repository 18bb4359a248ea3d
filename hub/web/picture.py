"""Lays out the picture of a timeline: a lane for each agency, a mark for each record, an arrow.

In: the items of recorded answers, agencies' names, the instant now. Out: numbers for an SVG.
Never here: an item that was not released; markup; I/O.

A dashed capsule says: known in this lane from here, and nobody shown as told until there. It rests
on what the viewer was shown: it ends at the first telling by that agency that they may know of, or
where the agency put it on the hub, whichever came first.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Any, Final

from hub.clock import LONDON
from hub.web import words
from hub.web.shapes import KINDS, kind_of, points

WIDTH: Final = 960
GUTTER: Final = 176
EDGE: Final = 24
HEAD: Final = 30
ROW: Final = 24
CLOSE: Final = 22
"""Marks nearer than this, in pixels, stand one above the other."""
SILENT_DAYS: Final = 14
"""A shorter silence is not drawn: nobody tells everybody on the same day."""
DAY_S: Final = 86_400
_TO: Final = ("addressed_to", "to", "agency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One record in its lane."""

    position: int
    x: int
    y: int
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One telling: from a record down or up to another lane. Its tip begins where it ends."""

    x: int
    y1: int
    y2: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capsule:
    """A silence: known here, and nobody shown as told."""

    x: int
    y: int
    width: int
    height: int
    says: str
    text_x: int
    text_y: int
    anchor: str


@dataclass(slots=True, kw_only=True)
class Lane:
    """One agency."""

    slug: str
    name: tuple[str, ...]
    top: int = 0
    height: int = 0
    rows: list[int] = field(default_factory=list)
    """Where the last mark of each row stands."""
    silence: tuple[int, int] | None = None

    @property
    def middle(self) -> int:
        """Return the height of the lane's middle."""
        return self.top + self.height // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that is drawn, and what it says in words."""

    width: int
    height: int
    lanes: Sequence[Lane]
    ticks: Sequence[tuple[int, str, str]]
    """Where a month stands, what it is called, and which it is: `2026-03`."""
    marks: Sequence[Mark]
    arrows: Sequence[Arrow]
    capsules: Sequence[Capsule]
    kinds: Sequence[tuple[str, str, str, str, str]]
    """Of each kind that is there: code, shape, corners in the legend and around 0, name."""
    sentences: Sequence[str]
    """The picture in words: of each lane how much, from when to when, and whom it told."""


def draw(items: Sequence[Mapping[str, Any]], names: Mapping[str, str], now: int) -> Picture | None:
    """Return the picture of items, oldest first; None where there are none."""
    if not items:
        return None
    first = min(_at(item, "occurred") for item in items)
    scale = _Scale(first, max(now, *(_at(item, "occurred") for item in items)))
    lanes = _lanes(items, names)
    placed = [
        (item, _row(lanes[item["posted_by"]], scale.x(_at(item, "occurred")))) for item in items
    ]
    _silences(items, lanes)
    height = _stack(lanes.values())
    marks = [_mark(item, lanes[item["posted_by"]], scale, row, names) for item, row in placed]
    capsules = [_capsule(lane, scale) for lane in lanes.values() if lane.silence]
    used = dict.fromkeys(mark.kind for mark in marks)
    return Picture(
        width=WIDTH,
        height=height,
        lanes=tuple(lanes.values()),
        ticks=scale.ticks(),
        marks=marks,
        arrows=_arrows(items, marks, lanes),
        capsules=capsules,
        kinds=[
            (k, shape, points(shape, 12, 12), points(shape, 0, 0), name)
            for k, (shape, name) in KINDS.items()
            if k in used
        ],
        sentences=[_in_words(lane, items, names) for lane in lanes.values()],
    )


def told(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the agencies that an item says were told, by slug."""
    said: list[str] = []
    for name in _TO:
        value = item["fields"].get(name, ())
        said += [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(slug for slug in said if slug != item["posted_by"]))


@dataclass(frozen=True, slots=True)
class _Scale:
    """Seconds to pixels."""

    first: int
    last: int

    def x(self, at: int) -> int:
        """Return where an instant stands."""
        span = max(self.last - self.first, 3 * DAY_S)
        return GUTTER + EDGE + round((at - self.first) / span * (WIDTH - GUTTER - 2 * EDGE))

    def ticks(self) -> list[tuple[int, str, str]]:
        """Return the starts of months that have room, with what they are called and which."""
        start = datetime.fromtimestamp(self.first, tz=LONDON)
        month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found = [(GUTTER + 4, f"{start.day} {start:%b %Y}", f"{start:%Y-%m}")]
        while (month := (month + timedelta(days=32)).replace(day=1)).timestamp() <= self.last:
            text = f"{month:%b %Y}" if month.month == 1 or len(found) == 1 else f"{month:%b}"
            found.append((self.x(int(month.timestamp())), text, f"{month:%Y-%m}"))
        return _apart(found)


def _apart(ticks: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Return the ticks that leave each other room for their words."""
    kept = ticks[:1]
    for tick in ticks[1:]:
        if tick[0] - kept[-1][0] >= 78:  # noqa: PLR2004 - `18 Sep 2026` at 14 px
            kept.append(tick)
    return kept


def _at(item: Mapping[str, Any], name: str) -> int:
    return int(datetime.fromisoformat(item[name]).timestamp())


def _lanes(items: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Lane]:
    slugs = [slug for item in items for slug in (item["posted_by"], *told(item))]
    return {
        slug: Lane(slug=slug, name=_lines(names.get(slug, slug))) for slug in dict.fromkeys(slugs)
    }


def _lines(name: str) -> tuple[str, ...]:
    """Return a name on at most three lines that fit the gutter."""
    return tuple(wrap(name, 21, max_lines=3, placeholder="…"))


def _row(lane: Lane, x: int) -> int:
    """Return the first row of a lane that has room at `x`, and take it."""
    for row, last in enumerate(lane.rows):
        if x - last >= CLOSE:
            lane.rows[row] = x
            return row
    lane.rows.append(x)
    return len(lane.rows) - 1


def _silences(items: Sequence[Mapping[str, Any]], lanes: Mapping[str, Lane]) -> None:
    for slug, lane in lanes.items():
        own = [item for item in items if item["posted_by"] == slug]
        tellings = sorted(_at(item, "occurred") for item in own if told(item))
        for item in own:
            known = _at(item, "occurred")
            ends = [_at(item, "recorded"), *tellings[(at := bisect_left(tellings, known)) : at + 1]]
            if not told(item) and min(ends) - known >= SILENT_DAYS * DAY_S:
                lane.silence = (known, min(ends))
                break


def _stack(lanes: Iterable[Lane]) -> int:
    top = HEAD
    for lane in lanes:
        lane.top = top
        lane.height = max(20 + 18 * len(lane.name), 56, len(lane.rows) * ROW + 20) + (
            18 if lane.silence else 0
        )
        top += lane.height
    return top + 2


def _mark(
    item: Mapping[str, Any], lane: Lane, scale: _Scale, row: int, names: Mapping[str, str]
) -> Mark:
    kind = kind_of(item["type"])
    x = scale.x(_at(item, "occurred"))
    room = lane.height - (18 if lane.silence else 0)
    y = lane.top + room // 2 + round((row - (len(lane.rows) - 1) / 2) * ROW)
    others = ", ".join(names.get(slug, slug) for slug in told(item))
    return Mark(
        position=item["position"],
        x=x,
        y=y,
        kind=kind,
        says=f"{words.day(item['occurred'])}: {words.kind(item['type'])}, by"
        f" {names.get(item['posted_by'], item['posted_by'])}"
        + (f", to {others}." if others else "."),
    )


def _arrows(
    items: Sequence[Mapping[str, Any]], marks: Sequence[Mark], lanes: Mapping[str, Lane]
) -> list[Arrow]:
    found: list[Arrow] = []
    for item, mark in zip(items, marks, strict=True):
        for number, slug in enumerate(told(item)):
            down = lanes[slug].middle > mark.y
            y2 = lanes[slug].middle - 6 if down else lanes[slug].middle + 6
            found.append(Arrow(x=mark.x + 4 * number, y1=mark.y, y2=y2 - 9 if down else y2 + 9))
    return found


def _capsule(lane: Lane, scale: _Scale) -> Capsule:
    known, until = lane.silence or (0, 0)
    left, right = scale.x(known) - 14, scale.x(until) + 14
    right = min(right, WIDTH - 4)
    late = left > (WIDTH + GUTTER) // 2
    return Capsule(
        x=left,
        y=lane.top + 3,
        width=right - left,
        height=lane.height - 22,
        says=_silent((known, until)),
        text_x=right - 8 if late else left + 8,
        text_y=lane.top + lane.height - 5,
        anchor="end" if late else "start",
    )


def _in_words(lane: Lane, items: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Return what a lane shows: how many records, from when to when, whom it told, its silence."""
    name = names.get(lane.slug, lane.slug)
    own = [item for item in items if item["posted_by"] == lane.slug]
    if not own:
        return f"{name}: no record of its own; it was told."
    days = list(dict.fromkeys(words.day(item["occurred"]) for item in (own[0], own[-1])))
    said = f"{name}: {len(own)} {'record' if len(own) == 1 else 'records'}, {' to '.join(days)}."
    times = Counter(slug for item in own for slug in told(item))
    if times:
        said += " Told " + ", ".join(
            f"{names.get(slug, slug)} {'once' if n == 1 else f'{n} times'}"
            for slug, n in times.items()
        )
        said += "."
    return f"{said} {_silent(lane.silence).capitalize()}." if lane.silence else said


def _silent(silence: tuple[int, int] | None) -> str:
    known, until = silence or (0, 0)
    return f"known here {(until - known) // DAY_S} days, nobody shown as told"
