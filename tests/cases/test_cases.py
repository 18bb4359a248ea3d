"""The law's cases, played over HTTP: each shows, withholds, records and tells as its file says."""

import pytest

from hub.rulebook import shipped
from tests.cases import case_file
from tests.cases.auditing import gaps, registers
from tests.cases.case_file import Case
from tests.cases.cast import enrolled
from tests.cases.changed import shuffled
from tests.cases.compare import flips, problems
from tests.cases.runner import Played, play
from tests.support.hub_process import IG, RunningHub

CASES = case_file.every()
READY = [case for case in CASES if not case.needs]
EVERY_NTH = 6
"""Of the cases that pass, how many are told a second way in an ordinary run: one in so many."""


@pytest.fixture(scope="module")
def played(hub: RunningHub, request: pytest.FixtureRequest) -> dict[str, Played]:
    """Play, side by side, the cases that this run has collected; of none, those that pass."""
    asked = {
        str(item.callspec.id)
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.path == request.path
        and "case" in item.fixturenames
    }
    cases = [case for case in CASES if case.id in asked] or READY
    return play(hub, cases, enrolled(hub, cases, "case"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.id))
def test_the_hub_does_as_the_law_says(case: Case, played: dict[str, Played]) -> None:
    found = played[case.id].problems
    if case.needs:
        assert found, f"it passes now: take `needs` out of {case.id}.toml"
        pytest.xfail(f"pending: {case.needs}")
    assert found == []


def test_each_agencys_answers_are_numbered_without_a_gap(
    hub: RunningHub, played: dict[str, Played]
) -> None:
    agencies = {one.agency for this in played.values() for one in this.received if one.agency != IG}
    held = registers(hub, agencies)
    assert len(held) > 1
    assert list(gaps(hub, held)) == []


@pytest.mark.parametrize("case", READY, ids=lambda case: str(case.id))
def test_the_opposite_of_each_expectation_would_fail(case: Case, played: dict[str, Played]) -> None:
    told = played[case.id].told
    turned = [
        (ask.id, name, opposite, told[ask.id])
        for ask in case.ask
        if ask.id in told
        for name, opposite in flips(ask.expect, told[ask.id])
    ]
    assert turned
    assert [
        (a, name) for a, name, opposite, answer in turned if not problems(opposite, answer)
    ] == []


def test_other_names_and_another_order_get_the_same_answers(
    hub: RunningHub, played: dict[str, Played]
) -> None:
    _told_otherwise(hub, played, READY[::EVERY_NTH], seed=1)


@pytest.mark.heavy
def test_other_names_and_another_order_get_the_same_answers_in_every_case(
    hub: RunningHub, played: dict[str, Played]
) -> None:
    _told_otherwise(hub, played, READY, seed=2)


def _told_otherwise(
    hub: RunningHub, played: dict[str, Played], cases: list[Case], seed: int
) -> None:
    """Play cases with other agencies and subjects, in another order, and compare the answers."""
    law = shipped()
    chosen = [case for case in cases if case.id in played]
    others = play(
        hub,
        chosen,
        enrolled(hub, chosen, f"other-{seed}"),
        lambda case, posts: shuffled(case, posts, law, seed),
    )
    assert others
    for case in chosen:
        assert _answers(others[case.id]) == _answers(played[case.id]), case.id


def _answers(this: Played) -> dict[str, tuple[object, ...]]:
    """Return what was told, less what an order may change: who was told first."""
    return {
        ask: (told.outcome, told.items, told.because, told.obligations, told.pattern)
        for ask, told in this.told.items()
        if not told.notices
    }
