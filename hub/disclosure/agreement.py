"""Says in which fields somebody found agrees with what was looked for, as far as that may be told.

In: what was looked for, what of it led to a subject, the categories that may be shown of them.
Out: field by field, agrees or not confirmed. Pure.
Never here: a value; "differs". Keys are made of several fields, so a key that does not lead to
somebody says only that not all of its fields agree.

To confirm a field is to disclose it: whoever may not see who somebody is, or where they live, is
told of the number they looked for, and of nothing else.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from contracts.base import Category
from hub.disclosure.ask import Search

AGREES: Final = "agrees"
NOT_CONFIRMED: Final = "not_confirmed"
_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "name_birth": ("family_name", "birth_date"),
    "given_birth_place": ("given_name", "birth_date", "postcode"),
    "name_place": ("family_name", "given_name", "postcode"),
}
"""What each key of `hub.ledger.demographics` is made of."""
NAMED: Final = ("family_name", "given_name", "birth_date", "postcode")
_TOLD_WITH: Final[Mapping[str, Category]] = {"postcode": Category.CONTACT}


def agreement(
    search: Search, led: Collection[tuple[str, str]], shown: Collection[Category]
) -> tuple[dict[str, str], frozenset[Category]]:
    """Return each field's agreement, and the categories that telling it discloses.

    Args:
        search: what was looked for.
        led: those of its identifiers and keys, as (kind, value), that led to the subject.
        shown: what may be shown of some record of the subject.
    """
    found = _numbers(search, led, shown)
    told = {Category.IDENTITY for said in found.values() if said == NOT_CONFIRMED}
    kinds = {kind for kind, _ in search.demographics}
    there = {kind for kind, _ in led}
    asked = {name for kind in kinds for name in _FIELDS[kind]}
    agreeing = {name for kind in kinds & there for name in _FIELDS[kind]}
    for name in NAMED:
        category = _TOLD_WITH.get(name, Category.IDENTITY)
        if name in asked and category in shown:
            found[name] = AGREES if name in agreeing else NOT_CONFIRMED
            told.add(category)
    return found, frozenset(told)


def _numbers(
    search: Search, led: Collection[tuple[str, str]], shown: Collection[Category]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in search.identifiers:
        if (one.kind.value, one.value) in led:
            found[one.kind.value] = AGREES
        elif Category.IDENTITY in shown:
            found.setdefault(one.kind.value, NOT_CONFIRMED)
    return found
