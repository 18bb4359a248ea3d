"""Runs the tests as `make test` and `make test-all` do, and holds the coverage bar.

In: arguments for pytest; `--heavy` adds the heavy ones. Out: an exit code, and the plain tally.
Never here: a test.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.postgres import shared_memory

ROOT = Path(__file__).parent.parent
WORKERS = "4"
"""Twice a small machine's cores: tests wait, for a process or for the beat an answer leaves on."""


def main(arguments: list[str]) -> int:
    """Run pytest under coverage, then judge the coverage; return the first failure's code."""
    heavy = "--heavy" in arguments
    rest = [a for a in arguments if a != "--heavy"]
    marks = [] if heavy else ["-m", "not heavy"]
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "erase"], cwd=ROOT, check=True)
    run = [*coverage, "run", "-m", "pytest", "-n", WORKERS, "--dist", "loadfile", *marks, *rest]
    with in_memory() as place:
        # pytest's own folder has a long name, and a socket's whole path only 107 bytes.
        below = [] if place is None else [f"--basetemp={place}/p"]
        environment = os.environ if place is None else {**os.environ, "TMPDIR": place}
        tested = subprocess.run([*run, *below], cwd=ROOT, check=False, env=environment).returncode
    if tested or rest:  # a part of the tests says nothing about the coverage of the whole
        return tested
    subprocess.run([*coverage, "combine", "-q"], cwd=ROOT, check=True)
    return subprocess.run([*coverage, "report"], cwd=ROOT, check=False).returncode


@contextmanager
def in_memory() -> Iterator[str | None]:
    """Yield a folder for temporary files in memory, where there is room for them.

    An agency's outbox waits for the disk at each event. What is killed here is a process and never
    the machine, so nothing that a test asks for rests on that wait.
    """
    folder = shared_memory()
    if folder is None:
        yield None
        return
    with TemporaryDirectory(prefix="hub-", dir=folder, ignore_cleanup_errors=True) as place:
        yield place


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
