"""What evidence is made of: a hub in which something was said, shown and acknowledged."""

from tests.audit.evidence import Told, told
from tests.support.parts import enrolled, fresh_hub, parts

__all__ = ["Told", "enrolled", "fresh_hub", "parts", "told"]
