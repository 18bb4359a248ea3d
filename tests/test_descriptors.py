"""A server that is given few files asks for as many as it may have."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
from hub.descriptors import hold_many
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
hold_many()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("given", "allowed", "held"),
    [(256, 4096, "4096 4096"), (256, 256, "256 256"), (4096, 4096, "4096 4096")],
    ids=["few of many", "all there are", "all of them already"],
)
def test_a_process_holds_what_it_is_allowed(given: int, allowed: int, held: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(given), str(allowed)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == held
