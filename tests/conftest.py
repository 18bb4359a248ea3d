"""Fixtures every folder of tests may use. Their source is tests/support/."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.support.postgres", "tests.support.hub_process")

# Speed is measured in `hub bench`: a busy machine must not turn a promise into a failure.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")

TESTS = Path(__file__).parent
WAITING = ("web", "faults", "cases", "demo", "bench", "log", "journeys", "adapters", "api", "cli")
"""Folders whose tests start processes. They come first: one begun last has a worker to itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that wait before those that only compute, each else where it was."""

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(TESTS).parts[0]
        return WAITING.index(folder) if folder in WAITING else len(WAITING)

    items.sort(key=place)
