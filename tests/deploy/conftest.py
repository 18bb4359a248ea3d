"""The fixtures of tests about a hub whose schemas have owners of their own."""

from tests.deploy.apart import roles_apart

__all__ = ["roles_apart"]
