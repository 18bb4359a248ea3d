"""What the try-out starts ends with it, and says why it did not start."""

import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from hub.demo.processes import Child, LaunchError, start


def test_a_part_that_stops_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = start("API", ["no_such_module_of_ours"], settings={}, log=tmp_path / "log")
    child.process.wait(30)
    with pytest.raises(LaunchError, match=r"the API stopped: .*no_such_module_of_ours"):
        child.check()
    child.end()


def test_a_part_without_a_log_says_so(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait(30)
    child = Child("API", process, tmp_path / "absent")
    with pytest.raises(LaunchError, match="it left no log"):
        child.check()


def test_settings_reach_a_part_beside_the_environment(tmp_path: Path) -> None:
    script = tmp_path / "part.py"
    script.write_text("import os; print(os.environ['HUB_TOLD'], 'PATH' in os.environ)")
    settings = {"HUB_TOLD": "so", "PYTHONPATH": str(tmp_path)}
    child = start("part", ["part"], settings=settings, log=tmp_path / "log")
    child.process.wait(30)
    assert (tmp_path / "log").read_text().strip().endswith("so True")


def test_a_part_that_does_not_heed_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "deaf.py"
    script.write_text(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "sys.stdout.write('up'); sys.stdout.flush(); time.sleep(60)\n"
    )
    log = tmp_path / "log"
    child = start("deaf", ["deaf"], settings={"PYTHONPATH": str(tmp_path)}, log=log)
    while "up" not in log.read_text():
        child.check()
    monkeypatch.setattr("hub.demo.processes.GRACE_S", 0.2)
    child.end()
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_a_part_ends_when_the_try_out_is_killed_outright(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            from pathlib import Path
            from hub.demo.processes import start
            part = Path({str(tmp_path)!r}) / "part.py"
            part.write_text("import time; time.sleep(60)")
            told = {{"PYTHONPATH": str(part.parent)}}
            child = start("part", ["part"], settings=told, log=part.with_suffix(".log"))
            sys.stdout.write(f"{{child.process.pid}}\\n"); sys.stdout.flush()
            time.sleep(60)
            """
        )
    )
    with subprocess.Popen(
        [sys.executable, str(parent)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as killed:
        assert killed.stdout is not None
        part = int(killed.stdout.readline())
        killed.kill()
    handle = os.pidfd_open(part) if Path(f"/proc/{part}").exists() else None
    if handle is not None:
        ended, _, _ = select.select([handle], [], [], 10)
        os.close(handle)
        assert ended
