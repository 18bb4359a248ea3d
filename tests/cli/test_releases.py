"""Make law by command: what it prints, and what nobody can do alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import hub.rulebook
from hub.cli import app
from hub.rulebook import shipped
from hub.rulebook.rule import digest
from tests.journeys.people import concern
from tests.support.hub_process import RunningHub, environment

LAW = Path(hub.rulebook.__file__).parent / "law"


def run(hub: RunningHub, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rulebook", *arguments], env=environment(hub.settings))


def told(hub: RunningHub, *arguments: str) -> dict[str, Any]:
    done = run(hub, *arguments, "--json")
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def proposal(hub: RunningHub) -> dict[str, Any]:
    """The shipped law proposed once more: the session's other tests notice nothing of it."""
    return told(hub, "propose", "--officer", "officer-3")


def test_a_proposal_comes_with_what_it_would_have_changed(proposal: dict[str, Any]) -> None:
    assert proposal["sha256"] == shipped().sha256
    assert proposal["report_sha256"] == digest(proposal["report"])
    assert (proposal["report"]["differing"], proposal["report"]["changed_rules"]) == (0, [])


def test_it_takes_two_others_to_release(hub: RunningHub, proposal: dict[str, Any]) -> None:
    jti, report = proposal["proposal"], proposal["report_sha256"]
    own = run(hub, "approve", jti, "--officer", "officer-3", "--report", report)
    assert (own.exit_code, "nobody approves what they proposed" in own.stderr) == (1, True)
    told(hub, "approve", jti, "--officer", "officer-1", "--report", report)
    early = run(hub, "release", jti)
    assert (early.exit_code, "1 of 2 officers" in early.stderr) == (1, True)
    told(hub, "approve", jti, "--officer", "officer-2", "--report", report)
    law = told(hub, "release", jti)
    assert (law["approved_by"], law["report_sha256"]) == (["officer-1", "officer-2"], report)
    listed = told(hub, "releases")
    assert [row["in_force"] for row in listed["releases"]][-1] is True
    assert [row["released"] for row in listed["proposals"]] == [True]
    assert "IN FORCE" in run(hub, "releases").stdout
    hub.settle()


def test_an_answer_of_the_register_is_explained_in_words(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number, addressed_to=("north-council",))
    hub.settle()
    subject = hub.find("north-council", number)
    page = hub.client("north-council").timeline_page(subject, purpose="safeguarding_enquiry")
    (item,) = page.data["items"]
    hub.settle()  # the register is a view: it comes a moment after the answer
    entry = _answer_about(hub, subject)
    found = told(hub, "explain", "--answer", entry)
    assert (found["partner"], found["release"]) == ("north-council", shipped().release)
    (one,) = found["items"]
    assert one["found_again"]
    assert {b["rule"] for b in item["because"]} <= {b["rule"] for b in one["because"]}
    words = run(hub, "explain", "--answer", entry).stdout
    assert f"under release {shipped().release}" in words
    unknown = run(hub, "explain", "--answer", proposal_of_nobody())
    assert (unknown.exit_code, "no such answer" in unknown.stderr) == (1, True)


def proposal_of_nobody() -> str:
    return "00000000-0000-4000-8000-000000000000"


def _answer_about(hub: RunningHub, subject: str) -> str:
    rows = hub.client("ig-office").register(user="ig-1", subject=subject).data["entries"]
    return str(next(row["jti"] for row in rows if row["channel"] == "timeline"))


def test_the_law_in_force_is_compared_printed_and_checked_where_asked(
    hub: RunningHub, tmp_path: Path
) -> None:
    same = run(hub, "diff", str(LAW), "--in-force", "--json")
    assert (same.exit_code, json.loads(same.stdout)) == (0, {"differences": []}), same.output
    done = run(hub, "docs", str(tmp_path), "--in-force")
    assert (done.exit_code, (tmp_path / "dpia.md").is_file()) == (0, True)
    report = json.loads(run(hub, "check", "--in-force", "--json").stdout)
    assert report["sha256"] == shipped().sha256
    assert all(report["proofs"].values())


def test_without_a_ledger_there_is_no_law_in_force(tmp_path: Path) -> None:
    nowhere = {
        "HUB_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "HUB_KEYS_DIR": str(tmp_path),  # else it draws the hub's key beside this repository
    }
    done = CliRunner().invoke(app, ["rulebook", "docs", "--in-force"], env=nowhere)
    assert done.exit_code != 0
    assert "nobody" not in done.output
