"""The two commands end with the exit code that says what happened."""

import signal
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

from hub.demo import run
from hub.demo.agencies import Agency
from hub.demo.processes import LaunchError
from tests.demo.files import SHIPPED_FILE


def _broken(_agencies: Iterable[Agency]) -> NoReturn:
    raise LaunchError("the database did not start: no room")


def _told_to_stop(_agencies: Iterable[Agency]) -> NoReturn:
    signal.raise_signal(signal.SIGTERM)
    raise AssertionError("the signal did not end it")


def test_a_file_that_is_no_chronology_is_a_misuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[review]\nname = 'Jane Doe'\n")
    assert run.run_replay(bad, as_json=True) == run.MISUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert "review.what" in err.replace("\n", "")
    assert "Jane" not in err


def test_a_hub_that_does_not_start_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "running", _broken)
    assert run.run_replay(SHIPPED_FILE, as_json=True) == run.FAULT
    out, err = capsys.readouterr()
    assert out == ""
    assert "the database did not start" in err


def test_being_told_to_stop_is_no_fault_and_leaves_signals_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(run, "running", _told_to_stop)
    assert run.run_demo(once=True, as_json=True) == run.DONE
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
