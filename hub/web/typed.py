"""Reads single answers of a form: a date of three fields, own words, one line.

In: a form's fields, and where errors go. Out: the answer; what is wrong with it, by field.
Never here: what an answer means.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

MAX_TEXT: Final = 4000
"""Characters of one answer, as typed: a whole form must fit in one event."""


def born(sent: Mapping[str, str], errors: dict[str, str]) -> date | None:
    """Return a date of birth; see `day`."""
    return day(sent, "born", None, errors, "Enter a real date of birth, like 27 3 1950")


def day(
    sent: Mapping[str, str],
    name: str,
    latest: date | None,
    errors: dict[str, str],
    wrong: str = "Enter a real date, like 27 3 2026",
) -> date | None:
    """Return a date of three fields; None where all are empty, or it is none: then with an error.

    Args:
        sent: the form.
        name: what the names of the three fields begin with.
        latest: the last day it may be; None for any.
        errors: takes what is wrong, by field.
        wrong: what to say of a date that is none.
    """
    parts = [sent.get(f"{name}-{part}", "") for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        found = date(*(int(part) for part in parts))
    except ValueError:
        errors[f"{name}-day"] = wrong
        return None
    if found.year < 1900 or (latest is not None and found > latest):  # noqa: PLR2004 - as intake
        errors[f"{name}-day"] = "The date must be today or in the past"
    return found


def text(
    sent: Mapping[str, str], name: str, errors: dict[str, str], missing: str = ""
) -> str | None:
    """Return somebody's own words; with `missing`, they must be there."""
    typed = sent.get(name, "")
    if not typed:
        if missing:
            errors[name] = missing
        return None
    if len(typed) > MAX_TEXT:
        errors[name] = f"Use at most {MAX_TEXT:,} characters"
    return typed


def line(sent: Mapping[str, str], name: str) -> str | None:
    """Return a field as one line of at most 200 characters; None where it is empty."""
    return " ".join(sent.get(name, "").split())[:200] or None
