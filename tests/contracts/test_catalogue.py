"""The catalogue as a whole: labels, names, facts and code lists."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts import catalogue, codes, subject
from contracts.base import Fact, Label, Line, Part, Payload, Scope, Text, label_of, part_of
from contracts.catalogue import EVENT_TYPES
from contracts.examples import example, minimal
from contracts.golden import compact
from contracts.integrity import RestatedFact, SubjectsSeparated
from contracts.marks import ROUTED
from contracts.publish import schema_of
from contracts.subject import SubjectHead

KINDS = sorted(EVENT_TYPES.values(), key=lambda kind: kind.TYPE)
VOCABULARY = Path(__file__).parents[2] / "hub/rulebook/law/vocabulary.toml"
YES_NO = {"yes", "no"}
# The facts that events may put on record, as the team agreed them; the rulebook's file must agree.
FACTS: dict[str, tuple[Scope, set[str]]] = {
    "subject_kind": (Scope.SUBJECT, set(subject.SUBJECT_KINDS)),
    "at_risk": (Scope.SUBJECT, YES_NO),
    "care_needs": (Scope.SUBJECT, YES_NO),
    "s42": (Scope.SUBJECT, {"reasonable_cause", "no_reasonable_cause"}),
    "consent": (Scope.SUBJECT, {"given", "refused", "withdrawn", "not_sought"}),
    "why_no_consent": (
        Scope.SUBJECT,
        {"cannot_be_given", "not_reasonable_to_seek", "would_prejudice"},
    ),
    "capacity": (Scope.SUBJECT, {"has", "lacks"}),
    "best_interests": (Scope.SUBJECT, YES_NO),
    "coercion": (Scope.SUBJECT, {"suspected", "not_suspected"}),
    "others_at_risk": (Scope.SUBJECT, YES_NO),
    "serious_crime": (Scope.SUBJECT, YES_NO),
    "imminent_threat": (Scope.SUBJECT, YES_NO),
    "hold": (Scope.SUBJECT, {"active", "lifted"}),
    "child_at_risk": (Scope.SUBJECT, YES_NO),
    "safe_address": (Scope.SUBJECT, {"needed", "not_needed"}),
    "role_on_case": (Scope.RELATION, {"lead", "asked_to_enquire", "partner", "none"}),
    "recipient_implicated": (Scope.RELATION, YES_NO),
    "consent_covers_recipient": (Scope.RELATION, YES_NO),
    "registrant_of_recipient": (Scope.RELATION, YES_NO),
    "recipient_serves_ap": (Scope.RELATION, YES_NO),
    "person_decided": (Scope.RELATION, {"share", "do_not_share"}),
    "access_request": (Scope.RELATION, {"received", "none"}),
    "officer_declared": (Scope.RELATION, {"declared", "withdrawn"}),
    "item_status": (Scope.ITEM, {"live", "retracted", "disputed"}),
    "narrative_cleared": (Scope.ITEM, YES_NO),
    "notifiable": (Scope.ITEM, YES_NO),
    "locked_purpose": (Scope.ITEM, {"none", "sab_functions"}),
    "from_whistleblower": (Scope.ITEM, YES_NO),
    "aggregate_only": (Scope.ITEM, YES_NO),
    "demand_on_record": (
        Scope.RELATION,
        {"none", "s45", "ftp_article25", "police_request", "cqc_s64"},
    ),
    "bears_on_child": (Scope.ITEM, YES_NO),
    "sent_under": (Scope.ITEM, set(subject.POWERS)),
    "lawful_request": (
        Scope.RELATION,
        {
            "none",
            "care_act_s7",
            "sar_s44",
            "child_review",
            "coroner_notice",
            "victim_information",
            "domestic_abuse_review",
        },
    ),
    "court_order_covers": (Scope.RELATION, {"nothing", "records", "records_and_who_spoke_up"}),
    "acts_for_person": (
        Scope.RELATION,
        {"advocate", "attorney", "family", "personal_representative", "none"},
    ),
    "engages_professional": (
        Scope.RELATION,
        {"employer", "volunteers", "training", "recruiting", "none"},
    ),
    "protects_from_subject": (Scope.RELATION, YES_NO),
    "channel_panel": (Scope.RELATION, {"member", "not_member"}),
    "raised_the_concern": (Scope.RELATION, YES_NO),
    "deceased": (Scope.SUBJECT, YES_NO),
    "attorney_abuse": (Scope.SUBJECT, {"suspected", "not_suspected"}),
    "care_objection": (Scope.SUBJECT, {"none", "objects", "likely_to_object", "anonymous_service"}),
    "risk_in_role": (Scope.SUBJECT, YES_NO),
    "professional_heard": (Scope.SUBJECT, {"heard", "unsafe", "not_heard"}),
    "harm_test": (Scope.SUBJECT, {"met", "not_met"}),
    "fitness": (Scope.SUBJECT, {"in_question", "not_in_question"}),
    "victim_test": (Scope.SUBJECT, {"met", "not_met"}),
    "marac": (Scope.SUBJECT, {"high_risk", "not_high_risk"}),
    "mappa": (Scope.SUBJECT, {"managed", "not_managed"}),
    "channel": (Scope.SUBJECT, {"adopted", "not_adopted"}),
    "slavery": (Scope.SUBJECT, {"reasonable_grounds", "no_grounds"}),
    "genital_mutilation": (Scope.SUBJECT, {"disclosed_or_seen", "not_so"}),
    "child_sexual_abuse": (Scope.SUBJECT, {"told_or_seen", "not_so"}),
    "child_welfare": (Scope.SUBJECT, {"relevant", "not_relevant"}),
    "detriment_to_child": (Scope.SUBJECT, {"greater", "not_greater"}),
    "learning_disability": (Scope.SUBJECT, YES_NO),
    "protected_person": (Scope.SUBJECT, YES_NO),
    "sexual_offence_victim": (Scope.SUBJECT, YES_NO),
    "counselling_record": (Scope.ITEM, YES_NO),
    "probative_value": (Scope.ITEM, {"substantial", "not_substantial"}),
    "patient_information": (Scope.ITEM, YES_NO),
    "safety_incident": (Scope.ITEM, YES_NO),
    "cqc_obtained": (Scope.ITEM, YES_NO),
    "gender_history": (Scope.ITEM, YES_NO),
    "adoption_record": (Scope.ITEM, YES_NO),
    "assisted_conception": (Scope.ITEM, YES_NO),
    "sexual_health": (Scope.ITEM, {"is_the_risk", "beside_the_risk", "none"}),
    "intelligence": (Scope.ITEM, YES_NO),
    "legal_privilege": (Scope.ITEM, YES_NO),
    "family_court": (Scope.ITEM, {"papers", "with_leave", "none"}),
    "safety_investigation": (Scope.ITEM, YES_NO),
    "counts_treated": (Scope.ITEM, YES_NO),
    "recipient_kind": (Scope.RECIPIENT, set(subject.AGENCY_KINDS)),
    "recipient_prevent_specified": (Scope.RECIPIENT, YES_NO),
    "sender_kind": (Scope.SENDER, set(subject.AGENCY_KINDS)),
    "sender_public_authority": (Scope.SENDER, YES_NO),
}
OF_POSTER = {"access_request", "demand_on_record", "lawful_request"}
"""What an agency states of itself alone: no field names it, so it can speak for no other."""


def every_payload() -> Iterator[Payload]:
    """Yield each type's examples, and the full one again for each value of each closed field."""
    for kind in KINDS:
        full = example(kind)
        for said in (full, minimal(kind), *_with_each_value(kind, full)):
            yield kind.model_validate_json(compact(said))


def _with_each_value(kind: type[Payload], full: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, field in schema_of(kind)["properties"].items():
        for form in (field, *field.get("anyOf", ())):
            for value in form.get("enum", ()):
                yield {**full, name: value}


def parts(kind: type[Part]) -> Iterator[tuple[str, Label | None, Any]]:
    """Yield the name, label and annotation of each field, those of nested parts included."""
    for name, field in kind.model_fields.items():
        inner = part_of(field)
        yield f"{kind.__name__}.{name}", label_of(field), field.annotation
        if inner is not None:
            yield from parts(inner)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_every_type_has_a_label(kind: type[Payload]) -> None:
    unlabelled = [name for name, label, form in parts(kind) if label is None and not _part(form)]
    assert unlabelled == []


def _part(form: Any) -> bool:  # noqa: ANN401 - an annotation
    return any(isinstance(f, type) and issubclass(f, Part) for f in (form, *get_args(form)))


def test_every_type_has_a_uri_of_its_own_that_ends_in_its_version() -> None:
    uris = [kind.TYPE for kind in KINDS]
    assert len(set(uris)) == len(uris) > 100
    assert all(uri.rsplit("/", 1)[1] in {"v1", "v2"} for uri in uris)


def of_its_own(payload: Payload) -> Iterator[Fact]:
    """Yield a payload's facts, but for those that it only repeats of others' events."""
    if isinstance(payload, SubjectsSeparated):
        payload = payload.model_copy(update={"restated": ()})
    yield from payload.facts()


def test_a_restated_fact_reads_as_it_was_stated() -> None:
    said = RestatedFact(name="officer_declared:o-1", value="declared", agency="gp-c", lasts_days=0)
    assert said.plainly() == Fact(
        scope=Scope.RELATION, name="officer_declared", value="declared", agency="gp-c",
        lasts_days=0, whose="o-1",
    )  # fmt: skip


def test_every_fact_an_event_yields_is_in_the_vocabulary() -> None:
    yielded = {fact.name: fact for payload in every_payload() for fact in of_its_own(payload)}
    for payload in every_payload():
        for fact in of_its_own(payload):
            scope, values = FACTS[fact.name]
            assert fact.scope is scope, fact.name
            assert fact.value in values, fact.name
    assert set(FACTS) == set(yielded)


def test_the_rulebooks_vocabulary_has_the_same_facts_and_values() -> None:
    published = tomllib.loads(VOCABULARY.read_text())
    for name, (scope, values) in FACTS.items():
        assert published[name]["scope"] == scope, name
        assert set(published[name]["values"]) == values, name
    assert set(published["item_kind"]["values"]) == catalogue.ITEM_KINDS
    assert set(published["purpose"]["values"]) == set(subject.PURPOSES)
    assert set(published["legal_demand"]["values"]) == set(subject.LEGAL_DEMANDS)


def test_a_relation_names_its_agency_and_a_fact_on_an_earlier_item_names_the_item() -> None:
    for payload in every_payload():
        for fact in payload.facts():
            needs_agency = fact.scope in {Scope.RECIPIENT, Scope.SENDER}
            needs_agency |= fact.scope is Scope.RELATION and fact.name not in OF_POSTER
            assert not needs_agency or fact.agency, fact.name
            assert fact.name != "item_status" or fact.item, fact.name


def test_what_may_be_indexed_is_never_free_text() -> None:
    free = {Text, Line}
    for kind in KINDS:
        for name, label, form in parts(kind):
            if label is None or not label.routing or name == "AgencyRegistered.name":
                continue
            assert not free & {form, *get_args(form)}, name


def test_the_register_holds_ids_and_closed_values_only() -> None:
    for kind in EVENT_TYPES.values():
        if kind.HUB_ONLY and kind.FAMILY == "disclosure":
            labels = [label for _, label, _ in parts(kind) if label is not None]
            assert set(labels) == {ROUTED}, kind.__name__


def test_every_payload_about_a_subject_says_its_kind() -> None:
    for payload in every_payload():
        kinds = [fact.value for fact in payload.facts() if fact.name == "subject_kind"]
        assert kinds == [payload.about] if isinstance(payload, SubjectHead) else kinds == ["agency"]


def test_the_sac_code_lists_are_the_published_labels() -> None:
    # Written out again on purpose: a slip in a label would miscount a national return.
    lists = json.loads((Path(__file__).parent / "sac_labels.json").read_text())
    assert {name: [code.value for code in getattr(codes, name)] for name in lists} == lists


def test_every_event_name_of_the_published_reviews_has_a_type() -> None:
    used = {
        *("ArrestMade", "Cancellation", "ChildReferral", "ClosureRisk", "ConcernRaised"),
        *("ContactRecorded", "ContractAction", "Coroner", "CrimeReported", "Death"),
        *("DisclosureMade", "EmployerAction", "EnquiryConcluded", "EvidenceAdded"),
        *("FeedbackGiven", "FtPInterimOrder", "InspectionDone", "InspectionPublished"),
        *("InspectionStarted", "InvestigationOpened", "JTAI", "Outcome", "PlacementResumed"),
        *("PlacementSuspended", "Plan", "PlanMade", "PlanReviewed", "ReferralMade"),
        *("RegistrationChange", "RiskAssessed", "SARCommissioned", "SARDecided"),
        *("SARPublished", "SARReferred", "ServiceEnded", "StrategyMeeting"),
    }
    assert used <= {kind.__name__ for kind in KINDS}
