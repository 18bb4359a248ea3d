"""Patterns of a setting: thresholds reached on the right day, whatever the order of arrival."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.views import patterns
from hub.views.patterns import RULES, Pattern, Report, Rule, crossings
from hub.views.rows import AlarmRow

HARM3, HARM6, AGENCIES3, SPEAK_UP = RULES
DAY = date(2011, 1, 1).toordinal()


def report(day: int, position: int, poster: str = "a", **fields: bool) -> Report:
    flags = {"harm": True, "speak_up": False, **fields}
    return Report(DAY + day, position, "https://t", poster, **flags)


reports = st.lists(
    st.builds(
        Report,
        day=st.integers(DAY, DAY + 1500),
        position=st.integers(1, 10**6),
        type_uri=st.sampled_from(["https://x", "https://y"]),
        poster=st.sampled_from("abcd"),
        harm=st.booleans(),
        speak_up=st.booleans(),
    ),
    unique_by=lambda found: found.position,
    max_size=30,
)


@given(reports, st.randoms(use_true_random=False))
def test_a_pattern_is_the_same_in_whatever_order_reports_arrive(
    found: list[Report], shuffle: Random
) -> None:
    arrived = list(found)
    shuffle.shuffle(arrived)
    pattern = Pattern()
    for one in arrived:
        pattern.add(one)
    whole = Pattern.of(found)
    assert sorted(pattern.all_alarms()) == sorted(whole.all_alarms())
    assert {k: pattern.count(k) for k in pattern.counted} == {
        k: whole.count(k) for k in whole.counted
    }


@given(reports, st.integers(0, 29))
def test_a_report_taken_back_leaves_the_pattern_as_if_it_had_not_come(
    found: list[Report], which: int
) -> None:
    if not found:
        return
    gone = found[which % len(found)]
    pattern = Pattern.of(found)
    pattern.remove(gone)
    without = Pattern.of(one for one in found if one != gone)
    assert sorted(pattern.all_alarms()) == sorted(without.all_alarms())
    assert {k: c for k in pattern.counted if (c := pattern.count(k))} == {
        k: without.count(k) for k in without.counted
    }


@given(reports)
def test_adding_says_the_alarms_changed_exactly_when_they_did(found: list[Report]) -> None:
    pattern = Pattern()
    for one in found:
        before = sorted(pattern.all_alarms())
        assert pattern.add(one) == (before != sorted(pattern.all_alarms()))


def test_a_setting_of_which_nobody_spoke_up_is_not_read_again_at_each_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def counted(rule: Rule, found: list[Report]) -> list[AlarmRow]:
        read.append(rule.id)
        return crossings(rule, found)

    monkeypatch.setattr(patterns, "crossings", counted)
    pattern = Pattern()
    for n in range(300):
        pattern.add(report(n, n + 1, "ab"[n % 2]))
    assert SPEAK_UP.id not in read
    assert AGENCIES3.id not in read, "two posters are too few, however much they say"
    assert len(read) <= 2 * 6, "and those that are met, until they are"
    pattern.add(report(300, 301, speak_up=True))
    assert read.count(SPEAK_UP.id) == 1
    assert [alarm.rule for alarm in pattern.alarms[SPEAK_UP.id]] == [SPEAK_UP.id]


@pytest.mark.parametrize(
    ("rule", "found", "raised"),
    [
        pytest.param(
            HARM3, [report(0, 1), report(200, 2), report(364, 3)], [364], id="third within a year"
        ),
        pytest.param(
            HARM3, [report(0, 1), report(200, 2), report(365, 3)], [], id="third a year later"
        ),
        pytest.param(
            HARM3,
            [report(n * 30, n + 1) for n in range(20)],
            [60, 450],
            id="a pattern that goes on is raised once a year, not at each report",
        ),
        pytest.param(
            HARM6, [report(n * 100, n + 1) for n in range(6)], [500], id="sixth in two years"
        ),
        pytest.param(
            AGENCIES3,
            [report(0, 1, "a", harm=False), report(1, 2, "b", harm=False), report(2, 3, "c")],
            [2],
            id="three agencies, whatever they hold",
        ),
        pytest.param(
            AGENCIES3, [report(n, n + 1, "ab"[n % 2]) for n in range(9)], [], id="two agencies only"
        ),
        pytest.param(
            SPEAK_UP,
            [report(0, 1), report(1, 2), report(2, 3), report(3, 4, harm=True, speak_up=True)],
            [3],
            id="a worker speaks up after three",
        ),
        pytest.param(
            SPEAK_UP,
            [report(0, 1), report(1, 2), report(2, 3, speak_up=True), report(3, 4)],
            [],
            id="a worker speaks up after two",
        ),
    ],
)
def test_a_rule_is_met_on_the_day_its_threshold_is_reached(
    rule: Rule, found: list[Report], raised: list[int]
) -> None:
    days = [alarm.raised_on.toordinal() - DAY for alarm in crossings(rule, sorted(found))]
    assert days == raised


def test_an_alarm_says_how_many_and_from_how_many_posters() -> None:
    (alarm,) = crossings(HARM3, [report(0, 7, "a"), report(1, 3, "b"), report(2, 5, "b")])
    assert (alarm.level, alarm.posters, alarm.position) == (3, 2, 7)
