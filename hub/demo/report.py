"""x"""

from typing import Any


class Report:
    def __init__(self, *a: Any) -> None: ...
    def print(self, *a: Any, **k: Any) -> None: ...
