"""Who the subject is and where they live, apart from anything that happened to them.

In: contracts.base, subject.
Out: SubjectDescribed, SafeAddressSet, Identifier.
Never here: an identifier to look a subject up by; that is the envelope's `sub_id`.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from contracts.base import Category, Code, Day, Fact, Label, Line, Part, Slug, Text, type_uri
from contracts.marks import CONTACT, IDENTITY, PROFESSIONAL, relations, stated
from contracts.subject import Agencies, SubjectEvent

IdentifierKind: TypeAlias = Literal[
    "nhs_number",
    "cqc_location",
    "cqc_provider",
    "nmc_pin",
    "gmc_number",
    "swe_number",
    "hcpc_number",
    "agency_ref",
]


class Identifier(Part):
    """A number someone gave the subject."""

    kind: Annotated[IdentifierKind, IDENTITY]
    value: Annotated[Code, IDENTITY]


class SubjectDescribed(SubjectEvent):
    """The subject's name, birth date, address and numbers, as the poster holds them."""

    TYPE = type_uri("subject-described")
    FAMILY = "concern"

    given_name: Annotated[Line | None, IDENTITY] = None
    family_name: Annotated[Line | None, IDENTITY] = None
    birth_date: Annotated[Day | None, IDENTITY] = None
    name: Annotated[Line | None, IDENTITY] = None
    """The name of a setting; a person's goes in the two fields above."""
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=8)] = ()
    address: Annotated[Line | None, CONTACT] = None
    postcode: Annotated[Line | None, CONTACT] = None
    phone: Annotated[Line | None, CONTACT] = None
    regulator: Annotated[Slug | None, Label(Category.PROFESSIONAL, routing=True)] = None
    """For a professional: the regulator they are registered with."""
    role: Annotated[Line | None, PROFESSIONAL] = None

    def facts(self) -> Iterator[Fact]:
        """Yield whose registrant a professional is."""
        yield from super().facts()
        if self.regulator is not None:
            yield from relations("registrant_of_recipient", "yes", (self.regulator,))


class SafeAddressSet(SubjectEvent):
    """Where the subject lives must be kept from someone, or need not be any longer."""

    TYPE = type_uri("safe-address-set")
    FAMILY = "concern"

    status: Annotated[Literal["needed", "not_needed"], CONTACT] = "needed"
    serving_alleged_perpetrator: Annotated[Agencies, Label(Category.CRIMINAL, routing=True)] = ()
    """Agencies that employ or serve the person it must be kept from."""
    safe_contact: Annotated[Text | None, CONTACT] = None

    def facts(self) -> Iterator[Fact]:
        """Yield the need, and the agencies through which the address could leak."""
        yield from super().facts()
        yield from stated(safe_address=self.status)
        yield from relations("recipient_serves_ap", "yes", self.serving_alleged_perpetrator)
