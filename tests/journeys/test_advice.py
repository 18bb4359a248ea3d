"""A practitioner asks "can I share?" about nobody in particular, and is led to an answer."""

from typing import Any

import pytest

from adapters.kit import ProblemError
from hub.rulebook import shipped
from tests.support.hub_process import IG, RunningHub
from tests.support.signed_in import new_id

KNOWN = {"subject_kind": "adult", "item_kind": "concern", "sender_kind": "gp"}
TRUTH = {
    **KNOWN, "sender_public_authority": "yes", "recipient_kind": "council", "necessary": "yes",
    "purpose": "safeguarding_enquiry", "s42": "reasonable_cause", "role_on_case": "lead",
    "recipient_implicated": "no", "hold": "lifted", "consent": "given", "capacity": "has",
    "recipient_prevent_specified": "yes", "at_risk": "yes", "care_needs": "yes",
}  # fmt: skip


def advice(hub: RunningHub, facts: dict[str, str]) -> Any:  # noqa: ANN401
    return hub.client("oak-gp").advice(facts)


def test_from_few_facts_it_asks_one_question_at_a_time_until_it_knows(hub: RunningHub) -> None:
    facts = dict(KNOWN)
    said = advice(hub, facts)
    asked: list[str] = []
    while said["question"] is not None and len(asked) < 40:
        fact = said["question"]["fact"]
        assert fact not in facts, "no question comes twice"
        assert said["question"]["words"].endswith("?")
        values = list(said["question"]["values"])
        asked.append(fact)
        facts[fact] = TRUTH.get(fact, values[-1])
        said = advice(hub, facts)
    assert said["question"] is None
    assert said["verdicts"]["concern"] in {"share", "must_share"}
    assert said["verdicts"]["whistleblower"] == "do_not_share"


def test_a_person_is_named_where_one_must_decide(hub: RunningHub) -> None:
    scene = dict(shipped().rule("police-request").file.scene)
    said = advice(hub, scene)
    assert said["verdicts"]["concern"] == "ask_a_person"
    assert said["verdicts"]["health"] == "do_not_share"
    assert advice(hub, scene | {"person_decided": "share"})["verdicts"]["concern"] == "share"


def test_every_reason_cites_its_law_and_says_where_it_is_unconfirmed(hub: RunningHub) -> None:
    said = advice(hub, TRUTH)
    reasons = [r for r in said["because"] if r["rule"] is not None]
    assert reasons
    for reason in reasons:
        assert all(link.startswith("https://") for link in reason["cite"])
        assert ("Not confirmed" in reason["words"]) is ("C" in reason["strength"])
    assert said["rulebook"] == shipped().sha256


@pytest.mark.parametrize(
    "facts", [{"favourite_colour": "blue"}, {"consent": "perhaps"}, {"Consent": "given"}]
)
def test_a_fact_that_is_in_no_vocabulary_is_refused(hub: RunningHub, facts: dict[str, str]) -> None:
    with pytest.raises(ProblemError) as refused:
        advice(hub, facts)
    assert refused.value.status == 422
    assert not any(word.encode() in refused.value.body for word in (*facts, *facts.values()))


def test_nothing_is_recorded_about_anybody(hub: RunningHub) -> None:
    before = hub.ready()["position"]
    advice(hub, TRUTH)
    assert hub.ready()["position"] == before


def test_it_knows_no_subject(hub: RunningHub) -> None:
    answer = hub.signed_in("oak-gp").send(
        "POST", "/advice", json={"facts": KNOWN, "subject": new_id()}
    )
    assert answer.status_code == 422
    assert "hub-receipt" not in answer.headers


def test_it_is_for_those_who_may_read(hub: RunningHub) -> None:
    posting = hub.signed_in("oak-gp", "events")
    assert posting.send("POST", "/advice", json={"facts": {}}).status_code == 403
    assert hub.client(IG).advice({})["question"] is not None
