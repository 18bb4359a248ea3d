"""The arithmetic of a report: medians, ratios, and the shape others read."""

import json

import pytest

from hub.bench.figures import TARGETS, NoFigureError, Outcome, Run, line, rate, report


def outcome(*runs: tuple[float, float], name: str = "intake-single") -> Outcome:
    return Outcome(name, "events/s", tuple(Run(*run) for run in runs))


def test_a_rate_is_a_count_by_its_seconds() -> None:
    assert rate(300, 1.5) == 200


@pytest.mark.parametrize(("count", "seconds"), [(0, 1.0), (10, 0.0), (10, -1.0)])
def test_nothing_measured_is_no_rate_at_all(count: int, seconds: float) -> None:
    with pytest.raises(NoFigureError):
        rate(count, seconds)


def test_one_run_that_was_disturbed_does_not_move_the_outcome() -> None:
    calm = outcome((400, 1000), (410, 1000), (390, 1000))
    disturbed = outcome((400, 1000), (410, 1000), (1, 1000))
    assert (calm.figure, calm.ceiling, calm.ratio) == (400, 1000, 0.4)
    assert disturbed.figure == 400
    assert disturbed.ratio == 0.4


def test_a_ratio_is_of_halves_of_one_run_and_not_of_medians() -> None:
    halves = outcome((100, 1000), (900, 1000), (500, 5000))
    assert halves.ratio == 0.1
    assert halves.figure / halves.ceiling == 0.5


def test_a_target_is_reached_from_its_own_value_on() -> None:
    assert outcome((600, 1000)).reached
    assert not outcome((599, 1000)).reached


def test_a_report_is_one_object_with_a_ratio_for_each_scenario() -> None:
    found = [outcome((30.0, 60.06), name=name) for name in TARGETS]
    told = json.loads(json.dumps(report(found, {"cores": 2})))
    assert {"intake-single", "intake-batch", "read", "awaited", "project"} < set(told["ratios"])
    assert {"sequence", "sequence-raw", "prove"} < set(told["ratios"])
    assert {"decide", "decide-cedar", "whatif"} < set(told["ratios"])
    assert told["p50_us"] == {"decide": 33333.3, "decide-cedar": 33333.3}
    assert set(told["ratios"]) == set(told["figures"]) == set(told["ceilings"])
    assert told["ratios"]["read"] == 0.5
    assert (told["figures"]["read"], told["ceilings"]["read"]) == (30.0, 60.1)
    assert told["runs"]["read"] == [0.5]
    assert told["machine"] == {"cores": 2}


def test_a_line_says_whether_the_target_is_reached() -> None:
    assert "ratio  0.40" in line(outcome((400, 1000)))
    assert "reached" in line(outcome((600, 1000)))
    assert "MISSED" in line(outcome((400, 1000)))
