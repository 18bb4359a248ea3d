"""These tests build the hub's parts, or its writer alone, over databases of their own."""

from tests.ledger.blocking import blocking, ledger
from tests.support.parts import enrolled, fresh_hub, parts

__all__ = ["blocking", "enrolled", "fresh_hub", "ledger", "parts"]
