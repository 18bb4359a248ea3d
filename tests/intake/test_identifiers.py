"""Identifiers: one spelling each, a check digit where there is one, never repeated in an error."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhs_number.constants import REGION_SYNTHETIC
from nhs_number.generate import generate
from nhs_number.validate import is_valid

from contracts.envelope import URNS
from hub.intake.identifiers import (
    Identifier,
    IdentifierKind,
    IdentifierRefusedError,
    identifier,
    read_sub_id,
    urn,
)

SOUND = {
    "urn:nhs:number:9990000018": ("nhs_number", "9990000018"),
    "urn:cqc:location:1-108869587": ("cqc_location", "1-108869587"),
    "urn:cqc:provider:1-101633790": ("cqc_provider", "1-101633790"),
    "urn:nmc:pin:12a3456e": ("nmc_pin", "12A3456E"),
    "urn:gmc:number:1234567": ("gmc_number", "1234567"),
    "urn:swe:number:sw12345": ("swe_number", "SW12345"),
    "urn:hcpc:number:ph123456": ("hcpc_number", "PH123456"),
    "urn:hub:agency:council-a": ("agency", "council-a"),
    "urn:hub:ref:council-a:Case-7": ("agency_ref", "council-a:Case-7"),
}
ID = "3f8e1c52-6f0b-4d0a-9a77-0d7f6f1f5f11"


def uri(text: str) -> dict[str, str]:
    return {"format": "uri", "uri": text}


def aliases(*members: object) -> dict[str, Any]:
    return {"format": "aliases", "identifiers": list(members)}


@pytest.mark.parametrize("text", SOUND)
def test_uri_gives_one_identifier_in_its_one_spelling(text: str) -> None:
    kind, value = SOUND[text]

    assert read_sub_id(uri(text)) == (Identifier(IdentifierKind(kind), value),)
    assert read_sub_id(uri(urn(identifier(kind, value)))) == (identifier(kind, value),)


def test_opaque_id_and_aliases_are_read_in_order() -> None:
    opaque = {"format": "opaque", "id": ID}

    assert read_sub_id(opaque) == (identifier("opaque", ID),)
    assert read_sub_id(aliases(opaque, uri("urn:gmc:number:1234567"))) == (
        identifier("opaque", ID),
        identifier("gmc_number", "1234567"),
    )


REFUSED: dict[str, Any] = {
    "no object": "urn:nhs:number:9990000018",
    "null": None,
    "empty": {},
    "another format": {"format": "email", "email": "jane@example.org"},
    "an extra member": {**uri("urn:gmc:number:1234567"), "x": 1},
    "an id that is no UUID": {"format": "opaque", "id": "jane-doe"},
    "an id in capitals": {"format": "opaque", "id": ID.upper()},
    "a wrong check digit": uri("urn:nhs:number:9990000019"),
    "an NHS number with spaces": uri("urn:nhs:number:999 000 0018"),
    "digits that are not ASCII": uri("urn:nhs:number:٩٩٩٠٠٠٠٠١٨"),
    "a letter that only becomes ASCII in capitals": uri("urn:hcpc:number:ßh12345"),
    "a line feed at the end": uri("urn:gmc:number:1234567\n"),
    "a crime reference": uri("urn:police:crimeref:12345"),
    "a scheme in capitals": uri("URN:gmc:number:1234567"),
    "a reference without its agency": uri("urn:hub:ref:case-7"),
    "no aliases": aliases(),
    "nine aliases": aliases(*(uri(f"urn:gmc:number:123456{n}") for n in range(9))),
    "an alias twice": aliases(uri("urn:nmc:pin:12a3456e"), uri("urn:nmc:pin:12A3456E")),
    "aliases in aliases": aliases(aliases(uri("urn:gmc:number:1234567"))),
    "aliases with an extra member": {**aliases(uri("urn:gmc:number:1234567")), "x": 1},
}


@pytest.mark.parametrize("name", REFUSED)
def test_sub_id_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(IdentifierRefusedError) as refusal:
        read_sub_id(REFUSED[name])

    said = str(refusal.value)
    assert not any(part in said for part in ("999", "jane", "1234567", "case-7", "12345"))


def test_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(IdentifierRefusedError):
        identifier("passport", "1")


def test_repr_of_an_identifier_names_nobody() -> None:
    assert "9990000018" not in repr(identifier("nhs_number", "9990000018"))


def test_every_synthetic_nhs_number_passes() -> None:
    made = generate(for_region=REGION_SYNTHETIC, quantity=200)

    assert all(identifier("nhs_number", number).value == number for number in made)


@pytest.mark.parametrize("kind", URNS)
def test_published_pattern_and_the_door_agree(kind: str) -> None:
    @given(st.from_regex(URNS[kind], fullmatch=True))
    def agree(text: str) -> None:
        if kind == "nhs_number" and not is_valid(text.rpartition(":")[2]):
            with pytest.raises(IdentifierRefusedError, match="check digit"):
                read_sub_id(uri(text))
        else:
            assert [name.kind for name in read_sub_id(uri(text))] == [kind]

    agree()
