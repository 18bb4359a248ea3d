"""What the ledger keeps outside the sealed token, and whose word becomes a fact."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from contracts.base import Part, Payload, label_of, part_of
from contracts.catalogue import EVENT_TYPES
from contracts.consent import CapacityAssessed
from contracts.disclosure import DisclosureRequested
from contracts.examples import example
from contracts.governance import KeyRevoked
from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease, Disputed, Retracted
from contracts.labels import plain, unmask
from contracts.police import Hold
from contracts.setting import ProviderConcernOpened
from contracts.triage import S42Decision
from hub.intake.verify import Verified
from hub.ledger.draft import draft
from hub.ledger.record import Draft, Guard, key_of
from hub.rulebook import shipped
from tests.intake.world import COUNCIL, DAY, NOW, POLICE, REVOKED, SUBJECT, Agent, check, token
from tests.support.parts import concern, person
from tests.views.story import ALL_YES

VOCABULARY = shipped().vocabulary
OTHER = "0190a7f2-5f2e-7c3a-8b1d-6f0e5a4c3b2c"
TYPES = sorted(EVENT_TYPES.values(), key=lambda kind: kind.TYPE)


def verified(payload: Payload, agent: Agent = COUNCIL, **claims: Any) -> Verified:  # noqa: ANN401
    return check(token(agent, events={payload.TYPE: plain(payload)}, **claims))


def drafted(
    payload: Payload,
    *,
    agent: Agent = COUNCIL,
    kind: str = "council",
    **claims: Any,  # noqa: ANN401
) -> Draft:
    return draft(verified(payload, agent, **claims), poster_kind=kind, vocabulary=VOCABULARY)


def folded(found: Draft) -> dict[str, str]:
    return {fact.name: fact.value for fact in found.facts}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from strings(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from strings(member)


def kept_in_the_seal(payload: Part) -> Iterator[str]:
    """Yield each text whose label does not let it be indexed."""
    for name, field in type(payload).model_fields.items():
        value = getattr(payload, name)
        label = label_of(field)
        if label is None and part_of(field) is not None:
            for part in value if isinstance(value, tuple) else (value,):
                if part is not None:
                    yield from kept_in_the_seal(part)
        elif label is not None and not label.routing:
            yield from strings(plain(value))


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_only_fields_labelled_for_it_leave_the_seal(kind: type[Payload]) -> None:
    payload = kind.model_validate_json(spelled(example(kind)))
    found = draft(made_up(payload), poster_kind="hub", vocabulary=VOCABULARY)
    closed = {v for fact in VOCABULARY.values() for v in fact.values} | {"yes", "no"}
    indexed = set(strings(found.routing)) | {f"{f.agency}" for f in found.facts}
    indexed |= {f.value for f in found.facts} | {i.value for i in found.identifiers if i.exact}
    secret = set(kept_in_the_seal(payload)) - closed - set(strings(routed(payload)))
    assert not indexed & secret


def spelled(fields: dict[str, Any]) -> bytes:
    import json  # noqa: PLC0415

    return json.dumps(fields).encode()


def routed(payload: Payload) -> dict[str, Any]:
    fields = type(payload).model_fields
    return {
        name: plain(getattr(payload, name))
        for name, field in fields.items()
        if (label := label_of(field)) is not None and label.routing
    }


def made_up(payload: Payload) -> Verified:
    """Return what verifying an event with this payload would give, whoever may post it."""
    sound = check(token())
    fields = {name: getattr(sound, name) for name in Verified.__struct_fields__}
    return Verified(**{**fields, "payload": payload, "type_uri": payload.TYPE})


def test_a_draft_says_who_what_when_and_which_categories() -> None:
    found = drafted(concern(), sub_id=person(), toe=NOW - 10 * DAY)
    assert (found.agency, found.kind, found.occurred_at) == ("council-a", "event", NOW - 10 * DAY)
    assert {"concern", "existence"} <= {c.value for c in unmask(found.categories)}
    assert found.subject is None
    assert [(i.kind, i.value, i.exact) for i in found.identifiers] == [
        ("nhs_number", "9990000018", True)
    ]


def test_a_hub_id_is_the_subject_and_no_identifier() -> None:
    found = drafted(concern())
    assert (str(found.subject), found.identifiers) == (SUBJECT, ())


def test_a_description_can_be_found_by_but_points_to_nobody() -> None:
    described = SubjectDescribed.model_validate(
        {"about": "adult", "family_name": "Example", "birth_date": "1950-01-31"}
    )
    found = drafted(described, sub_id=person())
    assert [(i.kind, i.exact) for i in found.identifiers] == [
        ("nhs_number", True),
        ("name_birth", False),
    ]


def test_a_setting_named_only_by_its_location_is_indexed_by_it() -> None:
    opened = ProviderConcernOpened.model_validate({"about": "setting", "level": "watch"})
    sub_id = {"format": "uri", "uri": "urn:cqc:location:1-1000001"}
    assert drafted(opened, sub_id=sub_id).routing["setting"] == "1-1000001"


def test_addressees_are_kept_to_route_by_each_once() -> None:
    found = drafted(concern(addressed_to=("police-b", "council-a", "police-b")))
    assert found.routing["addressees"] == ["council-a", "police-b"]


@pytest.mark.parametrize(
    ("poster", "kind", "counts"), [(COUNCIL, "council", True), (POLICE, "police", False)]
)
def test_only_a_council_decides_on_section_42(poster: Agent, kind: str, *, counts: bool) -> None:
    decision = S42Decision.model_validate({"about": "adult", "decision": "s42_enquiry", **ALL_YES})
    found = draft(made_up_by(poster, decision), poster_kind=kind, vocabulary=VOCABULARY)
    assert ("s42" in folded(found)) is counts
    assert "subject_kind" in folded(found)


def test_only_police_hold() -> None:
    hold = Hold.model_validate({"about": "adult", "implicated": ("home-e",), "until": "2027-01-01"})
    by = {
        kind: folded(draft(made_up_by(COUNCIL, hold), poster_kind=kind, vocabulary=VOCABULARY))
        for kind in ("police", "council", "")
    }
    assert {kind: "hold" in facts for kind, facts in by.items()} == {
        "police": True, "council": False, "": False,
    }  # fmt: skip


def made_up_by(agent: Agent, payload: Payload) -> Verified:
    sound = made_up(payload)
    fields = {name: getattr(sound, name) for name in Verified.__struct_fields__}
    return Verified(**{**fields, "agency": agent.slug})


def test_an_agency_retracts_and_clears_its_own_items() -> None:
    for payload, fact in (
        (Retracted.model_validate({"about": "adult", "item": OTHER, "reason": "mistaken"}),
         ("item_status", "retracted")),
        (ClearedForRelease.model_validate({"about": "adult", "item": OTHER}),
         ("narrative_cleared", "yes")),
    ):  # fmt: skip
        found = drafted(payload, kind="gp")
        assert fact in folded(found).items()
        stated = next(f for f in found.facts if f.name == fact[0])
        assert key_of(stated, subject=UUID(SUBJECT), poster="council-a", jti=found.jti) == (
            f"i:council-a:{OTHER}"
        )


def test_an_agencys_word_on_anothers_item_is_kept_and_decides_nothing_unless_named() -> None:
    disputed = Disputed.model_validate(
        {"about": "adult", "item": OTHER, "item_by": "police-b", "by": "family"}
    )
    allowed = VOCABULARY["item_status"].asserted_by or ()
    for kind in ("gp", "council", "provider"):
        found = drafted(disputed, kind=kind)
        assert ("item_status" in folded(found)) is (kind in allowed)
        assert found.routing["item_by"] == "police-b"


def test_a_demand_is_of_whoever_posts_it_and_counts_only_from_who_has_the_power() -> None:
    asked = DisclosureRequested(
        about="adult", purpose="crime_investigation", legal_demand="police_request", of="gp-c"
    )
    for kind in ("police", "gp", "council"):
        found = drafted(asked, kind=kind)
        demands = [(f.agency, f.whose) for f in found.facts if f.name == "demand_on_record"]
        assert demands == ([("council-a", "gp-c")] if kind == "police" else []), kind


def test_a_fact_ends_when_the_vocabulary_says_unless_its_poster_ends_it_sooner() -> None:
    found = drafted(
        CapacityAssessed.model_validate(
            {"about": "adult", "decision": "information_sharing", "result": "has"}
        )
    )
    lasts = {f.name: f.lasts_days for f in found.facts}
    assert lasts["capacity"] == VOCABULARY["capacity"].lasts_days == 180
    assert lasts["subject_kind"] is None


def test_what_changes_an_agencys_standing_is_news_to_all_it_posts() -> None:
    revoked = KeyRevoked(agency="council-a", kid=REVOKED.kid, reason="lost")
    found = drafted(revoked, sub_id={"format": "uri", "uri": "urn:hub:agency:council-a"})
    assert (found.kind, found.touches) == ("key", ("k:council-a",))
    assert drafted(concern()).touches == ()


def test_guards_are_carried_as_they_were_given() -> None:
    guards = (Guard("k:council-a", 7),)
    found = draft(verified(concern()), poster_kind="", vocabulary=VOCABULARY, guards=guards)
    assert found.guards == guards
