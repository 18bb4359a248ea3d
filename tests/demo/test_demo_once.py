"""`hub demo --once --json`, as a newcomer runs it: one object, and what it promises."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
POSTED_ABOUT_SPEAKING_UP = {"council", "cqc", "review-provider", "review-council", "review-cqc"}


@pytest.fixture(scope="module")
def told() -> Mapping[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "hub", "demo", "--once", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    said: Mapping[str, Any] = json.loads(line)
    return said


def test_it_is_as_large_as_promised(told: Mapping[str, Any]) -> None:
    assert told["agencies"] >= 9
    assert told["events_posted"] >= 120
    assert told["events_posted"] - told["events_by_kind"]["RecipientAcknowledged"] >= 120
    assert told["disclosures"] > 0
    assert told["refusals"] > 0
    assert told["seconds"] < 200


def test_hidden_and_unknown_are_the_same_and_the_register_is_whole(
    told: Mapping[str, Any],
) -> None:
    assert told["hidden_existence_identical"] is True
    assert told["register_complete"] is True


def test_nobody_but_its_poster_sees_who_spoke_up(told: Mapping[str, Any]) -> None:
    views = told["views"]
    assert all("whistleblower" not in view["categories_of_others"] for view in views.values())
    seen = {slug for slug, view in views.items() if "whistleblower" in view["categories"]}
    assert seen == POSTED_ABOUT_SPEAKING_UP


@pytest.mark.parametrize("partner", ["cqc", "gp", "provider", "commissioner", "nurse-regulator"])
def test_bodies_the_act_does_not_name_see_nothing_of_prevent(
    told: Mapping[str, Any], partner: str
) -> None:
    seen = {slug for slug, view in told["views"].items() if "prevent-referred" in view["types"]}
    assert partner not in seen
    assert {"council", "police", "nhs-trust"} <= seen


def test_what_was_taken_back_is_gone_from_every_other_view(told: Mapping[str, Any]) -> None:
    assert set(told["recalled"]) == {"council", "gp", "nhs-trust", "sab"}
    assert "crime-reported" not in told["views"]["gp"]["types"]


def test_a_gp_is_led_to_advice_by_questions(told: Mapping[str, Any]) -> None:
    said = told["advice"]
    assert said["asked"][0] == "consent"
    assert len(said["asked"]) == len(set(said["asked"])) >= 3
    assert said["settled"] is True
    assert said["verdicts"]["concern"] == "share"
    assert said["verdicts"]["whistleblower"] == "do_not_share"


def test_broken_glass_opens_one_thing_more_and_is_reviewed(told: Mapping[str, Any]) -> None:
    assert told["break_glass"] == {
        "opened": ["third_party"],
        "waited_for_review": 1,
        "completed": True,
        "verdict": "upheld",
        "still_waiting": 0,
    }


def test_the_duty_not_in_force_would_have_told_the_hospital_of_the_child(
    told: Mapping[str, Any],
) -> None:
    said = told["what_if"]
    assert said["rule"] == "child-duty-16LA"
    assert said["refusals_looked_at"] > len(said["would_have_shown"]) > 0
    shown = {(one["to"], one["about"]) for one in said["would_have_shown"]}
    assert shown == {("nhs_trust", "child")}
    for one in said["would_have_shown"]:
        assert {"identity", "concern"} <= set(one["categories"])
        assert not {"third_party", "whistleblower", "professional"} & set(one["categories"])


def test_the_hospitals_pattern_is_shown_years_before_anybody_acted(
    told: Mapping[str, Any],
) -> None:
    raised = [alarm for alarm in told["alarms"] if alarm["about"] == "hospital-1"]
    first = min(raised, key=lambda alarm: alarm["raised_on"])
    assert first["raised_on"] < "2009-09-30"
    assert {"review-council", "review-cqc", "review-police", "review-commissioner"} <= set(
        first["to"]
    )


def test_each_partner_sees_another_slice(told: Mapping[str, Any]) -> None:
    views = told["views"]
    slices = {
        (view["items"], tuple(view["categories"]))
        for slug, view in views.items()
        if not slug.startswith("review-")
    }
    assert len(slices) >= 8
    assert views["sab"]["of_others"] == 0
    assert views["safeguarding-lead"]["of_others"] == 0
