"""The law's cases, played over HTTP: each shows, withholds, records and tells as its file says."""

import pytest

from tests.cases import case_file
from tests.cases.case_file import Case
from tests.cases.cast import enrolled
from tests.cases.compare import flips, problems
from tests.cases.runner import Played, play
from tests.support.hub_process import RunningHub

CASES = case_file.every()
PENDING = [case for case in CASES if case.needs]
TROUPE = "case"


@pytest.fixture(scope="module")
def played(hub: RunningHub, request: pytest.FixtureRequest) -> dict[str, Played]:
    """Play, side by side, the cases that this run has collected."""
    asked = {
        item.callspec.params["case"].id
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path
    }
    cases = [case for case in CASES if case.id in asked]
    return play(hub, cases, enrolled(hub, cases, TROUPE))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.id))
def test_the_hub_does_as_the_law_says(case: Case, played: dict[str, Played]) -> None:
    found = played[case.id].problems
    if case.needs:
        assert found, f"it passes now: take `needs` out of {case.id}.toml"
        pytest.xfail(f"pending: {case.needs}")
    assert found == []


@pytest.mark.parametrize("case", [c for c in CASES if not c.needs], ids=lambda case: str(case.id))
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
