"""The command line: what it prints, what it keeps, and its exit codes."""

import io
import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.kit import AgencyKey
from adapters.kit.__main__ import DONE, FAULT, MISUSED, main
from contracts.concern import ConcernRaised
from tests.adapters.kit.fake_hub import AGENCY, PATIENT, SUBJECT, FakeHub, notice_id

EVENT = {"type": ConcernRaised.TYPE, "subject": PATIENT, "payload": {"about": "adult"}}


@pytest.fixture
def wired(
    hub: FakeHub, agency_key: AgencyKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    agency_key.save(tmp_path / "key.pem")
    place = {"--key": tmp_path / "key.pem", "--store": tmp_path / "agency.db"}
    options = {"--hub": hub.url, "--agency": AGENCY, **place}
    return [str(word) for pair in options.items() for word in pair]


def event_file(folder: Path, events: object) -> str:
    path = folder / "events.json"
    path.write_text(events if isinstance(events, str) else json.dumps(events))
    return str(path)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(("alg", "form"), [("Ed25519", "pem"), ("ES256", "jwk")])
def test_key_new_writes_the_key_and_prints_what_to_register(
    alg: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "agency.key"
    asked = ["key", "new", str(path), "--alg", alg, "--form", form]
    assert main(asked) == DONE
    key = AgencyKey.load(path)
    assert lines(capsys) == [{"kid": key.kid, "jwk": key.public_jwk()}]
    assert main(asked) == MISUSED, "a key is never written over"
    assert AgencyKey.load(path).kid == key.kid


def test_post_sends_a_file_once_however_often_it_is_given(
    wired: list[str], hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = event_file(tmp_path, [{**EVENT, "jti": notice_id(n), "toe": 1} for n in (1, 2)])
    assert main(["post", file, *wired]) == DONE
    assert main(["post", file, *wired]) == DONE
    assert lines(capsys) == [
        {"sent": [notice_id(1), notice_id(2)], "refused": [], "waiting": 0},
        {"sent": [], "refused": [], "waiting": 0},
    ]
    assert len(hub.accepted) == 2


def test_post_reads_one_event_from_standard_input(
    wired: list[str], hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(json.dumps(EVENT).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["post", "-", *wired]) == DONE
    assert len(hub.accepted) == 1


def test_post_says_what_was_refused_and_exits_with_1(
    wired: list[str], hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.refuse[notice_id(1)] = (400, "invalid_key")
    file = event_file(tmp_path, {**EVENT, "jti": notice_id(1)})
    assert main(["post", file, *wired]) == FAULT
    assert lines(capsys)[0] == {
        "refused": notice_id(1),
        "err": "invalid_key",
        "description": "no",
    }


def test_post_keeps_what_a_busy_hub_did_not_take_and_exits_with_1(
    wired: list[str], hub: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults["/events"].append("busy:60")
    assert main(["post", event_file(tmp_path, EVENT), *wired]) == FAULT
    assert lines(capsys)[-1]["waiting"] == 1


@pytest.mark.parametrize(
    "events",
    [
        pytest.param("{", id="not JSON"),
        pytest.param([1], id="not objects"),
        pytest.param([{**EVENT, "subject": 1}], id="no subject"),
        pytest.param([{**EVENT, "type": "x"}], id="no such type"),
        pytest.param([EVENT, {**EVENT, "payload": {"about": "ghost-1234"}}], id="no such kind"),
        pytest.param([{**EVENT, "payload": {"about": "adult", "narrative": "\0"}}], id="nul"),
    ],
)
def test_post_of_a_file_with_a_fault_queues_none_of_it_and_exits_with_2(
    wired: list[str],
    hub: FakeHub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    events: object,
) -> None:
    assert main(["post", event_file(tmp_path, events), *wired]) == MISUSED
    said = capsys.readouterr()
    assert said.err
    assert "ghost-1234" not in said.err, "what was sent is not echoed"
    assert hub.requests == []


def test_post_of_no_file_exits_with_2(wired: list[str], tmp_path: Path) -> None:
    assert main(["post", str(tmp_path / "none"), *wired]) == MISUSED


def test_poll_prints_and_acknowledges_every_notice(
    wired: list[str], hub: FakeHub, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (1, 2):
        hub.notify(notice_id(number))
    assert main(["poll", *wired]) == DONE
    assert [line["jti"] for line in lines(capsys)] == [notice_id(1), notice_id(2)]
    assert hub.acknowledged == [notice_id(1), notice_id(2)]


def test_timeline_prints_each_page(
    wired: list[str], hub: FakeHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.pages = [{"items": [1], "next": "1"}, {"items": [2], "next": None}]
    asked = ["--purpose", "emergency", "--emergency", "--user", "p7", "--legal-demand", "none"]
    assert main(["timeline", SUBJECT, *asked, *wired]) == DONE
    assert lines(capsys) == hub.pages


def test_timeline_of_an_unknown_subject_exits_with_1(
    wired: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timeline", "another", "--purpose", "audit", *wired]) == FAULT
    assert capsys.readouterr().out == ""


def test_hub_keys_may_be_pinned_from_a_file(wired: list[str], hub: FakeHub, tmp_path: Path) -> None:
    pinned = tmp_path / "hub.json"
    asked = ["timeline", SUBJECT, "--purpose", "audit", *wired, "--hub-keys", str(pinned)]
    assert main(asked) == MISUSED
    pinned.write_text(json.dumps({"keys": [AgencyKey.generate().public_jwk()]}))
    assert main(asked) == FAULT
    pinned.write_text(json.dumps({"keys": [hub.key.public_jwk()]}))
    assert main(asked) == DONE


@pytest.mark.parametrize(
    "asked", [[], ["post"], ["timeline", "x"], ["key", "new", "f", "--alg", "x"]]
)
def test_wrong_use_exits_with_2(asked: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(asked)
    assert caught.value.code == MISUSED


def test_help_shows_an_example_and_the_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["kit", "--help"])
    monkeypatch.delitem(sys.modules, "adapters.kit.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("adapters.kit", run_name="__main__")
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert "example:" in said
    assert "exit codes: 0 done" in said


def test_the_kit_loads_without_the_hubs_code() -> None:
    look = "import sys, adapters.kit; print([n for n in sys.modules if n.split('.')[0] == 'hub'])"
    root = Path(__file__).parents[3]
    found = subprocess.run(
        [sys.executable, "-c", look], cwd=root, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
