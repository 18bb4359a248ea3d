"""Hold the promises of the evaluator as properties, on questions near what the rules ask."""

import json
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.base import Category
from hub.rulebook import Outcome, Rule, decide, shipped
from hub.rulebook.book import Rulebook
from hub.rulebook.decide import weigh
from hub.rulebook.rule import OPEN
from tests.rulebook.questions import disclosed, fact_names, questions

LAW = shipped()
DAY = date(2026, 7, 1)
QUESTIONS = questions(LAW)
IGNORED = {
    (rule.id, clause.fact)
    for rule in LAW.rules
    for clause in rule.clauses
    if clause.unrecorded is False
}


def shuffled(rulebook: Rulebook, order: list[int]) -> Rulebook:
    return replace(rulebook, rules=tuple(rulebook.rules[place] for place in order))


def without_lead(facts: dict[str, str], rulebook: Rulebook) -> tuple[object, ...]:
    found = decide(facts, rulebook, DAY)
    return found.outcomes, found.shown, found.silent, found.nameable, set(found.missing)


@given(facts=QUESTIONS, order=st.permutations(range(len(LAW.rules))))
def test_the_order_of_the_rules_never_matters(facts: dict[str, str], order: list[int]) -> None:
    assert without_lead(facts, LAW) == without_lead(facts, shuffled(LAW, order))


@given(facts=QUESTIONS, days=st.tuples(*[st.dates(date(2020, 1, 1), date(2030, 1, 1))] * 2))
def test_between_days_on_which_the_same_rules_count_an_id_differs_by_the_day_alone(
    facts: dict[str, str], days: tuple[date, date]
) -> None:
    one, other = (decide(facts, LAW, day) for day in days)
    if LAW.index.in_force(days[0]) == LAW.index.in_force(days[1]):
        assert one.id_on(days[1]) == other.id
    assert one.id_on(days[0]) == one.id


@given(facts=QUESTIONS, pick=st.integers(0, 60))
@settings(max_examples=400)
def test_a_missing_fact_never_widens(facts: dict[str, str], pick: int) -> None:
    """Save where a forbid that bit says why that fact may be ignored."""
    gone = sorted(facts)[pick % len(facts)] if facts else "s42"
    known = decide(facts, LAW, DAY)
    fewer = decide({n: v for n, v in facts.items() if n != gone}, LAW, DAY)
    bit = {name.partition("@")[0] for name in known.forbids}
    if not any((rule_id, gone) in IGNORED for rule_id in bit):
        assert fewer.shown <= known.shown
        assert disclosed(fewer.outcomes) <= disclosed(known.outcomes)


def test_the_facts_that_may_be_ignored_are_few_and_reasoned() -> None:
    assert {fact for _, fact in IGNORED} == {
        "adoption_record",  # a mark put on as the item is posted, and so the other marks
        "aggregate_only",
        "assisted_conception",
        "consent",  # a refusal is an act
        "counselling_record",
        "counts_treated",
        "cqc_obtained",
        "family_court",
        "for_publication",  # a request
        "from_whistleblower",
        "gender_history",
        "hold",  # an act of the police
        "intelligence",
        "item_status",  # a retraction is an act
        "legal_privilege",
        "locked_purpose",
        "officer_conflict",  # a declaration
        "protected_person",  # an act of the police
        "recipient_implicated",  # the employer's twin rule does not ignore it
        "safe_address",  # a request
        "safety_investigation",
        "sexual_health",
    }


@given(facts=QUESTIONS, pick=st.integers(0, len(LAW.rules) - 1))
def test_adding_a_forbid_never_widens(facts: dict[str, str], pick: int) -> None:
    forbids = [rule for rule in LAW.rules if rule.forbids]
    added = forbids[pick % len(forbids)]
    fewer = replace(LAW, rules=tuple(rule for rule in LAW.rules if rule is not added))
    with_it, without = decide(facts, LAW, DAY), decide(facts, fewer, DAY)
    assert with_it.shown <= without.shown
    assert disclosed(with_it.outcomes) <= disclosed(without.outcomes)


@given(facts=QUESTIONS, added=st.sampled_from([rule for rule in LAW.rules if not rule.forbids]))
def test_adding_a_permit_or_a_layer_never_narrows(facts: dict[str, str], added: Rule) -> None:
    fewer = replace(LAW, rules=tuple(rule for rule in LAW.rules if rule is not added))
    assert decide(facts, fewer, DAY).shown <= decide(facts, LAW, DAY).shown


@given(facts=QUESTIONS)
def test_all_rules_at_once_are_weighed_as_each_one_by_itself(facts: dict[str, str]) -> None:
    known = LAW.known(facts, ())
    alive, waiting = LAW.index.weigh(known, (1 << len(LAW.rules)) - 1)
    for place, rule in enumerate(LAW.rules):
        verdict = weigh(rule, known)[0]
        assert bool(alive >> place & 1) is (verdict is not False), rule.id
        assert bool(waiting >> place & 1) is (verdict is None), rule.id


@given(facts=QUESTIONS)
def test_what_is_shown_rests_on_a_permit_and_on_no_forbid(facts: dict[str, str]) -> None:
    decision = decide(facts, LAW, DAY)
    for category in decision.shown:
        lead = LAW.rule(decision.lead[category])
        assert lead.permits
        assert category in lead.categories
        assert not lead.blocks or facts.get("person_decided") == "share"
    assert not decision.shown or Category.EXISTENCE in decision.shown
    assert decision.shown <= disclosed(decision.outcomes)
    assert not decision.nameable & (decision.silent | disclosed(decision.outcomes))


@given(facts=QUESTIONS, names=fact_names(LAW), more=QUESTIONS)
@settings(max_examples=400)
def test_no_completion_of_open_facts_shows_more_than_leaving_them_open(
    facts: dict[str, str], names: frozenset[str], more: dict[str, str]
) -> None:
    entitled = decide(facts, LAW, DAY, open_facts=names)
    completed = {n: v for n, v in facts.items() if n not in names}
    completed |= {n: v for n, v in more.items() if n in names}
    asked = decide(completed, LAW, DAY)
    assert asked.shown <= entitled.shown
    assert disclosed(asked.outcomes) <= disclosed(entitled.outcomes)


@given(facts=QUESTIONS, names=fact_names(LAW))
def test_a_star_leaves_a_fact_open_just_as_naming_it_does(
    facts: dict[str, str], names: frozenset[str]
) -> None:
    starred = facts | dict.fromkeys(names, OPEN)
    assert decide(starred, LAW, DAY) == decide(facts, LAW, DAY, open_facts=names)


@given(facts=QUESTIONS, pick=st.integers(0, 60))
def test_a_value_outside_the_vocabulary_reads_as_not_recorded(
    facts: dict[str, str], pick: int
) -> None:
    name = sorted(LAW.vocabulary)[pick % len(LAW.vocabulary)]
    missing = {n: v for n, v in facts.items() if n != name}
    strange = missing | {name: "Ann Example", "favourite_colour": "yes"}
    assert decide(strange, LAW, DAY) == decide(missing, LAW, DAY)
    assert "Ann Example" not in json.dumps(decide(strange, LAW, DAY).body())


def test_nothing_recorded_shows_nothing() -> None:
    decision = decide({}, LAW, DAY)
    assert decision.shown == frozenset()
    assert not disclosed(decision.outcomes)


def test_a_decision_has_the_same_id_whatever_the_order_of_its_facts() -> None:
    facts = {"own_record": "yes", "subject_kind": "adult", "item_kind": "concern"}
    one, other = decide(facts, LAW, DAY), decide(dict(reversed(facts.items())), LAW, DAY)
    assert one.id == other.id
    assert len(one.id) == 64


def test_a_decision_has_another_id_on_another_day_or_under_another_law() -> None:
    facts = {"own_record": "yes", "subject_kind": "adult"}
    ids = {
        decide(facts, LAW, DAY).id,
        decide(facts, LAW, date(2026, 7, 2)).id,
        decide(facts | {"subject_kind": "child"}, LAW, DAY).id,
        decide(facts, replace(LAW, sha256="0" * 64), DAY).id,
    }
    assert len(ids) == 4


def test_a_review_never_stands_before_a_permit_that_needs_none() -> None:
    """Consent and the public interest both cover it; nobody has to review what was agreed."""
    facts = {
        "subject_kind": "alleged_perpetrator",
        "own_record": "no",
        "item_kind": "crime",
        "consent": "not_sought",
        "others_at_risk": "yes",
        "recipient_kind": "police",
        "purpose": "protect_from_harm",
        "necessary": "yes",
        "recipient_prevent_specified": "yes",
        "sender_public_authority": "yes",
    }
    before = decide(facts, LAW, DAY)
    assert before.outcomes[Category.CONCERN] is Outcome.REFER
    assert "human_review" in before.obligations
    after = decide(facts | {"child_at_risk": "yes", "bears_on_child": "yes"}, LAW, DAY)
    assert after.lead[Category.CONCERN] == "child-risk"
    assert after.outcomes[Category.CONCERN] is Outcome.DISCLOSE
    assert "human_review" not in after.obligations
