"""The whole bench once, in its quick form: that it works, never how fast it is."""

import json
import subprocess
import sys

import pytest

from hub.bench.run import run_bench

ONCE = ("--only", "intake-single", "--runs", "1", "--quick", "--json")


def test_a_quick_run_prints_one_object_with_figures_above_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *ONCE],
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert list(told["ratios"]) == ["intake-single"]
    assert told["ratios"]["intake-single"] > 0
    assert told["figures"]["intake-single"] > 0
    assert told["ceilings"]["intake-single"] > 0
    assert told["machine"]["fsync"] == "on"
    assert told["machine"]["api_workers"] >= 1


@pytest.mark.heavy
def test_the_logs_scenarios_give_figures_above_nothing_too() -> None:
    only = ("--only", "sequence,sequence-raw,prove", "--runs", "1", "--quick", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *only], capture_output=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert list(told["ratios"]) == ["sequence", "prove", "sequence-raw"]
    assert min(*told["figures"].values(), *told["ceilings"].values()) > 0
    assert told["ceilings"]["sequence"] == 20_000


@pytest.mark.heavy
def test_the_scenarios_of_size_tell_of_each_ledger_what_it_takes() -> None:
    only = ("--only", "rebuild,find,register", "--runs", "1", "--quick", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *only], capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert told["failed"] == {}
    assert list(told["ratios"]) == ["rebuild", "find", "register"]
    series = told["sizes"]
    assert len(series) == 3
    assert all(rate > 0 for line in series.values() for _, rate in line)
    assert {size for line in series.values() for size, _ in line} == {300, 900}
    assert told["disk"]["tables"]["ledger.events"] > told["disk"]["tables"]["ledger.tlog_tile"]
    assert all(seen["bytes_per_event"] > 0 for seen in told["seen"].values())


def test_a_scenario_that_there_is_not_is_refused_before_anything_starts() -> None:
    assert run_bench(only="intake-twice", runs=1, as_json=True) == 2


def test_no_runs_at_all_are_refused() -> None:
    assert run_bench(only="", runs=0, as_json=True) == 2
