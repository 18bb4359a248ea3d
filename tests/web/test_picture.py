"""The picture of a timeline: where things stand, who told whom, what was known and not told."""

import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from contracts.catalogue import EVENT_TYPES
from hub.web import setting, words
from hub.web.picture import CLOSE, GUTTER, WIDTH, draw
from hub.web.shapes import COLOURS, KINDS

DAY = 86_400
START = 1_760_000_000
NAMES = {"gp": "Elm Road Surgery", "council": "Northshire Council", "police": "Police"}
CSS = (files("hub.web") / "static" / "hub.css").read_text("utf-8")


def item(
    position: int,
    by: str,
    day: float,
    *,
    kind: str = "concern-raised",
    posted: float = 0,
    **fields: object,
) -> dict[str, Any]:
    at = START + int(day * DAY)
    return {
        "position": position,
        "type": f"https://hub.example/events/{kind}/v1",
        "posted_by": by,
        "occurred": words.instant(at),
        "recorded": words.instant(at + int(posted * DAY)),
        "status": "live",
        "fields": fields,
    }


def drawn(*items: dict[str, Any], until: float = 100) -> Any:  # noqa: ANN401
    return draw(items, NAMES, START + int(until * DAY))


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn() is None


def test_each_agency_has_a_lane_and_each_record_a_mark_inside_it() -> None:
    picture = drawn(*(item(n, by, n) for n, by in enumerate(("gp", "council", "gp", "police"))))
    assert [lane.slug for lane in picture.lanes] == ["gp", "council", "police"]
    lanes = {lane.slug: lane for lane in picture.lanes}
    for mark, by in zip(picture.marks, ("gp", "council", "gp", "police"), strict=True):
        assert lanes[by].top < mark.y < lanes[by].top + lanes[by].height
        assert GUTTER <= mark.x <= WIDTH
    assert picture.height >= max(lane.top + lane.height for lane in picture.lanes)


def test_later_stands_further_right() -> None:
    marks = drawn(*(item(n, "gp", n * 10) for n in range(8))).marks
    assert [mark.x for mark in marks] == sorted({mark.x for mark in marks})


def test_no_mark_lies_on_another() -> None:
    marks = drawn(*(item(n, "gp", n / 10) for n in range(60))).marks
    places = [(mark.x, mark.y) for mark in marks]
    near = [
        (a, b)
        for n, a in enumerate(places)
        for b in places[n + 1 :]
        if abs(a[0] - b[0]) < CLOSE and abs(a[1] - b[1]) < CLOSE
    ]
    assert near == []


def test_an_arrow_leads_from_who_told_to_each_who_was_told() -> None:
    picture = drawn(item(1, "gp", 0, addressed_to=["council", "police"]), item(2, "council", 5))
    lanes = {lane.slug: lane for lane in picture.lanes}
    assert set(lanes) == {"gp", "council", "police"}, "who was told has a lane too"
    ends = [arrow.y2 for arrow in picture.arrows]
    assert len(ends) == 2
    assert lanes["council"].top < ends[0] < lanes["council"].top + lanes["council"].height
    assert "to Northshire Council, Police" in picture.marks[0].says


def test_what_was_known_and_not_told_is_drawn_until_it_was_told() -> None:
    first = item(1, "gp", 0, posted=90)
    told = item(2, "gp", 40, posted=50, addressed_to=["council"])
    (capsule,) = drawn(first, told).capsules
    assert capsule.says.startswith("known here 40 days")


def test_what_was_known_and_not_told_ends_where_it_came_to_the_hub() -> None:
    (capsule,) = drawn(item(1, "gp", 0, posted=59)).capsules
    assert capsule.says.startswith("known here 59 days")


def test_no_silence_is_drawn_of_what_was_told_at_once_or_posted_soon() -> None:
    assert drawn(item(1, "gp", 0, posted=90, addressed_to=["council"])).capsules == []
    assert drawn(item(1, "gp", 0, posted=13)).capsules == []


def test_three_hundred_records_over_years_have_room_for_their_months() -> None:
    picture = drawn(*(item(n, "gp", n * 5) for n in range(300)), until=1500)
    places = [x for x, _, _ in picture.ticks]
    assert all(b - a >= 78 for a, b in pairwise(places))
    assert len(picture.marks) == 300


def test_every_kind_of_event_is_drawn_as_some_kind_with_a_name() -> None:
    drawn_as = {drawn(item(1, "gp", 0, kind=t.split("/")[-2])).marks[0].kind for t in EVENT_TYPES}
    assert drawn_as == set(KINDS)
    assert len({shape for shape, _ in KINDS.values()}) == len(KINDS), "no two share a shape"


def luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    parts = [int(full[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def painted(rule: str, name: str) -> str:
    found = re.search(rf"^\{rule} \{{[^}}]*?\b{name}: (#[0-9a-f]+)", CSS, re.MULTILINE)
    assert found is not None, rule
    return found[1]


LANES = (painted(".hub-lane", "fill"), painted(".hub-lane--odd", "fill"))


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("rule", "name", "least"),
    [
        (".hub-mark", "stroke", 3.0),
        (".hub-arrow", "stroke", 3.0),
        (".hub-tip", "fill", 3.0),
        (".hub-capsule", "stroke", 3.0),
        (".hub-name", "fill", 4.5),
        (".hub-tick", "fill", 4.5),
        (".hub-silent", "fill", 4.5),
    ],
)
def test_what_is_drawn_stands_out_from_its_lane(
    rule: str, name: str, least: float, lane: str
) -> None:
    assert contrast(painted(rule, name), lane) >= least


@pytest.mark.parametrize("rule", [".hub-bar", ".hub-bar--before"])
def test_a_bar_stands_out_from_the_page(rule: str) -> None:
    assert contrast(painted(rule, "fill"), "#ffffff") >= 3.0


def test_what_is_painted_is_what_the_legend_says() -> None:
    for code, colour in COLOURS.items():
        full = painted(f".hub-mark--{code}", "fill")
        assert contrast(full, colour) == pytest.approx(1.0)


def test_a_setting_is_measured_against_its_own_months() -> None:
    uri = "https://hub.example/events/concern-raised/v1"
    counts = [{"month": f"2026-{m:02}", "type": uri, "count": 1, "posters": 1} for m in range(1, 9)]
    counts += [{"month": "2026-10", "type": uri, "count": 6, "posters": 2}]
    (line,) = setting.lines({"counts": counts}, "2026-11-23")
    assert (line.lately, line.usual) == (6, 2.0)
    assert line.raised


def test_a_count_that_was_held_back_stays_held_back() -> None:
    uri = "https://hub.example/events/concern-raised/v1"
    counts = [{"month": "2026-10", "type": uri, "count": None, "posters": 1}]
    (line,) = setting.lines({"counts": counts}, "2026-11-23")
    assert line.lately is None
    assert not line.raised
