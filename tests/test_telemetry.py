"""What the hub says about itself: lines and metrics from closed lists, and never a person."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from prometheus_client import generate_latest

from hub import telemetry
from hub.telemetry import REGISTRY, Log, configure, say

HUB = Path(__file__).parents[1] / "hub"


@pytest.fixture
def _configured() -> Iterator[None]:
    configure()
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("_configured")
def test_a_line_is_one_json_object_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure()  # again: capsys has put its own stderr in place
    say(Log.PROJECTOR_PARKED, position=7, error="ValueError")
    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "projector.parked", "level": "info", "position": 7, "error": "ValueError",
    }  # fmt: skip


def test_every_line_has_a_name_of_its_own() -> None:
    assert len({log.value for log in Log}) == len(Log)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", log.value) for log in Log)


def test_nothing_is_logged_but_through_the_catalogue() -> None:
    others = [p for p in HUB.rglob("*.py") if p.name != "telemetry.py"]
    assert others
    for path in others:
        source = path.read_text("utf-8")
        assert not re.search(r"^\s*(import|from) (logging|structlog)\b", source, re.MULTILINE), path
        for said in re.findall(r"(?<!def )(?<![.\w])say\(([^,)]*)", source):
            if path.parent.name not in ("demo", "cli", "bench"):
                assert said.startswith("Log."), (path, said)


def test_no_line_is_given_an_errors_text() -> None:
    for path in HUB.rglob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            if re.search(r"\bsay\(Log\.", line):
                assert "str(" not in line, path
                assert "repr(" not in line, path


def test_metrics_carry_labels_from_closed_lists_only() -> None:
    telemetry.REQUESTS.labels("/events", "202").inc(0)
    names = {m.name for m in REGISTRY.collect()}
    assert {"hub_requests", "hub_answers", "hub_parked_events", "hub_projected_position"} <= names
    labels = {
        label
        for metric in REGISTRY.collect()
        for sample in metric.samples
        for label in sample.labels
    }
    assert labels <= {"route", "status", "err", "outcome", "channel", "le"}


def test_metrics_can_be_read() -> None:
    assert b"hub_events_stored_total" in generate_latest(REGISTRY)
