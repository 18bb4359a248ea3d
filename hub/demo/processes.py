"""Start the try-out's processes, and let none of them outlive it.

In: a command and its settings. Out: a Child, ended by its own id.
Never here: a process found by its name; this process's own environment (env adds to it).
"""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 20.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class LaunchError(RuntimeError):
    """A part of the try-out did not start, or stopped."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running part. Its log is kept for when it does not start."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def check(self) -> None:
        """Say so if it has stopped.

        Raises:
            LaunchError: it has.
        """
        if self.process.poll() is not None:
            raise LaunchError(f"the {self.name} stopped: {self.last_words()}")

    def last_words(self) -> str:
        """Return the end of its log; the hub writes no personal data there."""
        try:
            lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            return "it left no log"
        return lines[-1] if lines else "it left no log"

    def end(self) -> None:
        """End it: politely, and by force if it does not answer."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        else:
            self.process.terminate()
        try:
            self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(
    name: str, arguments: list[str], *, settings: Mapping[str, str], log: Path, talks: bool = False
) -> Child:
    """Start `python -m` with these arguments.

    Args:
        name: what to call it in an error.
        arguments: a module and what it is told.
        settings: variables to add to the environment.
        log: where its stderr goes, and its stdout unless it talks.
        talks: keep a pipe to and from it; it ends when its stdin does.
    """
    variables = [f"{key}={value}" for key, value in settings.items()]
    pipe = subprocess.PIPE if talks else None
    with log.open("ab") as written:
        # Its own session: Ctrl-C at the keyboard reaches only us, and we end the rest in order.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            ["/usr/bin/env", *variables, sys.executable, "-m", *arguments],
            stdin=pipe if talks else subprocess.DEVNULL,
            stdout=pipe if talks else written,
            stderr=written,
            start_new_session=True,
            preexec_fn=None if talks else _die_with_parent,  # noqa: PLW1509 - no threads yet
        )
    return Child(name, process, log)


def _die_with_parent() -> None:
    """Ask the kernel to end this process with its parent, even one killed outright."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
