"""Lay a partnership's rules over the law: they may narrow, and every way to widen is refused."""

import shutil
from pathlib import Path

import pytest

import hub.rulebook
from hub.rulebook import Rulebook, decide, errors, load, shipped
from hub.rulebook.build import rule_files
from hub.rulebook.cases import DAY, differences
from hub.rulebook.loader import boards, draft, shipped_folder, tables
from hub.rulebook.overlay import lay_over, widenings

BASE = shipped()
LOCAL = Path(hub.rulebook.__file__).parent / "law" / "local" / "example-board"
LAID = load(shipped_folder(), board="example-board")
TABLES = tables(shipped_folder())
FEEDBACK = (LOCAL / "referrer-feedback.toml").read_text()


def laid(name: str, text: str) -> Rulebook:
    import tomllib  # noqa: PLC0415 - a rule as a board might write it

    files = rule_files({name: tomllib.loads(text)}, "local/a-board")
    return lay_over(BASE, "a-board", files)


def test_the_example_board_is_found_and_only_narrows() -> None:
    assert boards(shipped_folder()) == ("example-board",)
    assert list(widenings(BASE, LAID)) == []
    assert LAID.sha256 != BASE.sha256


def test_its_cases_hold_and_its_rules_carry_its_name() -> None:
    own = [rule for rule in LAID.rules if rule.name.endswith(".example-board")]
    assert {rule.id for rule in own} == {"local-refuge-commissioner", "referrer-feedback"}
    for rule in own:
        assert [differences(LAID, rule, case) for case in rule.file.case] == [()] * len(
            rule.file.case
        )


def test_it_takes_away_and_never_gives() -> None:
    scene = LAID.rule("local-refuge-commissioner").file.scene
    assert decide(scene, LAID, DAY).shown < decide(scene, BASE, DAY).shown


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('in = ["concern", "enquiry"]', 'in = ["concern", "enquiry", "prevent"]', "would be wider"),
        ('categories = ["outcome"', 'categories = ["concern", "outcome"', "would be wider"),
        ('"minimum_necessary", ', "", "leaves out"),
        ("version = 1", "version = 2", "version"),
        ("in_force_from = 2015-04-01", "in_force_from = 2014-04-01", "version"),
        (
            'layers = ["L-public-task"]',
            'layers = ["L-public-task", "L-legitimate-interests"]',
            "wider",
        ),
    ],
)
def test_a_permit_written_wider_is_refused(before: str, after: str, problem: str) -> None:
    assert before in FEEDBACK
    with pytest.raises(errors.OverlayWidensError, match=problem) as refused:
        laid("referrer-feedback", FEEDBACK.replace(before, after))
    assert refused.value.file == "local/a-board/referrer-feedback.toml"


def test_a_permit_of_a_boards_own_is_refused() -> None:
    text = FEEDBACK.replace('id = "referrer-feedback"', 'id = "local-feedback"')
    with pytest.raises(errors.OverlayWidensError, match="may only forbid"):
        laid("local-feedback", text)


@pytest.mark.parametrize("bar", ["x-third-party", "x-capacity-refusal", "x-tipping-off"])
def test_a_bar_of_the_law_cannot_be_written_again(bar: str) -> None:
    text = (Path(hub.rulebook.__file__).parent / f"law/rules/{bar}.toml").read_text()
    with pytest.raises(errors.OverlayWidensError, match="a local forbid has an id"):
        laid(bar, text)


def test_a_layer_cannot_be_laid_over() -> None:
    text = (Path(hub.rulebook.__file__).parent / "law/rules/L-public-task.toml").read_text()
    with pytest.raises(errors.OverlayWidensError, match="may only forbid"):
        laid("L-public-task", text)


@pytest.mark.heavy
def test_a_board_that_is_not_there_and_a_draft_that_is_no_law_are_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.MalformedFileError, match="there is no such folder"):
        load(shipped_folder(), board="nowhere")
    with pytest.raises(errors.MalformedFileError, match="cannot be read"):
        draft(tmp_path / "law.json")
    copy = Path(shutil.copytree(LOCAL.parents[1], tmp_path / "law"))
    assert draft(copy).sha256 == BASE.sha256
