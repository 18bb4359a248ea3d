"""The case files themselves: each can fail, names what exists, and together they are enough."""

import json
import re

import pytest

from hub.rulebook import shipped
from tests.cases import case_file
from tests.cases.case_file import Case
from tests.cases.compare import Seen, Told, flips, problems
from tests.cases.simulate import named

CASES = case_file.every()
READY = [case for case in CASES if not case.needs]
LAW = shipped()
_WORDS = re.sub(
    r"\s+",
    " ",
    " ".join(f"{rule.id} {rule.file.title} {rule.file.plain}" for rule in LAW.rules),
).lower()


def _id(case: Case) -> str:
    return case.id


def ideal(expect: case_file.Expect) -> Told:
    """Return an answer that is just as expected."""
    shown = {**expect.withholds, **expect.says_withheld, **expect.status, **expect.shows}
    items = {
        item: Seen(
            frozenset(map(str, expect.shows.get(item, ("existence",)))),
            frozenset(map(str, expect.says_withheld.get(item, ()))),
            expect.status.get(item, "live"),
        )
        for item in (*expect.items, *expect.includes, *shown)
    }
    return Told(
        outcome=expect.outcome or ("nothing" if expect.hidden else "released"),
        body="an answer of more than twenty letters " + " ".join(expect.words),
        items=items,
        because=frozenset({*expect.because, "another-rule"}),
        obligations=frozenset(expect.obligations),
        recorded=expect.recorded,
        notices=frozenset(expect.notices),
        entries=({"partner": "somebody"}, *expect.entries),
        pattern=expect.pattern,
    )


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_each_expectation_can_be_met_and_can_fail(case: Case) -> None:
    for ask in case.ask:
        told = ideal(ask.expect)
        assert problems(ask.expect, told) == [], ask.id
        turned = list(flips(ask.expect, told))
        assert turned, f"{ask.id} expects nothing"
        assert [name for name, opposite in turned if not problems(opposite, told)] == []


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_each_case_names_only_what_it_has(case: Case) -> None:
    posts = [post.id for post in case.post]
    names = [*case.agencies, *case.subjects, *posts]
    assert len(names) == len(set(names)), "a name stands for two things"
    for post in case.post:
        assert post.by in ("", *case.agencies), post.id
        assert post.about in case.subjects, post.id
    for ask in case.ask:
        assert ask.by in ("", *case.agencies), ask.id
        assert ask.about in case.subjects, ask.id
        assert ask.after in ("", *posts), ask.id
        items = {*ask.expect.items, *ask.expect.includes, *ask.expect.excludes}
        assert items | ask.expect.shows.keys() | ask.expect.withholds.keys() <= set(posts), ask.id


@pytest.mark.parametrize("case", READY, ids=_id)
def test_each_post_is_one_that_the_catalogue_knows(case: Case) -> None:
    names = named(case)
    for post in case.post:
        assert names.payload(post).TYPE.split("/")[-2] == post.type


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_a_word_that_must_not_appear_could_have_appeared(case: Case) -> None:
    said = json.dumps([[post.type, post.fields] for post in case.post]).lower()
    for ask in case.ask:
        for word in ask.expect.never_words:
            told_by_law = word.lower() in _WORDS or word.strip('"').split(":")[0][:5] == "count"
            assert word.lower() in said or told_by_law or word == "x-safe-address", word


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_each_case_names_rules_that_there_are(case: Case) -> None:
    known = {rule.id for rule in LAW.rules}
    assert set(case.law) <= known
    for ask in case.ask:
        assert {*ask.expect.because, *ask.expect.not_because} <= known, ask.id


def test_the_fifteen_are_all_there_and_sixty_more() -> None:
    fifteen = {case.id[:3] for case in CASES if case.group == "fifteen"}
    assert fifteen == {f"d{n:02}" for n in range(1, 16)}
    assert len([case for case in READY if case.group != "fifteen"]) >= 60


def test_every_gateway_and_bar_has_a_case() -> None:
    named_by_cases = {rule for case in CASES for rule in case.law}
    deciding = {rule.id for rule in LAW.rules if rule.effect in ("permit", "forbid")}
    assert deciding - named_by_cases == set()


def test_a_pending_case_says_what_it_waits_for() -> None:
    waiting = [case for case in CASES if case.needs]
    assert all(len(case.needs) > 10 for case in waiting)
    assert len(waiting) + len(READY) == len(CASES)
