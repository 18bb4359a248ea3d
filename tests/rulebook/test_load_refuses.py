"""Spoil one line of the law at a time, and see it refused by name, file and field."""

import shutil
import tomllib
from pathlib import Path

import pytest

import hub.rulebook
from hub.rulebook import errors, load, shipped
from hub.rulebook.build import Tables, build
from hub.rulebook.loader import tables
from tests.rulebook.spoil import Spoil
from tests.rulebook.spoilt import SPOILT

LAW = Path(hub.rulebook.__file__).parent / "law"
S42 = "rules/s42-enquiry.toml"


TABLES = tables(LAW)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAW, tmp_path / "law"))


def spoilt(file: str, text: str) -> Tables:
    """The parsed law with one file exchanged: reading all of it for each fault takes too long."""
    place, _, name = file.removesuffix(".toml").rpartition("/")
    changed = tomllib.loads(text)
    if not place:
        return {**TABLES, name: changed}
    return {**TABLES, "rules": {**TABLES["rules"], name: changed}}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_law_does_not_load(spoil: Spoil) -> None:
    text = (LAW / spoil.file).read_text()
    assert spoil.before in text
    with pytest.raises(spoil.error) as refused:
        build(spoilt(spoil.file, text.replace(spoil.before, spoil.after, 1)))
    promise = isinstance(refused.value, errors.BrokenPromiseError)
    assert refused.value.file == ("rulebook.toml" if promise else spoil.file)
    assert refused.value.field == spoil.field


def test_a_layer_that_nobody_rests_on_is_refused() -> None:
    text = (LAW / "rules/emergency-life.toml").read_text().replace("L-vital-interests", "L-held")
    with pytest.raises(errors.BadLayerError, match=r"rules/L-vital-interests\.toml: id:"):
        build(spoilt("rules/emergency-life.toml", text))


def test_a_file_that_is_not_toml_is_named(law: Path) -> None:
    (law / S42).write_text("id = s42")
    with pytest.raises(errors.MalformedFileError, match=r"rules/s42-enquiry\.toml: \*:"):
        load(law)


def test_a_file_that_is_not_there_is_named(law: Path) -> None:
    (law / "obligations.toml").unlink()
    with pytest.raises(errors.MalformedFileError, match=r"obligations\.toml: \*: cannot be read"):
        load(law)


def test_a_vocabulary_without_the_kinds_of_agency_is_refused(law: Path) -> None:
    text = (law / "vocabulary.toml").read_text()
    (law / "vocabulary.toml").write_text(text.replace("[recipient_kind", "[receiver_kind"))
    with pytest.raises(errors.UnknownFactError, match=r"vocabulary\.toml: recipient_kind:"):
        load(law)


def test_a_note_beside_the_rules_is_not_read_as_one(law: Path) -> None:
    (law / "rules" / "README").write_text("not a rule")
    assert load(law).sha256 == shipped().sha256


def test_new_wording_or_cases_are_not_a_new_law_and_a_new_condition_is(law: Path) -> None:
    before = shipped()
    text = (law / S42).read_text()
    (law / S42).write_text(text.replace("A section 42 enquiry by", "An enquiry by"))
    reworded = load(law)
    assert reworded.sha256 == before.sha256
    assert reworded.text_sha256 != before.text_sha256
    (law / S42).write_text(text.replace('"protect_from_harm", "crime_inv', '"crime_inv'))
    assert load(law).sha256 != before.sha256
