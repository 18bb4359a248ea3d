"""Runs the tests as `make test` and `make test-all` do, and holds the coverage bar.

In: arguments for pytest; `--heavy` adds the heavy ones. Out: an exit code, and the plain tally.
Never here: a test.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORKERS = "2"


def main(arguments: list[str]) -> int:
    """Run pytest under coverage, then judge the coverage; return the first failure's code."""
    heavy = "--heavy" in arguments
    rest = [a for a in arguments if a != "--heavy"]
    marks = [] if heavy else ["-m", "not heavy"]
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "erase"], cwd=ROOT, check=True)
    run = [*coverage, "run", "-m", "pytest", "-n", WORKERS, "--dist", "loadfile", *marks, *rest]
    tested = subprocess.run(run, cwd=ROOT, check=False).returncode
    if tested or rest:  # a part of the tests says nothing about the coverage of the whole
        return tested
    subprocess.run([*coverage, "combine", "-q"], cwd=ROOT, check=True)
    return subprocess.run([*coverage, "report"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
