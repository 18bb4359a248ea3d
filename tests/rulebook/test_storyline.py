"""Ask the shipped law what the demo's storyline asks, one situation after another."""

from datetime import date

import pytest

from contracts.base import Category
from hub.rulebook import Decision, Outcome, decide, shipped

LAW = shipped()
DAY = date(2026, 7, 1)
REQUEST = {"purpose": "safeguarding_enquiry", "necessary": "yes"}
ITEM = {
    "own_record": "no",
    "addressed_to_recipient": "no",
    "item_kind": "concern",
    "sender_kind": "gp",
    "sender_public_authority": "yes",
    "recipient_prevent_specified": "no",
}
ENQUIRY = {
    "subject_kind": "adult",
    "at_risk": "yes",
    "care_needs": "yes",
    "s42": "reasonable_cause",
}
REFUSED = {
    "subject_kind": "adult",
    "consent": "refused",
    "capacity": "has",
    "coercion": "not_suspected",
    "others_at_risk": "no",
}
SPECIFIED = {"recipient_prevent_specified": "yes"}
COUNCIL = {"recipient_kind": "council", **SPECIFIED}
POLICE = {"recipient_kind": "police", **SPECIFIED}
POLICE_REQUEST = {
    "legal_demand": "police_request",
    "demand_on_record": "police_request",
    "offence_stated": "yes",
    "purpose": "crime_investigation",
    "necessary": "yes",
}


def ask(*facts: dict[str, str]) -> Decision:
    joined = dict(ITEM)
    for more in facts:
        joined |= more
    return decide(joined, LAW, DAY)


def shown(*facts: dict[str, str]) -> set[str]:
    return set(ask(*facts).shown)


def test_lead_council_reads_a_concern_with_health_and_police_partner_reads_no_third_party() -> None:
    council = shown(ENQUIRY, COUNCIL, REQUEST, {"role_on_case": "lead"})
    police = shown(ENQUIRY, POLICE, REQUEST, {"role_on_case": "partner"})
    assert {"concern", "health", "criminal", "third_party"} <= council
    assert {"concern", "criminal"} <= police
    assert not police & {"third_party", "whistleblower"}
    assert "whistleblower" not in council


def test_a_concern_just_sent_is_readable_before_triage_by_the_council_it_was_sent_to() -> None:
    fresh = {"subject_kind": "adult", "at_risk": "yes"}
    sent = {"addressed_to_recipient": "yes"}
    assert "concern" in shown(fresh, COUNCIL, REQUEST, sent)
    assert shown(fresh, COUNCIL, REQUEST) == set()
    assert shown(fresh, POLICE, REQUEST, sent) == set()


def test_capacitous_refusal_stops_the_police_and_coercion_reopens_it_for_a_person() -> None:
    refused = ask(REFUSED, POLICE, POLICE_REQUEST)
    assert refused.shown == frozenset()
    assert refused.lead[Category.EXISTENCE] == "x-capacity-refusal"
    reopened = ask(REFUSED, POLICE, POLICE_REQUEST, {"coercion": "suspected"})
    assert reopened.outcomes[Category.CONCERN] is Outcome.REFER
    assert reopened.shown == frozenset()


def test_a_refusal_nobody_looked_behind_goes_to_a_person() -> None:
    facts = {"subject_kind": "adult", "consent": "refused", "s42": "reasonable_cause"}
    decision = ask(facts, POLICE, REQUEST, {"role_on_case": "partner"})
    assert decision.outcomes[Category.EXISTENCE] is Outcome.REFER
    assert set(decision.missing) >= {
        ("x-capacity-refusal", "coercion"),
        ("x-capacity-refusal", "others_at_risk"),
    }


@pytest.mark.parametrize("own", ["yes", "no"])
def test_an_implicated_provider_under_a_hold_keeps_its_own_and_learns_nothing(own: str) -> None:
    hold = {"hold": "active", "recipient_implicated": "yes", "own_record": own}
    part = {"recipient_kind": "provider", "role_on_case": "asked_to_enquire"}
    decision = ask(ENQUIRY, part, REQUEST, hold)
    assert decision.shown == (frozenset(Category) if own == "yes" else frozenset())
    if own == "no":
        assert decision.silent == frozenset(Category)
        assert decision.nameable == frozenset()


def test_a_hold_hides_nothing_from_those_who_protect() -> None:
    hold = {"hold": "active"}
    assert "concern" in shown(ENQUIRY, COUNCIL, REQUEST, {"role_on_case": "lead"}, hold)
    partner = {"recipient_kind": "nhs_trust", "role_on_case": "partner"}
    assert "concern" in shown(ENQUIRY, partner, REQUEST, hold)


def test_no_agency_kind_is_ever_shown_who_spoke_up() -> None:
    everything = frozenset(LAW.vocabulary) - {"own_record", "court_order_covers"}
    decision = decide({"own_record": "no"}, LAW, DAY, open_facts=everything)
    assert Category.WHISTLEBLOWER not in decision.shown
    assert len(decision.shown) == len(Category) - 1


@pytest.mark.parametrize(
    ("kind", "specified", "sees"),
    [
        ("council", "yes", True),
        ("police", "yes", True),
        ("nhs_trust", "yes", True),
        ("nhs_trust", "no", False),
        ("cqc", "no", False),
        ("cqc", "yes", False),
        ("gp", "no", False),
        ("provider", "no", False),
    ],
)
def test_a_prevent_referral_reaches_specified_authorities_only(
    kind: str, specified: str, *, sees: bool
) -> None:
    facts = {
        "subject_kind": "adult",
        "item_kind": "prevent",
        "recipient_kind": kind,
        "recipient_prevent_specified": specified,
        "purpose": "prevent",
        "necessary": "yes",
    }
    assert bool(shown(facts)) is sees


def test_a_regulator_reads_the_conduct_of_its_registrant_and_no_patient() -> None:
    demand = {
        "legal_demand": "ftp_article25",
        "demand_on_record": "ftp_article25",
        "purpose": "regulate_professional",
        "recipient_kind": "professional_regulator",
        "registrant_of_recipient": "yes",
    }
    assert shown({"subject_kind": "professional", "item_kind": "professional"}, demand) == {
        "professional",
        "concern",
        "outcome",
        "existence",
    }
    assert shown(ENQUIRY, demand) == set()


def test_a_board_has_counts_and_names_only_on_a_section_45_demand() -> None:
    board = {"recipient_kind": "sab", "purpose": "board_assurance"}
    assert shown({"subject_kind": "agency", "aggregate_only": "yes"}, board) == {
        "concern",
        "outcome",
        "existence",
    }
    assert shown(ENQUIRY, board, {"necessary": "yes"}) == set()
    assert shown(ENQUIRY, board, {"legal_demand": "s45", "demand_on_record": "none"}) == set()
    assert "identity" in shown(ENQUIRY, board, {"legal_demand": "s45", "demand_on_record": "s45"})


@pytest.mark.parametrize("kind", ["council", "police", "nhs_trust", "gp", "provider"])
def test_an_emergency_reaches_whoever_can_help(kind: str) -> None:
    threat = {"subject_kind": "adult", "imminent_threat": "yes", "recipient_kind": kind}
    urgent = {"purpose": "emergency", "emergency": "yes"}
    assert "health" in shown(threat, urgent)
    assert shown(threat | {"imminent_threat": "no"}, urgent) == set()


def test_cqc_reads_notifications_and_setting_concerns_without_names() -> None:
    cqc = {"recipient_kind": "cqc", "purpose": "regulate_provider", "sender_kind": "provider"}
    notified = {"subject_kind": "adult", "item_kind": "notification", "notifiable": "yes"}
    assert shown(notified, cqc) == {"concern", "health", "outcome", "existence"}
    setting = {"subject_kind": "setting", "item_kind": "setting"}
    assert shown(setting, cqc) == {"concern", "outcome", "existence"}


@pytest.mark.parametrize("kind", ["children_services", "police"])
def test_a_child_at_risk_is_told_of_without_consent(kind: str) -> None:
    facts = REFUSED | {"child_at_risk": "yes", "recipient_kind": kind}
    asked = {"purpose": "child_protection", "necessary": "yes"}
    assert shown(facts, asked, {"bears_on_child": "no"}) == set()
    got = shown(facts, asked, {"bears_on_child": "yes"})
    assert got == {"identity", "contact", "concern", "criminal", "existence"}


@pytest.mark.parametrize(("own", "sees"), [("yes", True), ("no", False)])
def test_a_retracted_item_is_kept_by_its_poster_only(own: str, *, sees: bool) -> None:
    retracted = {"item_status": "retracted", "own_record": own, "role_on_case": "lead"}
    assert bool(shown(ENQUIRY, COUNCIL, REQUEST, retracted)) is sees
