"""What a label lets through, and what it keeps back."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Category, Label, Part, Payload, UnlabelledFieldError, label_of, part_of
from contracts.catalogue import EVENT_TYPES, read
from contracts.examples import example
from contracts.golden import compact
from contracts.labels import categories_in, mask, redact, routing, unmask

ALL = frozenset(Category)
CATEGORIES = st.frozensets(st.sampled_from(list(Category)))
PAYLOADS = st.sampled_from(
    [read(uri, compact(example(kind))) for uri, kind in sorted(EVENT_TYPES.items())]
)


def leaves(part: Part) -> list[tuple[str, frozenset[Category], frozenset[Category]]]:
    """Return each said field's path with what must be shown for it, uncleared and cleared."""
    found = []
    for name, field in type(part).model_fields.items():
        value, label = getattr(part, name), label_of(field)
        if value is None or value == ():
            continue
        cleared = frozenset() if label is None else frozenset({label.category})
        uncleared = cleared | (frozenset() if label is None else frozenset(label.also))
        if part_of(field) is None:
            found.append((name, uncleared, cleared))
            continue
        for inner in value if isinstance(value, tuple) else (value,):
            found += [(f"{name}.{n}", uncleared | u, cleared | c) for n, u, c in leaves(inner)]
    return found


def paths(shown: Any, before: str = "") -> set[str]:  # noqa: ANN401 - JSON
    """Return the paths of the values in redacted JSON; arrays count for nothing."""
    if isinstance(shown, dict):
        return {p for name, value in shown.items() for p in paths(value, f"{before}.{name}")}
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return {p for value in shown for p in paths(value, before)}
    return {before.removeprefix(".")}


@given(payload=PAYLOADS, shown=CATEGORIES, cleared=st.booleans())
def test_a_field_is_shown_exactly_when_all_that_governs_it_is_shown(
    payload: Payload, *, shown: frozenset[Category], cleared: bool
) -> None:
    expected = {n for n, u, c in leaves(payload) if (c if cleared else u) <= shown}
    assert {p for p in paths(redact(payload, shown, cleared=cleared)) if p} == expected


@given(payload=PAYLOADS, shown=CATEGORIES, more=CATEGORIES, cleared=st.booleans())
def test_showing_more_categories_never_hides_a_field(
    payload: Payload, shown: frozenset[Category], more: frozenset[Category], *, cleared: bool
) -> None:
    fewer = paths(redact(payload, shown, cleared=cleared))
    assert fewer - {""} <= paths(redact(payload, shown | more, cleared=cleared))


@given(PAYLOADS, CATEGORIES)
def test_clearing_the_text_never_hides_a_field(
    payload: Payload, shown: frozenset[Category]
) -> None:
    uncleared = paths(redact(payload, shown, cleared=False))
    assert uncleared - {""} <= paths(redact(payload, shown, cleared=True))


@given(PAYLOADS)
def test_everything_said_is_shown_when_every_category_is(payload: Payload) -> None:
    said = payload.model_dump(mode="json", exclude_none=True)
    assert redact(payload, ALL, cleared=False) == {
        name: value for name, value in _without_nothing(said).items() if value != []
    }


def _without_nothing(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nothing(value) if isinstance(value, dict) else value
        for name, value in said.items()
    }


@given(PAYLOADS)
def test_nothing_is_shown_when_no_category_is(payload: Payload) -> None:
    assert redact(payload, frozenset(), cleared=True) == {}


@given(PAYLOADS)
def test_categories_in_names_each_category_of_a_said_field(payload: Payload) -> None:
    assert categories_in(payload) == frozenset().union(*(c for _, _, c in leaves(payload)))


@given(CATEGORIES)
def test_a_mask_holds_the_categories_it_was_made_of(categories: frozenset[Category]) -> None:
    assert unmask(mask(categories)) == categories


def test_the_bits_of_a_mask_never_move() -> None:
    assert [mask({category}) for category in Category] == [1 << place for place in range(10)]
    assert list(Category) == [
        *("identity", "contact", "concern", "health", "criminal"),
        *("professional", "third_party", "whistleblower", "outcome", "existence"),
    ]


def test_free_text_needs_what_it_may_name_until_it_is_cleared() -> None:
    concern = read(
        "https://hub.example/events/concern-raised/v1",
        b'{"about":"adult","narrative":"Told by a neighbour."}',
    )
    shown = frozenset({Category.CONCERN})
    assert "narrative" not in redact(concern, shown, cleared=False)
    assert redact(concern, shown, cleared=True) == {"narrative": "Told by a neighbour."}


def test_a_part_of_which_nothing_may_be_shown_vanishes() -> None:
    described = read(
        "https://hub.example/events/subject-described/v1",
        b'{"about":"adult","identifiers":[{"kind":"nhs_number","value":"9990000018"}]}',
    )
    assert "identifiers" not in redact(described, ALL - {Category.IDENTITY}, cleared=False)
    assert redact(described, frozenset({Category.IDENTITY}), cleared=False) == {
        "identifiers": [{"kind": "nhs_number", "value": "9990000018"}]
    }


def test_a_label_on_a_part_governs_it_as_well_as_its_own_fields() -> None:
    class Inner(Part):
        """A part."""

        name: Annotated[str, Label(Category.IDENTITY)]

    class Outer(Payload):
        """A payload with a labelled part."""

        inner: Annotated[Inner, Label(Category.CRIMINAL)]

    outer = Outer(inner=Inner(name="Ann"))
    assert redact(outer, frozenset({Category.IDENTITY}), cleared=False) == {}
    assert redact(outer, frozenset({Category.CRIMINAL}), cleared=False) == {}
    both = frozenset({Category.IDENTITY, Category.CRIMINAL})
    assert redact(outer, both, cleared=False) == {"inner": {"name": "Ann"}}


def test_routing_returns_only_fields_fit_to_index_by() -> None:
    concern = read(
        "https://hub.example/events/concern-raised/v1",
        b'{"about":"adult","case":"C-1","narrative":"text","implicated":["provider-a"]}',
    )
    assert routing(concern) == {"about": "adult", "case": "C-1", "implicated": ["provider-a"]}


def test_a_class_with_an_unlabelled_field_cannot_be_defined() -> None:
    with pytest.raises(UnlabelledFieldError, match=r"Careless\.note"):

        class Careless(Payload):
            """Forgets a label."""

            note: str


def test_parts_in_a_tuple_are_each_judged() -> None:
    class Two(Part):
        """One of several."""

        name: Annotated[str, Label(Category.IDENTITY)]
        note: Annotated[str | None, Label(Category.HEALTH)] = None

    class Several(Payload):
        """Holds some."""

        parts: tuple[Two, ...]

    several = Several(parts=(Two(name="Ann"), Two(name="Bob", note="well")))
    shown = frozenset({Category.HEALTH})
    assert redact(several, shown, cleared=False) == {"parts": [{"note": "well"}]}
    assert categories_in(several) == {Category.IDENTITY, Category.HEALTH}
