"""Spoil one line of the law at a time, and see it refused by name, file and field."""

import shutil
from pathlib import Path

import pytest

import hub.rulebook
from hub.rulebook import errors, load, shipped
from tests.rulebook.spoilt import SPOILT, Spoil

LAW = Path(hub.rulebook.__file__).parent / "law"
S42 = "rules/s42-enquiry.toml"


@pytest.fixture
def law(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAW, tmp_path / "law"))


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_law_does_not_load(law: Path, spoil: Spoil) -> None:
    text = (law / spoil.file).read_text()
    assert spoil.before in text
    (law / spoil.file).write_text(text.replace(spoil.before, spoil.after, 1))
    with pytest.raises(spoil.error) as refused:
        load(law)
    promise = isinstance(refused.value, errors.BrokenPromiseError)
    assert refused.value.file == ("rulebook.toml" if promise else spoil.file)
    assert refused.value.field == spoil.field


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
    before = load(law)
    text = (law / S42).read_text()
    (law / S42).write_text(text.replace("A section 42 enquiry by", "An enquiry by"))
    reworded = load(law)
    assert reworded.sha256 == before.sha256 == shipped().sha256
    assert reworded.text_sha256 != before.text_sha256
    (law / S42).write_text(text.replace('"protect_from_harm", "crime_inv', '"crime_inv'))
    assert load(law).sha256 != before.sha256
