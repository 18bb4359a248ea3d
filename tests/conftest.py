"""Fixtures every folder of tests may use. Their source is tests/support/."""

from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.support.postgres", "tests.support.hub_process")

# Speed is measured in `hub bench`: a busy machine must not turn a promise into a failure.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")
