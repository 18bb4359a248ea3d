"""Understands the search form: whom an officer looks for, and what is wrong with what they typed.

In: a form's fields. Out: identifiers or name keys, and an error for each field that is wrong.
Never here: a search; what was typed, in an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from hub.intake.identifiers import Identifier, IdentifierRefusedError, identifier
from hub.ledger.demographics import keys
from hub.web.errands import REASONS
from hub.web.forms import chosen

BY: Final[Mapping[str, str]] = {
    "nhs_number": "NHS number",
    "cqc_location": "CQC location ID of a care setting",
    "nmc_pin": "NMC Pin of a nurse or midwife",
    "swe_number": "Registration number of a social worker",
    "agency_ref": "Your own reference",
}
COMPARED: Final[Mapping[str, str]] = {
    **BY,
    "family_name": "Family name",
    "given_name": "Given name",
    "birth_date": "Date of birth",
    "postcode": "Postcode",
}
"""What is put side by side, in this order."""
_SPACE: Final = re.compile(r"\s")


@dataclass(slots=True)
class Asked:
    """A form as it was understood, and what is wrong with it, by field."""

    purpose: str | None = None
    reason: str | None = None
    emergency: bool = False
    identifiers: tuple[Identifier, ...] = ()
    demographics: tuple[tuple[str, str], ...] = ()
    errors: dict[str, str] = field(default_factory=dict)


def understood(sent: Mapping[str, str], purposes: Mapping[str, str]) -> Asked:
    """Return what a form asks, where a purpose is among those open to the agency."""
    asked = Asked(
        purpose=chosen(sent, "purpose", purposes),
        reason=chosen(sent, "reason", REASONS),
        emergency=sent.get("emergency") == "yes",
    )
    if asked.purpose is None:
        asked.errors["purpose"] = "Select what you need it for"
    if asked.reason is None:
        asked.errors["reason"] = "Select why you are looking now"
    if sent.get("number"):
        _read_number(sent, asked)
    elif sent.get("family") or sent.get("given"):
        _read_name(sent, asked)
    else:
        asked.errors["number"] = "Enter a number, or a name and a date of birth"
    return asked


def _read_number(sent: Mapping[str, str], asked: Asked) -> None:
    by = chosen(sent, "by", BY) or "nhs_number"
    typed = sent["number"]
    try:
        asked.identifiers = (
            identifier(by, typed if by == "agency_ref" else _SPACE.sub("", typed)),
        )
    except IdentifierRefusedError:
        asked.errors["number"] = f"This is not a valid number of that kind: {BY[by]}"


def _read_name(sent: Mapping[str, str], asked: Asked) -> None:
    born = None
    try:
        born = date(*(int(sent.get(f"born-{part}", "")) for part in ("year", "month", "day")))
    except ValueError:
        asked.errors["born-day"] = "Enter a real date of birth, like 27 3 1950"
    if not sent.get("family"):
        asked.errors["family"] = "Enter a family name"
    if born is not None and "family" not in asked.errors:
        described = {
            "family_name": sent["family"][:200],
            "given_name": sent.get("given", "")[:200] or None,
            "birth_date": born.isoformat(),
            "postcode": sent.get("postcode", "")[:10] or None,
        }
        asked.demographics = tuple(keys(**described))
