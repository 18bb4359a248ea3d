"""Name the subject of an event: read a `sub_id`, check it, and give each name one spelling.

In: the `sub_id` claim, or a kind and value typed into a search. Out: Identifiers. Never here: an
error that repeats the identifier, which may be a real person's NHS number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from msgspec import Struct
from nhs_number.validate import is_valid as passes_check_digit

from contracts.envelope import MAX_ALIASES

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_SLUG: Final = r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]"


class IdentifierRefusedError(ValueError):
    """An identifier is malformed. The message names its kind and never its value."""


class IdentifierKind(StrEnum):
    """What an identifier identifies, and in whose numbering."""

    OPAQUE = "opaque"
    NHS_NUMBER = "nhs_number"
    CQC_LOCATION = "cqc_location"
    CQC_PROVIDER = "cqc_provider"
    NMC_PIN = "nmc_pin"
    GMC_NUMBER = "gmc_number"
    SWE_NUMBER = "swe_number"
    HCPC_NUMBER = "hcpc_number"
    AGENCY = "agency"
    AGENCY_REF = "agency_ref"


class Identifier(Struct, frozen=True):
    """One name of a subject, in its one spelling.

    `repr` leaves the value out, so that a logged or raised Identifier says nothing about anyone.
    """

    kind: IdentifierKind
    value: str

    def __repr__(self) -> str:
        return f"Identifier({self.kind})"


@dataclass(frozen=True, slots=True)
class _Form:
    """How identifiers of one kind are written. `upper`: case carries no meaning there."""

    prefix: str
    pattern: re.Pattern[str]
    upper: bool = False


_FORMS: Final[Mapping[IdentifierKind, _Form]] = {
    IdentifierKind.OPAQUE: _Form("", re.compile(_UUID)),
    IdentifierKind.NHS_NUMBER: _Form("urn:nhs:number:", re.compile(r"[0-9]{10}")),
    IdentifierKind.CQC_LOCATION: _Form("urn:cqc:location:", re.compile(r"1-[0-9]{3,14}")),
    IdentifierKind.CQC_PROVIDER: _Form("urn:cqc:provider:", re.compile(r"1-[0-9]{3,14}")),
    IdentifierKind.NMC_PIN: _Form(
        "urn:nmc:pin:", re.compile(r"[0-9]{2}[A-Z][0-9]{4}[A-Z]"), upper=True
    ),
    IdentifierKind.GMC_NUMBER: _Form("urn:gmc:number:", re.compile(r"[0-9]{7}")),
    IdentifierKind.SWE_NUMBER: _Form("urn:swe:number:", re.compile(r"SW[0-9]{1,8}"), upper=True),
    IdentifierKind.HCPC_NUMBER: _Form(
        "urn:hcpc:number:", re.compile(r"[A-Z]{2,3}[0-9]{4,8}"), upper=True
    ),
    IdentifierKind.AGENCY: _Form("urn:hub:agency:", re.compile(_SLUG)),
    IdentifierKind.AGENCY_REF: _Form("urn:hub:ref:", re.compile(rf"{_SLUG}:[A-Za-z0-9-]{{1,64}}")),
}


def identifier(kind: str, value: str) -> Identifier:
    """Return the identifier in its one spelling.

    Raises:
        IdentifierRefusedError: no such kind, a malformed value, or a wrong check digit.
    """
    try:
        known = IdentifierKind(kind)
    except ValueError:
        raise IdentifierRefusedError("the kind of identifier is not known") from None
    form = _FORMS[known]
    # Only ASCII letters have a case to ignore: upper() turns some others into ASCII.
    spelled = value.upper() if form.upper and value.isascii() else value
    if form.pattern.fullmatch(spelled) is None:
        raise IdentifierRefusedError(f"the `{known}` is malformed")
    if known is IdentifierKind.NHS_NUMBER and not passes_check_digit(spelled):
        raise IdentifierRefusedError(f"the `{known}` has a wrong check digit")
    return Identifier(known, spelled)


def urn(name: Identifier) -> str:
    """Return the URN of an identifier that has one (every kind but `opaque`)."""
    return _FORMS[name.kind].prefix + name.value


def read_sub_id(sub_id: object) -> tuple[Identifier, ...]:
    """Return the identifiers of one subject, in the order given.

    Raises:
        IdentifierRefusedError: another format, another shape, a repeat, or one bad identifier.
    Source: RFC 9493 section 3, of which `opaque`, `uri` and `aliases` are accepted.
    """
    match sub_id:
        case {"format": "aliases", "identifiers": list(members), **rest} if not rest:
            if not 1 <= len(members) <= MAX_ALIASES:
                raise IdentifierRefusedError(f"aliases holds 1 to {MAX_ALIASES} identifiers")
            names = tuple(_single(member) for member in members)
            if len(set(names)) != len(names):
                raise IdentifierRefusedError("aliases holds an identifier twice")
            return names
        case _:
            return (_single(sub_id),)


def _single(sub_id: object) -> Identifier:
    match sub_id:
        case {"format": "opaque", "id": str(value), **rest} if not rest:
            return identifier(IdentifierKind.OPAQUE, value)
        case {"format": "uri", "uri": str(uri), **rest} if not rest:
            return _from_urn(uri)
        case _:
            raise IdentifierRefusedError("the subject identifier has an unknown format")


def _from_urn(uri: str) -> Identifier:
    for kind, form in _FORMS.items():
        if form.prefix and uri.startswith(form.prefix):
            return identifier(kind, uri.removeprefix(form.prefix))
    raise IdentifierRefusedError("the subject URI is of an unknown kind")
