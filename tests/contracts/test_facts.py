"""What each event puts on record, and what it leaves unknown."""

import json
from typing import Any

import pytest

from contracts.base import Scope, type_uri
from contracts.catalogue import EVENT_TYPES, read
from contracts.examples import example
from contracts.golden import compact
from contracts.labels import routing

JTI = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"


def facts(name: str, version: int = 1, **said: Any) -> set[tuple[str, str, str | None]]:  # noqa: ANN401 - JSON
    """Return (name, value, whom or what it is about) of the facts of one event about an adult."""
    payload = read(type_uri(name, version), json.dumps({"about": "adult", **said}).encode())
    return {
        (fact.name, fact.value, fact.item or fact.agency)
        for fact in payload.facts()
        if fact.name != "subject_kind"
    }


CASES: list[tuple[str, str, dict[str, Any], set[tuple[str, str, str | None]]]] = [
    ("a bare concern says nothing of risk", "concern-raised", {}, set()),
    (
        "a concern says what was stated",
        "concern-raised",
        {"immediate_risk": "yes", "others_at_risk": "no", "implicated": ["provider-a"]},
        {
            ("imminent_threat", "yes", None),
            ("others_at_risk", "no", None),
            ("recipient_implicated", "yes", "provider-a"),
        },
    ),
    (
        "a concern states a refusal",
        "concern-raised",
        {"consent": "refused"},
        {("consent", "refused", None)},
    ),
    (
        "a referrer who did not ask buries no refusal",
        "concern-raised",
        {"consent": "not_sought"},
        set(),
    ),
    (
        "a whistleblower's concern is marked on the item",
        "concern-raised",
        {"from_whistleblower": "yes", "notifiable": "yes"},
        {("from_whistleblower", "yes", None), ("notifiable", "yes", None)},
    ),
    (
        "a request for one's own data is its poster's to answer",
        "subject-access-requested",
        {"received_on": "2026-03-02"},
        {("access_request", "received", None)},
    ),
    (
        "a referral makes a partner",
        "referral-made",
        {"to": "police-a"},
        {("role_on_case", "partner", "police-a")},
    ),
    (
        "consent covers those it names",
        "consent-given",
        {"recipients": ["police-a", "council-a"]},
        {
            ("consent", "given", None),
            ("consent_covers_recipient", "yes", "police-a"),
            ("consent_covers_recipient", "yes", "council-a"),
        },
    ),
    ("consent refused", "consent-refused", {}, {("consent", "refused", None)}),
    ("consent withdrawn from all", "consent-withdrawn", {}, {("consent", "withdrawn", None)}),
    (
        "consent withdrawn from one leaves the rest",
        "consent-withdrawn",
        {"withdrawn_from": ["police-a"]},
        {("consent_covers_recipient", "no", "police-a")},
    ),
    (
        "consent not sought says why",
        "consent-not-sought",
        {"why": "would_prejudice"},
        {("consent", "not_sought", None), ("why_no_consent", "would_prejudice", None)},
    ),
    (
        "capacity for sharing counts",
        "capacity-assessed",
        {"decision": "information_sharing", "result": "lacks", "best_interests": "yes"},
        {("capacity", "lacks", None), ("best_interests", "yes", None)},
    ),
    (
        "capacity for another decision does not",
        "capacity-assessed",
        {"decision": "finance", "result": "lacks"},
        set(),
    ),
    ("coercion suspected", "coercion-suspected", {}, {("coercion", "suspected", None)}),
    (
        "all three tests make reasonable cause",
        "s42-decision",
        {
            "care_and_support_needs": "yes",
            "abuse_or_risk": "yes",
            "cannot_protect_self": "yes",
            "decision": "s42_enquiry",
        },
        {("s42", "reasonable_cause", None), ("care_needs", "yes", None), ("at_risk", "yes", None)},
    ),
    (
        "two tests do not",
        "s42-decision",
        {
            "care_and_support_needs": "yes",
            "abuse_or_risk": "yes",
            "cannot_protect_self": "no",
            "decision": "other_enquiry",
        },
        {
            ("s42", "no_reasonable_cause", None),
            ("care_needs", "yes", None),
            ("at_risk", "yes", None),
        },
    ),
    (
        "an agency is asked to enquire",
        "enquiry-caused-to",
        {"agency": "provider-a", "due": "2026-02-01"},
        {("role_on_case", "asked_to_enquire", "provider-a")},
    ),
    (
        "an enquiry has a lead",
        "enquiry-opened",
        {"lead": "council-a"},
        {("role_on_case", "lead", "council-a")},
    ),
    (
        "a part in the case ends",
        "role-assigned",
        {"agency": "provider-a", "role": "none"},
        {("role_on_case", "none", "provider-a")},
    ),
    (
        "a hold names from whom",
        "hold",
        {"until": "2026-03-14", "implicated": ["provider-a"]},
        {("hold", "active", None), ("recipient_implicated", "yes", "provider-a")},
    ),
    (
        "lifting a hold clears only those it names",
        "hold-lifted",
        {"no_longer_implicated": ["provider-a"]},
        {("hold", "lifted", None), ("recipient_implicated", "no", "provider-a")},
    ),
    (
        "a serious crime",
        "crime-reported",
        {"serious": "yes"},
        {("serious_crime", "yes", None)},
    ),
    ("no further action lifts nothing", "outcome", {"result": "no_further_action"}, set()),
    (
        "a safe address and who could leak it",
        "safe-address-set",
        {"serving_alleged_perpetrator": ["provider-a"]},
        {("safe_address", "needed", None), ("recipient_serves_ap", "yes", "provider-a")},
    ),
    (
        "a retraction is about the earlier item",
        "retracted",
        {"item": JTI, "reason": "mistaken"},
        {("item_status", "retracted", JTI)},
    ),
    (
        "a replaced item no longer stands",
        "corrected",
        {"item": JTI, "replacement": JTI.replace("a", "b")},
        {("item_status", "retracted", JTI)},
    ),
    ("a correction beside it leaves it standing", "corrected", {"item": JTI}, set()),
    (
        "text is cleared on the earlier item",
        "cleared-for-release",
        {"item": JTI},
        {("narrative_cleared", "yes", JTI)},
    ),
    (
        "what the board was given is locked",
        "s45-response",
        {"to": "sab-a", "complied": "yes"},
        {("locked_purpose", "sab_functions", None)},
    ),
    (
        "a child referral",
        "child-referral",
        {},
        {("child_at_risk", "yes", None), ("bears_on_child", "yes", None)},
    ),
    (
        "a child enquiry that found nothing says nothing",
        "s47",
        {"stage": "no_further_action"},
        {("bears_on_child", "yes", None)},
    ),
    (
        "a fitness referral says whose registrant",
        "ftp-referred",
        {"to": "nmc"},
        {("registrant_of_recipient", "yes", "nmc"), ("sent_under", "fitness_referral", None)},
    ),
    (
        "a fact is stated by name and value",
        "fact-stated",
        {"says": "slavery=reasonable_grounds"},
        {("slavery", "reasonable_grounds", None)},
    ),
    (
        "what an agency has to do with the subject",
        "relation-stated",
        {"says": "engages_professional=employer", "agency": "provider-a"},
        {("engages_professional", "employer", "provider-a")},
    ),
    (
        "a mark is on the item and on the statement",
        "item-marked",
        {"says": "adoption_record=yes", "item": JTI},
        {("adoption_record", "yes", JTI), ("adoption_record", "yes", None)},
    ),
    (
        "a demand is its poster's own, of the holder it names",
        "disclosure-requested",
        {"purpose": "regulate_provider", "legal_demand": "cqc_s64", "of": "gp-a"},
        {("demand_on_record", "cqc_s64", None)},
    ),
    (
        "section 45 is demanded by a request that states a function, and not so",
        "disclosure-requested",
        {"purpose": "board_assurance", "legal_demand": "s45"},
        set(),
    ),
    (
        "nor does an agency's word make an order of a court",
        "disclosure-requested",
        {"purpose": "subject_rights", "legal_demand": "court_order"},
        set(),
    ),
    (
        "a board's demand",
        "s45-request",
        {"to": "gp-a", "function": "review", "asked": "a chronology"},
        {("demand_on_record", "s45", None)},
    ),
    (
        "a police request about a victim that says it meets the tests",
        "victim-info-request",
        {
            "to": "gp-a",
            "line_of_enquiry": "who was there",
            "victim_told": "yes",
            "necessary_and_proportionate": "yes",
        },
        {("lawful_request", "victim_information", None), ("victim_test", "met", None)},
    ),
    (
        "one whose victim was not told, without an exception",
        "victim-info-request",
        {"to": "gp-a", "line_of_enquiry": "who was there", "victim_told": "no"},
        {("lawful_request", "victim_information", None), ("victim_test", "not_met", None)},
    ),
    ("a death", "death", {}, {("deceased", "yes", None)}),
    (
        "a Channel panel",
        "channel-decision",
        {"decision": "adopted", "panel": ["police-a"]},
        {("channel", "adopted", None), ("channel_panel", "member", "police-a")},
    ),
]


@pytest.mark.parametrize(
    ("name", "said", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_event_puts_on_record(
    name: str, said: dict[str, Any], expected: set[tuple[str, str, str | None]]
) -> None:
    assert facts(name, **said) == expected


def test_a_dispute_names_whose_item_it_is_about() -> None:
    payload = read(
        type_uri("disputed"),
        json.dumps(
            {"about": "adult", "item": JTI, "item_by": "council-a", "by": "subject"}
        ).encode(),
    )
    (disputed,) = [fact for fact in payload.facts() if fact.name == "item_status"]
    assert (disputed.scope, disputed.item, disputed.agency) == (Scope.ITEM, JTI, "council-a")


def test_consent_lasts_as_long_as_it_was_given_for() -> None:
    payload = read(
        type_uri("consent-given"),
        b'{"about":"adult","recipients":["police-a"],"lasts_days":30}',
    )
    assert {f.lasts_days for f in payload.facts() if f.name != "subject_kind"} == {30}


@pytest.mark.parametrize(
    ("name", "said", "asked"),
    [
        ("concern-raised", {"addressed_to": ["police-a"]}, ("police-a",)),
        ("concern-raised", {"implicated": ["provider-a"]}, ()),
        ("referral-made", {"to": "police-a", "addressed_to": ["gp-a"]}, ("police-a", "gp-a")),
        ("hold", {"until": "2026-03-14", "implicated": ["provider-a"]}, ()),
        ("feedback-given", {"stage": "closed"}, ()),
        ("feedback-given", {"stage": "closed", "to": "gp-a"}, ("gp-a",)),
        ("joint-investigation", {"partners": ["council-a"]}, ("council-a",)),
        ("notice-deferred", {"why": "cannot_be_reached", "review_on": "2026-02-01"}, ()),
    ],
)
def test_an_item_is_meant_for_those_it_asks_and_never_for_those_it_implicates(
    name: str, said: dict[str, Any], asked: tuple[str, ...]
) -> None:
    payload = read(type_uri(name), json.dumps({"about": "adult", **said}).encode())
    assert payload.addressees() == asked


def test_every_addressee_is_an_agency_the_event_names_in_the_open() -> None:
    asked = 0
    for uri, kind in EVENT_TYPES.items():
        payload = read(uri, compact(example(kind)))
        named = set(strings(list(routing(payload).values())))
        assert set(payload.addressees()) <= named, uri
        asked += bool(payload.addressees())
    assert asked > 50


def strings(values: list[Any]) -> list[str]:
    """Return the strings in a list and in its lists."""
    inner = [value if isinstance(value, list) else [value] for value in values]
    return [text for texts in inner for text in texts if isinstance(text, str)]
