"""What the monitor finds: faults, and what a person should know without being one.

In: nothing. Out: Finding. Never here: content, or a name.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Check: TypeAlias = Literal[
    "pseq", "log", "envelope", "statement", "acknowledgement", "unwrap", "proxy", "unopened"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree.

    Args:
        check: which comparison found it.
        at: a partner, a disclosure's id, a position or a month.
        what: in words.
        fault: whether somebody must explain it; else it is for information.
    """

    check: Check
    at: str
    what: str
    fault: bool = True
