"""Replay what an earlier release decided: the same facts have the same decision, id and all.

The file under golden/ is never edited. It holds the whole text of a release and decisions that
were made under it when it was the law; a change of the evaluator that alters one is a new
semantics, to be given a new number beside the old.
"""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.rulebook import decide, errors, shipped
from hub.rulebook.build import build, canonical, from_canonical
from hub.rulebook.loader import shipped_folder, tables

GOLDEN = Path(__file__).parent / "golden"


def release(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(gzip.decompress((GOLDEN / f"{name}.json.gz").read_bytes()))
    return read


def test_the_first_release_still_decides_as_it_did() -> None:
    golden = release("2026.1")
    law = from_canonical(golden["canonical"])
    assert (law.semantics, law.release, law.sha256) == ("1", "2026.1", golden["sha256"])
    assert len(golden["decisions"]) > 500
    wrong = [
        facts
        for facts, on, expected in golden["decisions"]
        if decide(facts, law, date.fromisoformat(on)).id != expected
    ]
    assert wrong == []


def test_a_release_is_the_same_from_its_canonical_text() -> None:
    text = canonical(tables(shipped_folder()))
    again = from_canonical(text)
    assert (again.sha256, again.text_sha256) == (shipped().sha256, shipped().text_sha256)
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rules": {}}'])
def test_what_is_no_release_is_refused(text: str) -> None:
    with pytest.raises(errors.MalformedFileError):
        from_canonical(text)


def test_semantics_one_still_asks_for_the_articles_in_words() -> None:
    parsed = json.loads(release("2026.1")["canonical"])
    del parsed["rules"]["s42-enquiry"]["basis"]["special_category"]
    with pytest.raises(errors.MissingBasisError, match=r"basis\.special_category"):
        build(parsed)
