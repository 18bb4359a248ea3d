"""Holds the dependency lists to ADR 0014: hashed, complete, and without an address."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture.repository import ROOT, text

LOCKS = ("requirements.lock", "requirements-dev.lock", "uv.lock.txt")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==[^\s;\\]+")


def _requirements(lock: str) -> Iterator[str]:
    """Yield each requirement with its hashes, on one line and without comments."""
    lines = [line for line in text(ROOT / lock).splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            yield line.strip()


def _plain(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _names(lock: str) -> set[str]:
    return {_plain(requirement) for requirement in _requirements(lock)}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address_and_no_machine(lock: str) -> None:
    found = re.findall(r"\S*://\S*|(?<!\S)/\S+", text(ROOT / lock))
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    requirements = list(_requirements(lock))
    assert requirements
    loose = [r for r in requirements if not PINNED.match(r) or not HASH.search(r)]
    assert loose == []


def test_the_running_lock_has_all_that_the_project_needs() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["demo"]]
    assert {_plain(need) for need in needed} - _names("requirements.lock") == set()


def test_the_development_lock_agrees_with_the_running_one() -> None:
    groups = tomllib.loads(text(ROOT / "pyproject.toml"))["dependency-groups"]
    assert {_plain(need) for need in groups["dev"]} - _names("requirements-dev.lock") == set()
    running = {found[0] for r in _requirements("requirements.lock") if (found := PINNED.match(r))}
    tested = {
        found[0] for r in _requirements("requirements-dev.lock") if (found := PINNED.match(r))
    }
    assert running - tested == set()
