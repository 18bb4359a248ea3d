"""What a verification found: which check, where, and what is wrong. Never content.

In: faults, one at a time. Out: the first thousand, and how many there were. Never here: a person.
"""

from dataclasses import dataclass, field

MAX_FAULTS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be. `at`: a position, size or number."""

    check: str
    at: int
    what: str


@dataclass(slots=True)
class Faults:
    """Faults as they are found; the first thousand are kept, all are counted."""

    found: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, check: str, at: int, what: str) -> None:
        """Take one more."""
        self.count += 1
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(check, at, what))
