"""What must not matter does not: order, names, and a missing fact, over every case at once.

Pure: the cases' facts against the shipped rulebook. tests/cases/test_cases.py plays a sample of
the same changes over HTTP.
"""

import pytest

from hub.rulebook import shipped
from tests.cases import case_file
from tests.cases.case_file import Case
from tests.cases.changed import droppable, shuffled
from tests.cases.simulate import answers

LAW = shipped()
CASES = [case for case in case_file.every() if not case.needs]
SHUFFLES = 5


def _id(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_the_order_of_independent_posts_never_matters(case: Case) -> None:
    told = answers(case, case.post, LAW)
    for seed in range(SHUFFLES):
        assert answers(case, shuffled(case, case.post, LAW, seed), LAW) == told


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_what_agencies_and_subjects_are_called_never_matters(case: Case) -> None:
    renamed = case_file.renamed(case, lambda name: f"x-{name[::-1]}")
    told = answers(case, case.post, LAW)
    assert list(answers(renamed, renamed.post, LAW).values()) == list(told.values())


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_a_missing_fact_never_shows_more(case: Case) -> None:
    told = answers(case, case.post, LAW)
    for post in droppable(case, LAW):
        fewer = answers(case, [p for p in case.post if p is not post], LAW)
        for ask, items in fewer.items():
            for item, shown in items.items():
                assert shown <= told[ask][item], (post.id, ask, item)


def test_the_changes_change_something() -> None:
    assert sum(len(list(droppable(case, LAW))) for case in CASES) > 100
    orders = [shuffled(case, case.post, LAW, 1) != list(case.post) for case in CASES]
    assert sum(orders) > len(CASES) / 3


def test_an_order_that_does_matter_is_told_apart() -> None:
    refusal_last = next(c for c in CASES if c.id == "x-capacity-refusal-lifted-by-coercion")
    first_coercion = next(p for p in refusal_last.post if p.id == "coercion")
    moved = [p for p in refusal_last.post if p is not first_coercion] + [first_coercion]
    assert answers(refusal_last, moved, LAW) != answers(refusal_last, refusal_last.post, LAW)
