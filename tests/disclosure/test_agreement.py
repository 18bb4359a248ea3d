"""Who was found beside what was looked for: field by field, and only where it may be told."""

import pytest

from contracts.base import Category
from hub.disclosure.agreement import agreement
from hub.disclosure.ask import Search
from hub.intake.identifiers import identifier
from hub.ledger.demographics import keys

ALL = frozenset({Category.IDENTITY, Category.CONTACT, Category.EXISTENCE})
TYPED = tuple(
    keys(family_name="Example", given_name="Ann", birth_date="1950-03-27", postcode="ZZ99 9ZZ")
)
NUMBER = identifier("nhs_number", "9990000018")
OTHER = identifier("nmc_pin", "99Z0001Z")


def search(**asked: object) -> Search:
    return Search(partner="gp-c", user=None, purpose="direct_care", **asked)  # type: ignore[arg-type] # built by the tests below


def key(kind: str) -> tuple[str, str]:
    return next(one for one in TYPED if one[0] == kind)


@pytest.mark.parametrize(
    ("led", "agreeing"),
    [
        ({"name_birth"}, {"family_name", "birth_date"}),
        ({"given_birth_place"}, {"given_name", "birth_date", "postcode"}),
        ({"name_birth", "name_place"}, {"family_name", "given_name", "birth_date", "postcode"}),
    ],
)
def test_what_led_to_somebody_agrees_and_the_rest_is_not_confirmed(
    led: set[str], agreeing: set[str]
) -> None:
    said, told = agreement(search(demographics=TYPED), {key(kind) for kind in led}, ALL)
    assert {name for name, word in said.items() if word == "agrees"} == agreeing
    assert set(said.values()) <= {"agrees", "not_confirmed"}
    assert len(said) == 4
    assert told == {Category.IDENTITY, Category.CONTACT}


def test_whoever_may_not_see_who_somebody_is_is_told_of_no_name_and_no_place() -> None:
    asked = search(demographics=TYPED)
    led = {key("name_birth"), key("name_place")}
    assert agreement(asked, led, {Category.EXISTENCE}) == ({}, frozenset())
    said, told = agreement(asked, led, {Category.IDENTITY})
    assert "postcode" not in said
    assert told == {Category.IDENTITY}


def test_the_number_that_was_looked_for_agrees_and_tells_nothing_more() -> None:
    led = {("nhs_number", NUMBER.value)}
    assert agreement(search(identifiers=(NUMBER,)), led, {Category.EXISTENCE}) == (
        {"nhs_number": "agrees"},
        frozenset(),
    )


def test_a_second_number_that_led_nowhere_is_told_of_with_identity_alone() -> None:
    asked, led = search(identifiers=(NUMBER, OTHER)), {("nhs_number", NUMBER.value)}
    assert "nmc_pin" not in agreement(asked, led, {Category.EXISTENCE})[0]
    said, told = agreement(asked, led, ALL)
    assert said["nmc_pin"] == "not_confirmed"
    assert told == {Category.IDENTITY}


def test_what_was_not_asked_is_not_compared() -> None:
    typed = tuple(
        keys(family_name="Example", given_name="Ann", birth_date="1950-03-27", postcode=None)
    )
    said, _ = agreement(search(demographics=typed), set(typed), ALL)
    assert set(said) == {"family_name", "birth_date"}
