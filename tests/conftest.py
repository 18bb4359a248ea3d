"""Fixtures every folder of tests may use. Their source is tests/support/."""

pytest_plugins = ("tests.support.postgres", "tests.support.hub_process")
