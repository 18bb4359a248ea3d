"""Tells Python's collector what stays, in a process that does one thing for the rest of its life.

In: nothing. Out: nothing. Never here: a process that somebody else runs other work in.

At the default of 700 new objects, folding a part of the ledger spent three seconds in ten looking
through what it had read for rings of objects, of which it makes none.
"""

import gc
from typing import Final

NEW_OBJECTS: Final = 50_000
"""How many more objects there must be before the collector looks at the new ones."""


def settle_down() -> None:
    """Let what there is now stay unlooked at, and what comes be looked at seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
