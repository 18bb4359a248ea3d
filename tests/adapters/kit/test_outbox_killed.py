"""Kill -9 of the agency's process: what was queued still arrives, under the same id."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.kit import AgencyKey
from tests.adapters.kit import killed_agency
from tests.adapters.kit.fake_hub import FakeHub

EVENTS = 12


def start(hub: FakeHub, folder: Path, count: int) -> subprocess.Popen[str]:
    where = [hub.url, str(folder / "agency.db"), str(folder / "key.pem"), str(count)]
    # `-m` from here: the child must find the same code that this test imported.
    root = Path(killed_agency.__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.kit.killed_agency", *where],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )


@pytest.mark.parametrize("kill_at", [(1,), (3, 7)], ids=["once", "twice"])
def test_every_event_arrives_once_though_its_sender_is_killed_while_sending(
    hub: FakeHub, agency_key: AgencyKey, tmp_path: Path, kill_at: tuple[int, ...]
) -> None:
    agency_key.save(tmp_path / "key.pem")
    running: list[subprocess.Popen[str]] = []

    def kill(_: str) -> None:
        # The hub has the event; the answer is not on its way yet.
        if len(hub.accepted) in kill_at:
            running[-1].send_signal(signal.SIGKILL)
            running[-1].wait()

    hub.on_accept = kill
    queued: list[str] = []
    for number in range(len(kill_at) + 1):
        running.append(start(hub, tmp_path, EVENTS if number == 0 else 0))
        queued += running[-1].communicate(timeout=60)[0].split()
    assert [process.returncode for process in running] == [-signal.SIGKILL] * len(kill_at) + [0]
    assert len(queued) == EVENTS
    assert sorted(hub.accepted) == sorted(queued)
    assert {jti for jti, _ in hub.seen} == set(queued)
    assert len(hub.seen) == EVENTS + len(kill_at), "what the hub had without answering came again"
    assert len({token for _, token in hub.seen}) == EVENTS, "and as the same bytes"


def test_an_event_is_safe_the_moment_add_returned(
    hub: FakeHub, agency_key: AgencyKey, tmp_path: Path
) -> None:
    agency_key.save(tmp_path / "key.pem")
    queueing = start(hub, tmp_path, 10_000)
    assert queueing.stdout is not None
    queued = [queueing.stdout.readline().strip() for _ in range(20)]
    queueing.send_signal(signal.SIGKILL)
    queued += queueing.communicate(timeout=60)[0].split()
    assert hub.seen == []
    restarted = start(hub, tmp_path, 0)
    restarted.communicate(timeout=60)
    assert restarted.returncode == 0
    # The last line may have been cut; everything before it was promised.
    promised = {jti for jti in queued if len(jti) == 36}
    assert len(promised) >= 20
    assert promised <= set(hub.accepted)
