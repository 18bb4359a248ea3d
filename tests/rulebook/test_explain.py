"""Check what an explanation tells, and above all what it never tells the asker."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from contracts.base import Category, Scope
from hub.rulebook import Decision, Sentence, decide, explain, shipped
from hub.rulebook.explain import did_not_apply
from tests.rulebook.questions import questions

LAW = shipped()
DAY = date(2026, 7, 1)
PARTNER = {
    "own_record": "no",
    "item_kind": "concern",
    "subject_kind": "adult",
    "s42": "reasonable_cause",
    "role_on_case": "partner",
    "recipient_kind": "gp",
    "recipient_prevent_specified": "no",
    "sender_public_authority": "yes",
    "purpose": "safeguarding_enquiry",
    "necessary": "yes",
}
REFUSED = {
    "consent": "refused",
    "capacity": "has",
    "coercion": "not_suspected",
    "others_at_risk": "no",
}


def asked(facts: dict[str, str]) -> tuple[Sentence, ...]:
    return explain(decide(facts, LAW, DAY), LAW, audience="asker")


def about_the_asker(facts: dict[str, str]) -> dict[str, str]:
    own = {Scope.RECIPIENT, Scope.REQUEST}
    return {n: v for n, v in facts.items() if LAW.vocabulary[n].scope in own}


@given(facts=questions(LAW))
def test_a_silently_hidden_item_reads_to_the_asker_as_nothing_does(facts: dict[str, str]) -> None:
    decision = decide(facts, LAW, DAY)
    unseen = not decision.shown and Category.EXISTENCE not in decision.nameable
    silently = Category.EXISTENCE in decision.silent
    if unseen or silently:
        assert explain(decision, LAW, audience="asker") == asked(about_the_asker(facts))


@given(facts=questions(LAW))
def test_no_silent_forbid_is_ever_named_to_the_asker(facts: dict[str, str]) -> None:
    silent = {rule.name for rule in LAW.rules if rule.silent}
    told = {sentence.rule for sentence in asked(facts)}
    assert not told & silent


@given(facts=questions(LAW))
def test_what_a_silent_forbid_takes_out_changes_no_word_and_no_obligation(
    facts: dict[str, str],
) -> None:
    partial = {"x-safe-address", "x-whistleblower"}
    fewer = replace(LAW, rules=tuple(rule for rule in LAW.rules if rule.id not in partial))
    whole, bare = decide(facts, LAW, DAY), decide(facts, fewer, DAY)
    assert explain(whole, LAW, audience="asker") == explain(bare, fewer, audience="asker")
    assert whole.obligations == bare.obligations
    assert whole.nameable <= bare.nameable


def test_a_protected_address_reads_as_though_none_were_recorded() -> None:
    hidden = PARTNER | {"safe_address": "needed", "recipient_serves_ap": "yes"}
    assert decide(hidden, LAW, DAY).shown < decide(PARTNER, LAW, DAY).shown
    assert asked(hidden) == asked(PARTNER)


def test_a_refusal_that_may_be_told_says_no_more_than_that() -> None:
    decision = decide(PARTNER | REFUSED, LAW, DAY)
    told = explain(decision, LAW, audience="asker")
    assert told == (Sentence(kind="withheld", words="Your request is refused."),)
    full = explain(decision, LAW, audience="full")
    assert any(s.rule == "x-capacity-refusal@1" and s.cite and s.strength for s in full)


def test_a_matter_for_a_person_says_so_and_no_more() -> None:
    told = asked(PARTNER | {"consent": "refused"})
    assert [sentence.kind for sentence in told] == ["refer"]
    assert all(sentence.rule is None for sentence in told)


def test_the_full_rendering_says_what_would_apply_if_it_were_known() -> None:
    facts = {name: value for name, value in PARTNER.items() if name != "s42"}
    full = explain(decide(facts, LAW, DAY), LAW, audience="full")
    waiting = [s for s in full if s.kind == "would_apply" and s.rule == "s42-cooperation@1"]
    assert len(waiting) == 1
    assert LAW.vocabulary["s42"].question in waiting[0].words
    assert any(s.kind == "no_basis" for s in full)


def test_shown_items_carry_their_obligations_and_citations() -> None:
    told = asked(PARTNER | {"recipient_kind": "police", "recipient_prevent_specified": "yes"})
    assert {s.kind for s in told} == {"shown", "withheld", "obligation"}
    lead = next(s for s in told if s.kind == "shown")
    assert lead.rule == "s42-enquiry@1"
    assert lead.title == "A section 42 enquiry by the council and the police"
    assert next(s for s in told if s.kind == "withheld").rule == "x-third-party@1"
    assert all(link.startswith("https://") for link in lead.cite)


def test_the_police_are_told_what_a_request_has_to_state() -> None:
    bare = {"recipient_kind": "police", "purpose": "crime_investigation", "necessary": "yes"}
    told = asked(bare | {"legal_demand": "police_request", "offence_stated": "no"})
    needed = next(s for s in told if s.rule == "police-request@1")
    assert LAW.vocabulary["offence_stated"].question in needed.words


def test_why_a_rule_did_not_apply_names_the_fact_that_spoke_against_it() -> None:
    decision: Decision = decide(PARTNER, LAW, DAY)
    against = dict(did_not_apply(decision, LAW))
    assert against["s42-enquiry"] == "recipient_kind"
    assert "s42-cooperation" not in against


def test_every_sentence_of_every_case_is_words() -> None:
    for rule in LAW.rules:
        for case in rule.file.case:
            decision = decide(rule.file.scene | case.given, LAW, DAY)
            for audience in ("full", "asker"):
                for sentence in explain(decision, LAW, audience=audience):
                    assert sentence.words[0].isupper()
                    assert sentence.words[-1] in ".?"


def test_a_refusal_never_suggests_another_purpose_or_that_somebody_spoke_up() -> None:
    bare = {"recipient_kind": "police", "purpose": "crime_investigation", "necessary": "yes"}
    told = [s for s in asked(bare | {"legal_demand": "none"}) if s.kind == "ask"]
    assert {s.rule for s in told} == {"court-order@1", "police-request@1"}
    purpose = LAW.vocabulary["purpose"].question
    assert not any(purpose in s.words for s in told)
