"""Redaction: a field leaves only if every category it needs is shown, whatever the payload."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Category, Label, Part, Payload, label_of, part_of
from contracts.catalogue import EVENT_TYPES
from contracts.concern import ConcernRaised
from contracts.examples import example
from hub.disclosure.redact import fields_shown

TYPES = sorted(EVENT_TYPES.values(), key=lambda kind: kind.TYPE)
SHOWN = st.frozensets(st.sampled_from(Category))
EVERYTHING = frozenset(Category)
FULL = {kind: kind.model_validate_json(json.dumps(example(kind))) for kind in TYPES}


def needed(label: Label, *, cleared: bool) -> frozenset[Category]:
    free_text = () if cleared else label.also
    return frozenset((label.category, *free_text))


def check(part: Part, left: object, shown: frozenset[Category], *, cleared: bool) -> None:
    assert isinstance(left, dict)
    for name, field in type(part).model_fields.items():
        label = label_of(field)
        if label is not None:
            may = needed(label, cleared=cleared) <= shown
            assert (name in left) <= may, name
            continue
        inner = getattr(part, name)
        if name in left and part_of(field) is not None:
            parts = inner if isinstance(inner, tuple) else (inner,)
            kept = left[name] if isinstance(inner, tuple) else [left[name]]
            if len(parts) == len(kept):
                for one, remains in zip(parts, kept, strict=True):
                    check(one, remains, shown, cleared=cleared)


@given(kind=st.sampled_from(TYPES), shown=SHOWN, cleared=st.booleans())
def test_no_field_leaves_without_its_categories(
    kind: type[Payload], shown: frozenset[Category], *, cleared: bool
) -> None:
    check(FULL[kind], fields_shown(FULL[kind], shown, cleared=cleared), shown, cleared=cleared)


@given(kind=st.sampled_from(TYPES), shown=SHOWN, more=SHOWN)
def test_showing_more_never_shows_less(
    kind: type[Payload], shown: frozenset[Category], more: frozenset[Category]
) -> None:
    less = fields_shown(FULL[kind], shown, cleared=False)
    assert less.keys() <= fields_shown(FULL[kind], shown | more, cleared=False).keys()
    assert less.keys() <= fields_shown(FULL[kind], shown, cleared=True).keys()


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_showing_nothing_shows_nothing(kind: type[Payload]) -> None:
    assert fields_shown(FULL[kind], frozenset(), cleared=True) == {}


def test_free_text_needs_clearing_unless_third_parties_may_be_shown() -> None:
    said = ConcernRaised.model_validate({"about": "adult", "harm": "told by her neighbour Ann"})
    concern = frozenset({Category.CONCERN})
    assert "harm" not in fields_shown(said, concern, cleared=False)
    assert "harm" in fields_shown(said, concern, cleared=True)
    assert "harm" in fields_shown(said, EVERYTHING, cleared=False)
