"""These tests build the hub's parts over databases of their own."""

from tests.support.parts import enrolled, fresh_hub, parts

__all__ = ["enrolled", "fresh_hub", "parts"]
