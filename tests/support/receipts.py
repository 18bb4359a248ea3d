"""Which receipts the suite's hubs give: no answer waits, for most tests run no sequencer.

In: nothing. Out: the setting, for every hub a test builds.
Never here: a test of the waiting itself. Those ask for it by name.
"""

from typing import Final

RECEIPTS: Final = "commit"
