"""What a row of the tables of spoilt law says, and the files they spoil most.

In: nothing. Out: Spoil, and names of files. Never here: a row.
"""

from typing import NamedTuple

from hub.rulebook import RulebookError


class Spoil(NamedTuple):
    """In this file, this text becomes that; the refusal is this error, at this field."""

    file: str
    before: str
    after: str
    error: type[RulebookError]
    field: str


S42 = "rules/s42-enquiry.toml"
TIPPING = "rules/x-tipping-off.toml"
REFUSAL = "rules/x-capacity-refusal.toml"
SEALED = "rules/x-whistleblower.toml"
