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
@pytest.mark.parametrize("name", ["rebuild", "find", "register"])
def test_a_scenario_of_size_tells_what_its_ledger_takes(name: str) -> None:
    once = ("--only", name, "--runs", "1", "--quick", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "hub", "bench", *once], capture_output=True, timeout=290, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert told["ratios"][name] > 0
    assert told["seen"][name]["bytes_per_event"] > 1_000
    if name == "find":
        rates = [rate for line in told["sizes"].values() for _, rate in line]
        assert len(rates) == 6
        assert min(rates) > 0
        assert told["disk"]["tables"]["ledger.events"] > told["disk"]["tables"]["ledger.tlog_tile"]


def test_a_scenario_that_there_is_not_is_refused_before_anything_starts() -> None:
    assert run_bench(only="intake-twice", runs=1, as_json=True) == 2


def test_no_runs_at_all_are_refused() -> None:
    assert run_bench(only="", runs=0, as_json=True) == 2
