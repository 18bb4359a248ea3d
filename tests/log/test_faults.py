"""System calls that fail or kill under a sequencer and under PostgreSQL: nothing is lost.

The faults are injected by strace into processes as they run, with nothing of ours in between.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.log.processes import Load, Sequencers, sequencers, until
from tests.log.test_crash import check_everything, own_server, size

__all__ = ["own_server"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def strace() -> str:
    """Return strace, allowed to trace."""
    found = shutil.which("strace")
    allowed = found and subprocess.run([found, "-qq", "true"], capture_output=True, check=False)
    if not found or not allowed or allowed.returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("strace is required here: make go-oracle")
        pytest.skip("no strace, or it may not trace")
    return found


@dataclass(frozen=True, slots=True)
class Injected:
    """Which call of the sequencer's own files fails, how, and how often."""

    call: str
    fault: str
    when: str


ANCHOR = [
    Injected("fsync", "error=EIO", "2+3"),
    Injected("write", "error=EIO", "2+3"),
    Injected("write", "error=ENOSPC", "2+3"),
    Injected("rename", "error=EIO", "2+3"),
    Injected("openat", "error=ENOSPC", "4+5"),
    Injected("fsync", "signal=KILL", "4"),
    Injected("write", "signal=KILL", "3"),
    Injected("rename", "signal=KILL", "5"),
]


@contextmanager
def traced(url: str, folder: Path, strace: str, injected: Injected) -> Iterator[Sequencers]:
    """Yield sequencers that run under strace, each with the fault on its anchor."""
    calls = f"inject={injected.call}:{injected.fault}:when={injected.when}"
    files = [f"-P{folder / name}" for name in ("anchor", "anchor.new")]
    # -D: the sequencer itself is the child that is killed and waited for, not strace.
    told = ["-D", "-A", "-f", "-qq", "-o", str(folder / "trace"), *files, f"-P{folder}"]
    some = Sequencers(url, folder, under=[strace, *told, "-e", calls])
    try:
        some.start(1)
        yield some
    finally:
        some.end()


@pytest.mark.parametrize("injected", ANCHOR, ids=lambda i: f"{i.call} {i.fault}")
def test_nothing_is_lost_where_the_anchor_cannot_be_written(
    own_server: Any,  # noqa: ANN401 - the package has no types
    tmp_path: Path,
    strace: str,
    injected: Injected,
) -> None:
    url = own_server.get_uri("postgres")
    deaths = 0
    with traced(url, tmp_path, strace, injected) as some, Load(url) as load:
        for _ in range(8):
            before = size(url)

            def moved(before: int = before) -> bool:
                nonlocal deaths
                if some.running[0].poll() is not None:
                    deaths += 1
                    some.running.clear()
                    some.start(1)
                return size(url) > before

            until(moved, 60)
        load.stop.set()
        some.end()
        hurt = (tmp_path / "trace").read_text("utf-8", errors="replace")
        some.running.clear()
        some.under = []
        some.start(1)
        assert "(INJECTED)" in hurt or "+++ killed by SIGKILL +++" in hurt
        assert (deaths > 0) == ("KILL" in injected.fault)
        assert len(load.acknowledged) > 50
        check_everything(url, some, set(load.acknowledged))


DATABASE = [
    Injected("fdatasync", "error=EIO", "10"),
    Injected("fdatasync", "signal=KILL", "10"),
    Injected("pwrite64", "error=ENOSPC", "20"),
]


@pytest.mark.parametrize("injected", DATABASE, ids=lambda i: f"{i.call} {i.fault}")
def test_nothing_acknowledged_is_lost_where_the_databases_disk_fails(
    own_server: Any,  # noqa: ANN401 - as above
    tmp_path: Path,
    strace: str,
    injected: Injected,
) -> None:
    url = own_server.get_uri("postgres")
    with sequencers(url, tmp_path, 2) as some, Load(url) as load:
        until(lambda: size(url) > 0, 60)
        trace = tmp_path / "trace"
        calls = f"inject={injected.call}:{injected.fault}:when={injected.when}"
        postmaster = str(own_server.get_pid())
        backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
        every = [f"-p{pid}" for pid in (postmaster, *backends)]
        tracer = subprocess.Popen([strace, "-f", "-qq", "-o", str(trace), *every, "-e", calls])
        try:
            until(lambda: trace.exists() and _hurt(trace), 120)
        finally:
            tracer.terminate()
            tracer.wait(20)
        with suppress(Exception):
            own_server.ensure_postgres_running()
        before = size(url) if _answers(url) else 0
        until(lambda: size(url) > before, 60)
        load.stop.set()
        assert load.acknowledged
        check_everything(url, some, set(load.acknowledged))


def _hurt(trace: Path) -> bool:
    text = trace.read_text("utf-8", errors="replace")
    return "(INJECTED)" in text or "+++ killed by SIGKILL +++" in text


def _answers(url: str) -> bool:
    with suppress(Exception):
        size(url)
        return True
    return False
