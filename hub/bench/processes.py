"""Starts the bench's processes, talks to them a line at a time, and ends each by its own id.

In: a module and what it is told. Out: a Child. Never here: a process found by its name.
"""

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GRACE_S = 15.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class BenchError(RuntimeError):
    """A part of the bench did not start, stopped, or was answered otherwise than it must be."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running process."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def check(self) -> None:
        """Say so if it has stopped.

        Raises:
            BenchError: it has.
        """
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} stopped: {self.last_words()}")

    def last_words(self) -> str:
        """Return the last line of its log; the hub writes no personal data there."""
        lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it left no log"

    def tell(self, words: Mapping[str, Any]) -> None:
        """Write it one line."""
        if self.process.stdin is not None:
            self.process.stdin.write(json.dumps(words).encode() + b"\n")
            self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Read the line it writes next.

        Raises:
            BenchError: it stopped instead.
        """
        heard = b"" if self.process.stdout is None else self.process.stdout.readline()
        if not heard:
            self.process.wait(GRACE_S)
            raise BenchError(f"{self.name} gave no answer: {self.last_words()}")
        said: dict[str, Any] = json.loads(heard)
        return said

    def end(self) -> None:
        """End it: politely, and by force if it does not answer."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        else:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(
    name: str, arguments: list[str], *, settings: Mapping[str, str], log: Path, talks: bool
) -> Child:
    """Start `python -m` with these arguments.

    Args:
        name: what to call it in an error.
        arguments: a module and what it is told.
        settings: variables to add to the environment.
        log: where its stderr goes, and its stdout unless it talks.
        talks: keep a pipe to and from it; it ends when its stdin does.
    """
    # Unbuffered, a child's long line ends where the pipe is first full: what is left is dropped.
    variables = [f"{key}={value}" for key, value in {**settings, "PYTHONUNBUFFERED": ""}.items()]
    pipe = subprocess.PIPE if talks else None
    with log.open("ab") as written:
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


def together(
    module: str, jobs: Iterable[Mapping[str, Any]], *, folder: Path
) -> list[dict[str, Any]]:
    """Run one process for each job, all from the same moment; return what each found.

    A job's process first says that it is ready, so that starting up is not measured.
    """
    children: list[Child] = []
    try:
        for number, job in enumerate(jobs):
            log = folder / f"{module}.{number}.log"
            child = start(module, [module], settings={}, log=log, talks=True)
            children.append(child)
            child.tell(job)
        for child in children:
            child.hear()
        for child in children:
            child.tell({})
        return [child.hear() for child in children]
    finally:
        for child in children:
            child.end()
