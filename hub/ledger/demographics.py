"""The keys under which a person can be found by name and birth date.

In: a description of a person, or a search. Out: kinds and normalised values, to be blinded.
Never here: a match. Keys find candidates; whether they are the same person is for a human.
"""

import re
import unicodedata
from collections.abc import Iterator

from contracts.identity import SubjectDescribed

_LETTERS = re.compile(r"[^a-z]")
_OUTWARD = re.compile(r"[^a-z0-9]")


def keys(
    *, family_name: str | None, given_name: str | None, birth_date: str | None, postcode: str | None
) -> Iterator[tuple[str, str]]:
    """Yield each pair of facts strong enough to find somebody by, as kind and value."""
    family = _folded(family_name)
    given = _folded(given_name)
    place = _OUTWARD.sub("", (postcode or "").lower())
    if family and birth_date:
        yield "name_birth", f"{family}|{birth_date}"
    if given and birth_date and place:
        yield "given_birth_place", f"{given}|{birth_date}|{place}"
    if family and given and place:
        yield "name_place", f"{family}|{given}|{place}"


def demographic_keys(described: SubjectDescribed) -> Iterator[tuple[str, str]]:
    """Yield the keys of a person as an agency described them."""
    return keys(
        family_name=described.family_name,
        given_name=described.given_name,
        birth_date=described.birth_date,
        postcode=described.postcode,
    )


def _folded(name: str | None) -> str:
    """Return a name without case, accents, spaces or punctuation: O'Brien is obrien."""
    plain = unicodedata.normalize("NFKD", (name or "").lower())
    return _LETTERS.sub("", plain)
