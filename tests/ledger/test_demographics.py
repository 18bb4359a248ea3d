"""The keys a person is found by: the same for every spelling of one name, none from too little."""

import pytest

from contracts.identity import SubjectDescribed
from hub.ledger.demographics import demographic_keys, keys


def found(
    family: str | None = None,
    given: str | None = None,
    born: str | None = None,
    postcode: str | None = None,
) -> dict[str, str]:
    return dict(keys(family_name=family, given_name=given, birth_date=born, postcode=postcode))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "obrien"),
        ("Müller", "MULLER"),
        ("Smith-Jones", "smith jones"),
        ("ÉMILE", "emile"),
    ],
)
def test_spellings_of_one_name_give_one_key(one: str, other: str) -> None:
    assert found(one, None, "1950-01-31") == found(other, None, "1950-01-31") != {}


def test_every_pair_strong_enough_gives_a_key() -> None:
    assert found("Example", "Ann", "1950-01-31", "ZZ99 3VZ") == {
        "name_birth": "example|1950-01-31",
        "given_birth_place": "ann|1950-01-31|zz993vz",
        "name_place": "example|ann|zz993vz",
    }


@pytest.mark.parametrize(
    "said",
    [
        ("Example", None, None, None),
        (None, None, "1950-01-31", None),
        ("Example", "Ann", None, None),
        (None, "Ann", "1950-01-31", None),
        ("Example", None, None, "ZZ99 3VZ"),
        ("'-", None, "1950-01-31", None),
    ],
)
def test_too_little_gives_no_key(said: tuple[str | None, ...]) -> None:
    assert found(*said) == {}


def test_a_description_gives_the_keys_a_search_gives() -> None:
    described = SubjectDescribed.model_validate(
        {"about": "adult", "family_name": "Example", "birth_date": "1950-01-31"}
    )
    assert dict(demographic_keys(described)) == found("Example", None, "1950-01-31")
