"""A database with every schema, for migrations that try what they may not."""

from tests.support.parts import enrolled, fresh_hub

__all__ = ["enrolled", "fresh_hub"]
