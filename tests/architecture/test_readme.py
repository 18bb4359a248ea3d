"""The README: what it claims is there, and its commands are commands."""

import re
import subprocess
import sys

import pytest

from tests.architecture.repository import ROOT

README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_readme_explains_itself_in_five_lines_and_a_picture() -> None:
    first = README.split("\n\n")[1]
    assert len(first.splitlines()) <= 5
    assert re.search(r"!\[[^\]]+\]\(hub/decisions/path\.svg\)", README)


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"demo", "test", "hub"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_path_of_one_event_is_eight_linked_lines_in_order() -> None:
    section = README.split("## The path of one event")[1].split("##")[0]
    lines = re.findall(r"^(\d)\. \[[^\]]+\]\(([^)]+)\)", section, re.MULTILINE)
    assert [number for number, _ in lines] == list("12345678")
    for _, place in lines:
        assert (ROOT / place).is_file(), place


@pytest.mark.parametrize("command", re.findall(r'ARGS="([a-z]+)', README))
def test_every_command_the_readme_names_has_help(command: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "hub", command, "--help"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0
    assert "Example: hub" in told.stdout
