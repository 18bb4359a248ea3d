"""A rule written as a file says what the release says, to the last case."""

import json
import tomllib

import pytest

from hub.rulebook.asfile import as_file
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables

TEXT = canonical(tables(shipped_folder()))
RULES = json.loads(TEXT)["rules"]


def test_every_rule_of_the_shipped_law_is_the_same_when_it_is_read_again() -> None:
    for rule in RULES.values():
        read = tomllib.loads(as_file(rule))
        assert canonical(read) == canonical(rule), rule["id"]


@pytest.mark.parametrize(
    "value", ['a "quoted" \\ word', "two\nlines\n", "£ and é", "2026-01-01", ""]
)
def test_awkward_words_survive(value: str) -> None:
    rule = {"id": "x", "odd key": value, "basis": {"power": value}, "case": [{"name": value}]}
    assert canonical(tomllib.loads(as_file(rule))) == canonical(rule)
