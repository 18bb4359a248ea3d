"""The table of purposes: every kind and purpose has an answer, and it agrees with the rules."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.subject import AGENCY_KINDS, PURPOSES
from hub.disclosure.purposes import purposes_of
from hub.rulebook import shipped
from hub.rulebook.build import build
from hub.rulebook.errors import UnknownValueError
from hub.rulebook.loader import shipped_folder, tables
from tests.support.parts import CAST, Parts

LAW = shipped()
TABLE = purposes_of(LAW)
NOBODY = UUID("00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize("kind", AGENCY_KINDS)
def test_a_refusal_says_what_is_for_whom_and_what_would_be_open(kind: str) -> None:
    may = TABLE.open_to(kind)
    assert {"subject_rights", "audit"} <= set(may)
    for purpose in PURPOSES:
        refusal = TABLE.refusal(kind, purpose)
        assert (refusal is None) is (purpose in may)
        if refusal is not None:
            assert TABLE.why[purpose] in refusal["reasons"][0]
            assert all(p.replace("_", " ") in refusal["what_would_change"][0] for p in may)


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        ("advocate", "regulate_provider"),
        ("provider", "crime_investigation"),
        ("cqc", "prevent"),
        ("gp", "prevent"),
        ("sab", "safeguarding_enquiry"),
        ("sab", "protect_from_harm"),
        ("police", "direct_care"),
        ("professional_regulator", "direct_care"),
        ("dbs", "safeguarding_enquiry"),
        ("hub", "safeguarding_enquiry"),
        ("coroner", "crime_investigation"),
        ("commissioner", "prevent"),
    ],
)
def test_a_kind_without_the_function_may_not_state_it(kind: str, purpose: str) -> None:
    assert TABLE.refusal(kind, purpose) is not None


def test_no_rule_shares_for_a_purpose_that_its_own_case_could_not_state() -> None:
    closed = []
    for rule in LAW.rules:
        for case in rule.file.case:
            facts = {**rule.file.scene, **case.given}
            facts = {n: v for n, v in facts.items() if n not in case.not_recorded}
            kind, purpose = facts.get("recipient_kind"), facts.get("purpose")
            if facts.get("own_record") == "yes" or None in (kind, purpose):
                continue
            shares = case.then.share or case.then.refer
            if shares and TABLE.refusal(str(kind), str(purpose)) is not None:
                closed.append((rule.id, case.name, kind, purpose))
    assert closed == []


@pytest.mark.parametrize("spoilt", ["missing", "unknown purpose", "unknown kind"])
def test_a_table_that_does_not_fit_the_closed_lists_is_refused(spoilt: str) -> None:
    law = tables(shipped_folder())
    table: dict[str, Any] = law["purposes"]
    if spoilt == "missing":
        del table["audit"]
    elif spoilt == "unknown purpose":
        table["curiosity"] = {"why": "because", "kinds": ["council"]}
    else:
        table["audit"] = {"why": "because", "kinds": ["newspaper"]}
    with pytest.raises(UnknownValueError, match=r"purposes\.toml"):
        build(law)


def test_a_release_without_the_table_lets_nobody_state_anything() -> None:
    law = tables(shipped_folder())
    del law["purposes"]
    closed = purposes_of(build(law))
    assert closed.open_to("council") == ()
    refusal = closed.refusal("council", "safeguarding_enquiry")
    assert refusal is not None
    assert "says of no purpose" in refusal["reasons"][0]


def test_the_desk_refuses_before_it_looks_and_records_it(parts: Parts) -> None:
    for partner in sorted(CAST):
        for purpose in PURPOSES:
            may = TABLE.refusal(CAST[partner], purpose) is None
            for asked in (parts.timeline, parts.request):
                answer = asked(partner, NOBODY, purpose=purpose)
                assert answer.outcome == "refused"
                assert (answer.reason == "purpose_not_open") is not may
                said = json.loads(answer.body)
                assert may or "may not state the purpose" in said["reasons"][0]
    stored = parts.rows(
        "SELECT partner, routing->>'purpose', count(*) FROM ledger.header"
        " WHERE type LIKE '%%disclosure-refused/v1' GROUP BY 1, 2"
    )
    assert len(stored) == len(CAST) * len(PURPOSES)
    assert {count for _, _, count in stored} == {2}
