"""Notices: thin, signed, on record, decided again at each poll, told until acknowledged."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.integrity import Retracted
from hub.disclosure.ask import Answer
from hub.disclosure.notices import NOTHING_NEW
from hub.intake import encoding
from tests.disclosure.scene import (
    ADVOCATE,
    consented,
    enquiry,
    give,
    hold,
    recorded,
    withdraw,
)
from tests.support.ledger_rows import uid
from tests.support.parts import NHS_NUMBERS, Parts, concern, known


def poll(parts: Parts, agency: str, *, limit: int = 10, after: UUID | None = None) -> Answer | None:
    answer = parts.run(
        parts.hub.notices.poll(agency, None, limit=limit, wait_s=0, channel="poll", after=after)
    )
    if isinstance(answer, Answer):
        recorded(parts, answer)
        return answer
    assert answer == NOTHING_NEW
    return None


def told(answer: Answer | None) -> dict[str, dict[str, Any]]:
    """Return the claims of each notice, by its jti."""
    if answer is None:
        return {}
    sets: dict[str, str] = json.loads(answer.body)["sets"]
    return {
        jti: json.loads(encoding.decode(token.split(".")[1].encode()))
        for jti, token in sets.items()
    }


def causes(answer: Answer | None) -> list[str]:
    return [next(iter(said["events"].values()))["cause"] for said in told(answer).values()]


def test_whoever_is_addressed_is_told_that_there_is_something_and_not_what(parts: Parts) -> None:
    record = parts.post("gp-c", concern(case="C1"))
    parts.project()
    ((jti, said),) = told(poll(parts, "council-a")).items()
    assert said["jti"] == jti
    assert said["sub_id"] == {"format": "opaque", "id": str(record.subject)}
    assert said["aud"].endswith("/agencies/council-a")
    ((kind, content),) = said["events"].items()
    assert kind.endswith("/notice/v1")
    assert content["item_position"] == record.position
    assert set(content) <= {
        "about", "cause", "item_position", "item_type", "acknowledge", "setting", "case",
    }  # fmt: skip


def test_nobody_else_is_told(parts: Parts) -> None:
    parts.post("gp-c", concern())
    parts.project()
    assert poll(parts, "home-e") is None
    assert poll(parts, "gp-c") is None
    assert parts.rows("SELECT 1 FROM ledger.header WHERE partner IN ('home-e', 'gp-c')") == []


def test_a_notice_is_told_again_until_it_is_acknowledged(parts: Parts) -> None:
    parts.post("gp-c", concern())
    parts.project()
    first, second = (told(poll(parts, "council-a")) for _ in range(2))
    assert first.keys() == second.keys()
    jtis = [UUID(jti) for jti in first]
    parts.run(parts.hub.notices.acknowledge("council-a", jtis + jtis))
    assert poll(parts, "council-a") is None
    assert len(parts.rows("SELECT 1 FROM ops.notice_ack")) == 1


def test_an_acknowledgement_counts_for_its_agency_alone(parts: Parts) -> None:
    parts.post("gp-c", concern())
    parts.project()
    jtis = [UUID(jti) for jti in told(poll(parts, "council-a"))]
    parts.run(parts.hub.notices.acknowledge("police-b", jtis))
    assert len(told(poll(parts, "council-a"))) == 1


def test_a_page_holds_what_was_asked_for_and_says_that_there_is_more(parts: Parts) -> None:
    for n in range(5):
        parts.post("gp-c", concern(case=f"C{n}"))
    parts.project()
    seen: list[str] = []
    for _ in range(10):
        answer = poll(parts, "council-a", limit=2)
        if answer is None:
            break
        seen += told(answer)
        parts.run(parts.hub.notices.acknowledge("council-a", [UUID(j) for j in told(answer)]))
        assert json.loads(answer.body)["moreAvailable"] is (len(seen) < 5)
    assert len(seen) == len(set(seen)) == 5


def test_a_stream_goes_on_after_the_last_notice_it_sent(parts: Parts) -> None:
    for n in range(4):
        parts.post("gp-c", concern(case=f"C{n}"))
    parts.project()
    first = list(told(poll(parts, "council-a", limit=2)))
    second = list(told(poll(parts, "council-a", after=UUID(first[-1]))))
    assert len(first) == len(second) == 2
    assert not set(first) & set(second)
    assert len(told(poll(parts, "council-a", after=UUID(uid("nobody"))))) == 4


@pytest.mark.parametrize("limit", [0, -1])
def test_who_asks_for_none_only_acknowledges(parts: Parts, limit: int) -> None:
    parts.post("gp-c", concern())
    parts.project()
    asked = parts.hub.notices.poll("council-a", None, limit=max(limit, 0), wait_s=5, channel="poll")
    assert parts.run(asked) == NOTHING_NEW


def test_an_item_retracted_meanwhile_is_not_told_of(parts: Parts) -> None:
    jti = parts.jti()
    subject = parts.post("gp-c", concern(), jti=jti).subject
    parts.project()
    retraction = {"about": "adult", "item": jti, "reason": "mistaken"}
    parts.post("gp-c", Retracted.model_validate(retraction), known(subject))
    assert causes(poll(parts, "council-a")) == []


def test_a_notice_that_is_not_due_any_more_holds_none_up(parts: Parts) -> None:
    jti = parts.jti()
    subject = parts.post("gp-c", concern(), jti=jti).subject
    still_due = parts.post("gp-c", concern(case="C2"), known(subject))
    parts.project()
    retraction = {"about": "adult", "item": jti, "reason": "mistaken"}
    parts.post("gp-c", Retracted.model_validate(retraction), known(subject))
    answer = poll(parts, "council-a", limit=1)
    assert causes(answer) == ["item"]
    (said,) = [next(iter(p["events"].values())) for p in told(answer).values()]
    assert said["item_position"] == still_due.position


def test_a_hold_keeps_every_notice_back_before_the_views_know(parts: Parts) -> None:
    subject = enquiry(parts, "home-e")
    parts.post("gp-c", concern(addressed_to=("home-e",)), known(subject))
    parts.project()
    assert causes(poll(parts, "home-e"))
    hold(parts, subject, "home-e")
    assert poll(parts, "home-e") is None
    assert causes(poll(parts, "council-a")), "the council is not implicated"


def test_what_was_opened_and_closed_again_is_not_told_of(parts: Parts) -> None:
    subject = consented(parts, NHS_NUMBERS[2])
    withdraw(parts, subject)
    parts.project()
    jtis = [UUID(jti) for jti in told(poll(parts, ADVOCATE))]
    parts.run(parts.hub.notices.acknowledge(ADVOCATE, jtis))
    give(parts, subject, ADVOCATE)
    parts.project()
    opened = poll(parts, ADVOCATE)
    assert set(causes(opened)) == {"entitlement"}
    assert opened is not None
    assert recorded(parts, opened)["items"][0]["categories"] == ["existence"]
    withdraw(parts, subject)
    assert poll(parts, ADVOCATE) is None


def test_a_correction_of_what_was_shown_is_told_to_whom_it_was_shown(parts: Parts) -> None:
    jti = parts.jti()
    subject = parts.post("gp-c", concern(), jti=jti).subject
    parts.project()
    parts.timeline("council-a", subject)
    retraction = {"about": "adult", "item": jti, "reason": "mistaken"}
    parts.post("gp-c", Retracted.model_validate(retraction), known(subject))
    parts.project()
    answer = poll(parts, "council-a")
    contents = [c for said in told(answer).values() for c in said["events"].values()]
    assert [c["acknowledge"] for c in contents if c["cause"] == "correction"] == [True]


def test_two_notices_of_one_item_are_one_line_of_the_register(parts: Parts) -> None:
    subject = consented(parts, NHS_NUMBERS[3])
    withdraw(parts, subject)
    parts.project()
    give(parts, subject, ADVOCATE)
    parts.project()
    answer = poll(parts, ADVOCATE, limit=50)
    assert answer is not None
    assert len(told(answer)) > 1
    places = [item["position"] for item in recorded(parts, answer)["items"]]
    assert len(places) == len(set(places))
