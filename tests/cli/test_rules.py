"""Run the rulebook's commands: what they print, and how they end."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import hub.rulebook
from adapters.kit import urn
from contracts.concern import ConcernRaised
from hub.cli import app
from hub.rulebook import shipped
from hub.rulebook.build import canonical
from hub.rulebook.loader import shipped_folder, tables
from tests.support.hub_process import RunningHub, environment

LAW = Path(hub.rulebook.__file__).parent / "law"
FACTS = "subject_kind=adult,recipient_kind=council,s42=reasonable_cause"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rulebook", *arguments])


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAW, tmp_path / "law"))


def test_check_prints_one_object_and_everything_holds() -> None:
    done = run("check", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["rules"] == report["gateways"] + report["layers"] + report["bars"] >= 65
    assert (report["unpinned_conditions"], report["conflicts"], report["wrong"]) == (0, 0, [])
    assert report["pinned_conditions"] > 400
    assert all(report["proofs"].values())
    assert report["sha256"] == shipped().sha256


def test_explain_says_what_and_why_and_asks_what_is_next() -> None:
    done = run("explain", "--facts", FACTS, "--json")
    report = json.loads(done.stdout)
    assert set(report["verdicts"].values()) == {"do_not_share"}
    question = report["next_question"]
    assert question["words"] == shipped().vocabulary[question["fact"]].question
    words = run("explain", "--facts", FACTS, "--on", "2026-07-01").stdout
    assert words.startswith("DO NOT SHARE: ")
    assert "\nNEXT: " in words


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--facts", "ann=yes"), "there is no such fact"),
        (("--facts", "consent=perhaps"), "`consent` is one of given, refused"),
        (("--on", "tomorrow"), "a day is written as 2026-07-01"),
    ],
)
def test_a_fact_or_day_that_does_not_exist_is_refused_without_repeating_it(
    arguments: tuple[str, str], problem: str
) -> None:
    done = run("explain", *arguments)
    assert done.exit_code == 1
    assert problem in done.stderr
    assert arguments[1].rpartition("=")[2] not in done.stderr


@pytest.mark.heavy
def test_diff_tells_a_wider_draft_by_its_exit_code(draft: Path) -> None:
    same = run("diff", str(draft), "--json")
    assert (same.exit_code, json.loads(same.stdout)) == (0, {"differences": []})
    rule = draft / "rules" / "referrer-feedback.toml"
    rule.write_text(rule.read_text().replace('"direct_care"]', '"direct_care", "commissioning"]'))
    wider = run("diff", str(draft), "--on", "2026-07-01")
    assert wider.exit_code == 1
    assert wider.stdout.startswith("WIDER: referrer-feedback permits more: ")
    assert "purpose=commissioning" in wider.stdout


def test_diff_reads_a_release_as_one_file_of_canonical_text(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_text(canonical(tables(shipped_folder())))
    assert json.loads(run("diff", str(file), "--json").stdout) == {"differences": []}


def test_a_draft_that_does_not_load_is_named(draft: Path) -> None:
    (draft / "rules" / "marac.toml").unlink()
    (draft / "obligations.toml").unlink()
    done = run("diff", str(draft))
    assert done.exit_code == 1
    assert "obligations.toml: *: cannot be read" in done.stderr


def test_docs_writes_every_page(tmp_path: Path) -> None:
    done = run("docs", str(tmp_path / "pages"))
    assert done.exit_code == 0
    assert (tmp_path / "pages" / "dpia.md").read_text().startswith("# For the data protection")
    assert len(list((tmp_path / "pages" / "rules").iterdir())) == len(shipped().rules)


def test_whatif_reads_the_ledgers_history(hub: RunningHub, draft: Path) -> None:
    told = environment(hub.settings)
    number = hub.nhs_number()
    concern = ConcernRaised(
        about="adult", at_risk="yes", care_needs="yes", addressed_to=("north-council",)
    )
    hub.post("oak-gp", concern, urn(f"urn:nhs:number:{number}"))
    hub.settle()
    subject = hub.find("north-council", number)
    (page,) = hub.client("north-council").timeline(subject, purpose="safeguarding_enquiry")
    assert "adult-concern-to-council" in json.dumps(page.data)
    hub.settle()
    rule = draft / "rules" / "adult-concern-to-council.toml"
    rule.write_text(rule.read_text().replace("in_force_from = 20", "in_force_from = 30"))
    same, other = (
        json.loads(
            CliRunner().invoke(app, ["rulebook", "whatif", str(law), "--json"], env=told).stdout
        )
        for law in (LAW, draft)
    )
    assert same["decisions"] == other["decisions"] > 0
    assert (same["differing"], same["changed_rules"]) == (0, [])
    assert other["differing"] > 0
    assert other["changed_rules"] == ["adult-concern-to-council"]
