"""Reasons stand once, each record points to its own; and what differs between two days."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.web.difference import between
from hub.web.whys import gathered


def item(position: int, rule: str = "a", **changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "position": position,
        "because": [{"rule": rule, "title": rule.upper(), "cite": [], "words": rule}],
        "obligations": ["record_reason"],
        "shown": ["concern"],
        "withheld": [],
        "status": "live",
        "fields": {"harm": "seen"},
        **changed,
    }


def test_one_reason_of_many_records_stands_once() -> None:
    whys, of = gathered([item(n) for n in range(50)])
    assert len(whys) == 1
    assert whys[0].records == 50
    assert {of[n].number for n in range(50)} == {1}


def test_what_differs_in_anything_is_another_reason() -> None:
    items = [item(1), item(2, obligations=[]), item(3, "b"), item(4)]
    whys, of = gathered(items)
    assert [why.number for why in whys] == [1, 2, 3]
    assert of[4] is of[1]
    assert whys[2].title == "B"


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_each_record_points_to_exactly_the_reason_it_was_given(rules: list[str]) -> None:
    items = [item(n, rule) for n, rule in enumerate(rules)]
    whys, of = gathered(items)
    assert len(whys) == len(set(rules))
    for one in items:
        assert of[one["position"]].because == one["because"]
    assert sum(why.records for why in whys) == len(items)


def test_what_came_went_and_changed_is_told_apart() -> None:
    then = [item(1), item(2), item(3), item(4)]
    today = [item(1), item(3, status="disputed"), item(4, shown=["concern", "health"]), item(5)]
    found = between(then, today)
    assert [i["position"] for i in found.came] == [5]
    assert [i["position"] for i in found.went] == [2]
    assert [(a["position"], b["status"]) for a, b in found.changed] == [
        (3, "disputed"),
        (4, "live"),
    ]


def test_between_a_day_and_itself_nothing_differs() -> None:
    found = between([item(1), item(2)], [item(1), item(2)])
    assert (found.came, found.went, found.changed) == ([], [], [])
