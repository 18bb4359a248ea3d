"""Whether the officer who asks has an interest of their own in a subject, as declared.

In: the facts of a subject as seen from an agency, and the officer's opaque id. Out: yes or no.
Never here: an answer. Whoever is barred is answered as if there were nobody, in the same bytes, and
their agency goes on being served through its other officers.

Where an officer of an agency declared an interest, an unnamed one is barred too. To say "name your
officer" there, and nowhere else, would tell that there is something.
"""

from collections.abc import Mapping
from typing import Final

_DECLARED: Final = "officer_declared:"
RULE: Final = "x-own-conflict"


def barred(relation: Mapping[str, str], user: str | None) -> bool:
    """Return whether this officer, or an unnamed one, is kept from the subject."""
    declared = [
        name.removeprefix(_DECLARED).casefold()
        for name, value in relation.items()
        if name.startswith(_DECLARED) and value == "declared"
    ]
    return bool(declared) if user is None else user.casefold() in declared
