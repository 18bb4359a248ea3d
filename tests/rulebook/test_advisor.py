"""Ask for advice as a practitioner would, and hold that the next question is worth asking."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.base import Category
from hub.rulebook import shipped
from hub.rulebook.advisor import ASSUMED, Verdict, advise, next_question
from tests.rulebook.questions import Dice, questions

LAW = shipped()
DAY = date(2026, 7, 1)
ENQUIRY = {
    "subject_kind": "adult",
    "item_kind": "concern",
    "s42": "reasonable_cause",
    "role_on_case": "lead",
    "recipient_kind": "council",
    "purpose": "safeguarding_enquiry",
    "necessary": "yes",
    "sender_kind": "gp",
    "sender_public_authority": "yes",
}


def verdict(facts: Mapping[str, str], category: Category = Category.CONCERN) -> Verdict:
    return advise(facts, LAW, DAY).verdicts[category]


def test_a_duty_must_be_met_and_a_power_may_be_used() -> None:
    assert verdict(ENQUIRY) is Verdict.MUST_SHARE
    trust = {"recipient_kind": "nhs_trust", "role_on_case": "partner"}
    assert verdict(ENQUIRY | trust) is Verdict.SHARE
    assert verdict(ENQUIRY, Category.WHISTLEBLOWER) is Verdict.DO_NOT_SHARE


def test_what_needs_a_person_says_so_until_that_person_has_decided() -> None:
    police = dict(LAW.rule("police-request").file.scene)
    advice = advise(police, LAW, DAY)
    assert advice.verdicts[Category.CONCERN] is Verdict.ASK_A_PERSON
    assert verdict(police | {"person_decided": "share"}) is Verdict.SHARE
    assert verdict(police | {"person_decided": "do_not_share"}) is Verdict.DO_NOT_SHARE
    assert "human_review" in advice.decision.obligations


def test_advice_cites_its_sources_and_says_what_is_not_confirmed() -> None:
    advice = advise(ENQUIRY, LAW, DAY)
    lead = next(s for s in advice.sentences if s.kind == "shown")
    assert lead.cite[0].startswith("https://www.legislation.gov.uk/")
    assert "Not confirmed" not in lead.words
    unconfirmed = [s for s in advice.sentences if s.strength and "C" in s.strength]
    assert unconfirmed
    assert all("Not confirmed" in s.words for s in unconfirmed)


def test_a_missing_basis_in_data_protection_law_is_told_apart_from_a_missing_power() -> None:
    unknown = {n: v for n, v in ENQUIRY.items() if n != "sender_public_authority"}
    gp = unknown | {"recipient_kind": "gp", "role_on_case": "partner"}
    advice = advise(gp, LAW, DAY)
    assert advice.verdicts[Category.CONCERN] is Verdict.DO_NOT_SHARE
    lacking = [s for s in advice.sentences if s.kind == "layer" and s.rule == "s42-cooperation@1"]
    assert "No data protection condition fits" in lacking[0].words
    wanted = {fact for rule, fact in advice.decision.missing if rule == "L-public-task"}
    assert wanted == {"sender_public_authority"}


def test_one_fact_short_of_an_answer_it_asks_for_that_fact() -> None:
    for fact in ("s42", "necessary", "purpose"):
        short = {name: value for name, value in ENQUIRY.items() if name != fact}
        question = next_question(short, LAW, DAY)
        assert question is not None
        assert question.words == LAW.vocabulary[question.fact].question
        assert set(question.values) == set(LAW.vocabulary[question.fact].values)


@pytest.mark.parametrize("recipient", ["council", "police", "cqc", "provider", "sab", "gp"])
def test_questions_come_to_an_end_and_none_is_asked_twice(recipient: str) -> None:
    dice = Dice(recipient)
    facts = {"recipient_kind": recipient, "subject_kind": "adult"}
    asked: list[str] = []
    while (question := next_question(facts, LAW, DAY)) is not None:
        asked.append(question.fact)
        facts[question.fact] = dice.one(sorted(question.values))
    assert len(asked) == len(set(asked)) < 40


@pytest.mark.heavy
@given(facts=questions(LAW), more=questions(LAW), pick=st.integers(0, 10_000))
@settings(max_examples=15)
def test_when_nothing_is_left_to_ask_no_answer_changes_the_advice(
    facts: dict[str, str], more: dict[str, str], pick: int
) -> None:
    dice = Dice(str(pick))
    while (question := next_question(facts, LAW, DAY, thorough=True)) is not None:
        facts = {**facts, question.fact: dice.one(sorted(question.values))}
    settled = advise(facts, LAW, DAY).verdicts
    assert advise({**more, **ASSUMED, **facts}, LAW, DAY).verdicts == settled
