"""The scenarios about rules, small: they compare answers, and would say so if one differed."""

import pytest

from hub.bench.cedar import SecondOpinion
from hub.bench.deciding import Decide, DecideCedar, some_rules
from hub.bench.processes import BenchError
from hub.bench.trying import Whatif
from hub.rulebook import shipped


def test_a_part_of_the_law_holds_rules_of_every_kind() -> None:
    few = some_rules(shipped(), 40)
    assert len(few.rules) == 40
    assert {rule.effect for rule in few.rules} == {"permit", "forbid", "layer"}


@pytest.mark.parametrize(
    "scenario",
    [Decide(questions=10), DecideCedar(questions=3), Whatif(decisions=400, sample=200)],
    ids=lambda scenario: scenario.name,
)
def test_each_gives_a_figure_and_what_it_is_held_against(
    scenario: Decide | DecideCedar | Whatif,
) -> None:
    scenario.prepare()
    run = scenario.once()
    assert min(run) > 0


def test_another_answer_of_the_second_opinion_spoils_the_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = DecideCedar(questions=3)
    scenario.prepare()
    monkeypatch.setattr(SecondOpinion, "allowed", lambda *_: [True] * 10)
    with pytest.raises(BenchError, match="otherwise"):
        scenario.once()


def test_another_answer_of_the_quick_way_spoils_the_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = Whatif(decisions=400, sample=200)
    scenario.prepare()
    monkeypatch.setattr("hub.rulebook.whatif._looking", lambda *_: lambda _: frozenset())
    with pytest.raises(BenchError, match="something else"):
        scenario.once()
