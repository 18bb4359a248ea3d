"""Check that the vocabulary holds every fact an event can yield, and words for everything."""

import json

from contracts.base import Category, Scope
from contracts.catalogue import EVENT_TYPES
from contracts.examples import example, minimal
from contracts.integrity import SubjectsSeparated
from hub.rulebook import shipped

LAW = shipped()


def test_every_fact_an_event_yields_is_in_the_vocabulary_under_the_same_scope() -> None:
    yielded = set()
    # What a separation restates was an earlier event's fact, and came in as one.
    for kind in (k for k in EVENT_TYPES.values() if k is not SubjectsSeparated):
        for made in (example(kind), minimal(kind)):
            payload = kind.model_validate_json(json.dumps(made))
            yielded |= {(f.name, f.value, f.scope) for f in payload.facts()}
    assert len(yielded) > 10
    for name, value, scope in yielded:
        assert value in LAW.vocabulary[name].values, (name, value)
        assert scope is LAW.vocabulary[name].scope, name


def test_every_family_of_events_is_an_item_kind() -> None:
    families = {kind.FAMILY for kind in EVENT_TYPES.values()}
    assert families <= set(LAW.vocabulary["item_kind"].values)


def test_every_fact_asks_a_question_and_every_value_has_a_phrase() -> None:
    for fact in LAW.vocabulary.values():
        assert fact.question.endswith("?")
        assert all(fact.values.values())


def test_each_kind_of_agency_reads_the_same_as_sender_and_as_recipient() -> None:
    sender, recipient = LAW.vocabulary["sender_kind"], LAW.vocabulary["recipient_kind"]
    assert sender.values == recipient.values
    assert sender.scope is Scope.SENDER


def test_the_sensitive_categories_are_classed_as_the_law_classes_them() -> None:
    kinds = {name: entry.kind for name, entry in LAW.categories.items()}
    assert kinds[Category.HEALTH] == "special_category"
    assert kinds[Category.CRIMINAL] == "criminal_offence"
    assert kinds[Category.WHISTLEBLOWER] == "confidential"
    assert set(kinds) == set(Category)


def test_only_a_persons_review_blocks_a_release() -> None:
    blocking = {name for name, entry in LAW.obligations.items() if entry.blocks_release}
    assert blocking == {"human_review"}
    used = {name for rule in LAW.rules for name in rule.file.obligations}
    assert blocking <= used <= set(LAW.obligations)


def test_every_agency_may_retract_its_own_record_and_nobody_anothers() -> None:
    assert LAW.vocabulary["item_status"].asserted_by is None
    assert LAW.vocabulary["narrative_cleared"].asserted_by is None


def test_a_provider_can_give_nobody_a_part_in_a_case_and_implicate_nobody() -> None:
    for name in ("role_on_case", "recipient_implicated", "hold", "s42"):
        allowed = LAW.vocabulary[name].asserted_by
        assert allowed is not None
        assert not {"provider", "other"} & set(allowed)
