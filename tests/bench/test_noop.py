"""What only the bench serves stays out of the real application."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import modules, text

ROOT = Path(__file__).parents[2]


def test_nothing_but_the_bench_and_its_command_names_the_bench() -> None:
    outside = [
        path
        for path in modules("hub", "contracts", "adapters")
        if "hub.bench" in text(path) and ROOT / "hub" / "bench" not in path.parents
    ]
    assert [path.relative_to(ROOT).as_posix() for path in outside] == ["hub/cli/show.py"]


def test_the_real_application_does_not_load_the_bench() -> None:
    code = "import hub.assembly, sys; print([m for m in sys.modules if m.startswith('hub.bench')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, timeout=60
    )
    assert done.stdout.strip() == b"[]"
