"""Whom each item is meant for, as its event names them in the open."""

import json
from typing import Any

import pytest

from contracts.base import type_uri
from contracts.catalogue import EVENT_TYPES, read
from contracts.examples import example
from contracts.golden import compact
from contracts.labels import routing


@pytest.mark.parametrize(
    ("name", "said", "asked"),
    [
        ("concern-raised", {"addressed_to": ["police-a"]}, ("police-a",)),
        ("concern-raised", {"implicated": ["provider-a"]}, ()),
        ("referral-made", {"to": "police-a", "addressed_to": ["gp-a"]}, ("police-a", "gp-a")),
        ("hold", {"until": "2026-03-14", "implicated": ["provider-a"]}, ()),
        ("feedback-given", {"stage": "closed"}, ()),
        ("feedback-given", {"stage": "closed", "to": "gp-a"}, ("gp-a",)),
        ("joint-investigation", {"partners": ["council-a"]}, ("council-a",)),
        ("notice-deferred", {"why": "cannot_be_reached", "review_on": "2026-02-01"}, ()),
    ],
)
def test_an_item_is_meant_for_those_it_asks_and_never_for_those_it_implicates(
    name: str, said: dict[str, Any], asked: tuple[str, ...]
) -> None:
    payload = read(type_uri(name), json.dumps({"about": "adult", **said}).encode())
    assert payload.addressees() == asked


def test_every_addressee_is_an_agency_the_event_names_in_the_open() -> None:
    asked = 0
    for uri, kind in EVENT_TYPES.items():
        payload = read(uri, compact(example(kind)))
        named = set(strings(list(routing(payload).values())))
        assert set(payload.addressees()) <= named, uri
        asked += bool(payload.addressees())
    assert asked > 50


def strings(values: list[Any]) -> list[str]:
    """Return the strings in a list and in its lists."""
    inner = [value if isinstance(value, list) else [value] for value in values]
    return [text for texts in inner for text in texts if isinstance(text, str)]
