"""The desk: decides on facts as they stand, records, then releases; never the other way round."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.identity import SubjectDescribed
from contracts.integrity import ClearedForRelease, Retracted
from hub.ledger.record import StaleError, UnavailableError
from tests.disclosure.scene import ADVOCATE, consented, enquiry, give, hold, recorded, withdraw
from tests.support.ledger_rows import uid
from tests.support.parts import Parts, concern, items_of, known

NOBODY = UUID(uid("nobody"))


def test_an_answer_is_on_record_before_it_is_given(parts: Parts) -> None:
    subject = consented(parts)
    answer = parts.timeline(ADVOCATE, subject)
    row = recorded(parts, answer)
    assert answer.outcome == "released"
    assert [i["position"] for i in row["items"]] == [i["position"] for i in items_of(answer)]
    assert (row["purpose"], row["user"]) == ("safeguarding_enquiry", "officer.1")
    assert row["subject"] == str(subject)


def test_each_line_of_the_register_says_what_was_shown_and_by_which_rules(parts: Parts) -> None:
    subject = consented(parts, injuries="a bruise")
    answer = parts.timeline(ADVOCATE, subject)
    row = recorded(parts, answer)
    for line, item in zip(row["items"], items_of(answer), strict=True):
        assert line["categories"] == item["shown"]
        assert set(item["withheld"]) <= set(line.get("withheld", ()))
        assert {b["rule"] for b in item["because"]} <= set(line["rules"])


def test_a_refusal_is_on_record_as_well(parts: Parts) -> None:
    answer = parts.timeline("home-e", consented(parts))
    row = recorded(parts, answer)
    assert (answer.outcome, row["reason_code"]) == ("refused", "nothing_to_show")


def test_a_fact_that_came_after_the_views_were_written_counts(parts: Parts) -> None:
    subject = consented(parts)
    assert parts.timeline(ADVOCATE, subject).outcome == "released"
    withdraw(parts, subject)
    assert parts.timeline(ADVOCATE, subject).outcome == "refused"


def test_a_hold_closes_what_the_views_still_hold_open(parts: Parts) -> None:
    subject = enquiry(parts, "home-e")
    assert parts.timeline("home-e", subject).outcome == "released"
    hold(parts, subject, "home-e")
    assert parts.timeline("home-e", subject).outcome == "refused"
    assert parts.request("home-e", subject).outcome == "refused"


def test_the_register_says_what_hid_a_subject_and_of_nobody_that_there_was_nothing(
    parts: Parts,
) -> None:
    hidden, nobody = enquiry(parts, "home-e"), UUID("00000000-0000-4000-8000-000000000000")
    hold(parts, hidden, "home-e")
    for ask in (parts.timeline, parts.request):
        one, other = ask("home-e", hidden), ask("home-e", nobody)
        bodies = [{**json.loads(answer.body), "request_id": 0} for answer in (one, other)]
        assert bodies[0] == bodies[1]
        row = recorded(parts, one)
        assert row["reason_code"] == "bar"
        assert "x-tipping-off" in [rule.partition("@")[0] for rule in row["rules"]]
        nothing = recorded(parts, other)
        assert (nothing["reason_code"], nothing.get("rules")) == ("nothing_to_show", None)


def test_a_fact_that_would_open_more_waits_for_the_views(parts: Parts) -> None:
    subject = enquiry(parts)
    give(parts, subject, "home-e")
    before = parts.timeline("home-e", subject)
    assert before.outcome == "refused"


def test_a_retracted_item_is_gone_for_others_at_once(parts: Parts) -> None:
    jti = parts.jti()
    subject = parts.post("gp-c", concern(), jti=jti).subject
    parts.project()
    assert len(items_of(parts.timeline("council-a", subject))) == 1
    retraction = {"about": "adult", "item": jti, "reason": "mistaken"}
    parts.post("gp-c", Retracted.model_validate(retraction), known(subject))
    shown = items_of(parts.timeline("council-a", subject))
    assert jti not in {i["jti"] for i in shown}


def test_free_text_leaves_only_when_it_was_cleared(parts: Parts) -> None:
    jti = parts.jti()
    subject = consented(parts)
    parts.post("gp-c", concern(narrative="seen by a neighbour"), known(subject), jti=jti)
    cleared = {"about": "adult", "item": jti}
    parts.project()
    before = parts.timeline(ADVOCATE, subject).body
    parts.post("gp-c", ClearedForRelease.model_validate(cleared), known(subject))
    parts.project()
    after = parts.timeline(ADVOCATE, subject).body
    assert (b"neighbour" in before, b"neighbour" in after) == (False, True)


def test_a_page_goes_on_where_the_one_before_ended(parts: Parts) -> None:
    subject = consented(parts)
    for n in range(7):
        parts.post("gp-c", concern(case=f"C{n}"), known(subject), toe=parts.now - 1000 + n)
    parts.project()
    seen: list[int] = []
    after = None
    for _ in range(10):
        answer = parts.timeline(ADVOCATE, subject, limit=4, after=after)
        recorded(parts, answer)
        seen += [item["position"] for item in items_of(answer)]
        cursor = json.loads(answer.body)["next"]
        if cursor is None:
            break
        after = parts.hub.cursors.read(ADVOCATE, subject, cursor)
    whole = [item["position"] for item in items_of(parts.timeline(ADVOCATE, subject, limit=100))]
    assert seen == whole
    assert len(seen) == len(set(seen)) == 9


class Moving:
    """A front door at which the facts change just before each record."""

    def __init__(self, parts: Parts, subject: UUID, times: int) -> None:
        self.parts, self.subject, self.times = parts, subject, times
        self.say = parts.hub.door.say
        self.tries = 0

    async def __call__(self, own: Any) -> Any:  # noqa: ANN401
        if own.payload.TYPE.endswith(("disclosure-made/v1", "disclosure-refused/v1")):
            self.tries += 1
            if self.tries <= self.times:
                token = self.parts.sign("gp-c", concern(), known(self.subject))
                await self.parts.hub.door.post(token, "gp-c")
        return await self.say(own)


@pytest.mark.parametrize("times", [1, 4, 5])
def test_it_decides_again_while_facts_change_and_gives_up_in_the_end(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    subject = consented(parts)
    moving = Moving(parts, subject, times)
    monkeypatch.setattr(type(parts.hub.door), "say", lambda _self, own: moving(own))
    if times < 5:
        assert parts.timeline(ADVOCATE, subject).outcome == "released"
        assert moving.tries == times + 1
    else:
        with pytest.raises(StaleError):
            parts.timeline(ADVOCATE, subject)
        assert parts.rows("SELECT 1 FROM ledger.header WHERE kind = 'disclosure'") == []


def test_nothing_is_released_that_could_not_be_recorded(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = consented(parts)

    async def away(_self: object, _own: object) -> None:
        raise UnavailableError("the store did not answer")

    monkeypatch.setattr(type(parts.hub.door), "say", away)
    with pytest.raises(UnavailableError):
        parts.timeline(ADVOCATE, subject)


def test_numbers_for_a_partner_run_without_a_gap_over_every_kind_of_answer(parts: Parts) -> None:
    subject = consented(parts)
    answers = [
        parts.timeline(ADVOCATE, subject),
        parts.timeline(ADVOCATE, NOBODY),
        parts.request(ADVOCATE, subject),
        parts.request(ADVOCATE, NOBODY),
        parts.timeline(ADVOCATE, subject),
    ]
    assert [recorded(parts, a)["pseq"] for a in answers] == [1, 2, 3, 4, 5]


def test_an_erased_person_is_gone_for_who_was_shown_them_and_unknown_to_others(
    parts: Parts,
) -> None:
    subject = consented(parts)
    before = parts.timeline("home-e", subject).body
    parts.rows("UPDATE ledger.subject_key SET state = 'destroyed' WHERE key_id = %s", subject)
    answer = parts.timeline(ADVOCATE, subject)
    assert (answer.outcome, answer.reason) == ("refused", "erased")
    assert json.loads(answer.body)["status"] == 410
    recorded(parts, answer)
    assert parts.timeline("home-e", subject).body == before


def test_who_may_be_described_is_shown_by_consent(parts: Parts) -> None:
    subject = consented(parts)
    described = SubjectDescribed.model_validate(
        {"about": "adult", "family_name": "Example", "address": "1 Example Street"}
    )
    parts.post("gp-c", described, known(subject))
    parts.project()
    assert b"1 Example Street" in parts.timeline(ADVOCATE, subject).body
    assert b"Example" not in parts.timeline("home-e", subject).body
