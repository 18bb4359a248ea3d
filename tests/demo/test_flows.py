"""Advice, broken glass and a law to come are told as the hub answered them."""

import io
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console

from contracts.base import Category
from hub.demo import counsel, flows
from hub.demo.commence import ASSUMED, RULE, Commenced, WouldHave
from hub.demo.counsel import KNOWN, TRUTH, Counsel, Step
from hub.demo.glass import Broken
from hub.rulebook import shipped
from tests.demo.canned import answer, item

if TYPE_CHECKING:
    from hub.demo.partner import Partner

NOTHING: dict[str, str] = dict.fromkeys((str(c) for c in Category), "do_not_share")


def told(printed: flows.Printed) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    for one in printed:
        console.print(one, markup=False)
    return " ".join(console.export_text().split())


class Practice:
    """A hub that asks the same question for ever, or the ones it is given."""

    def __init__(self, *facts: str) -> None:
        self.facts = list(facts)
        self.heard: list[dict[str, str]] = []
        self.hub = self

    def advice(self, known: dict[str, str]) -> dict[str, Any]:
        self.heard.append(dict(known))
        left = [fact for fact in self.facts if fact not in known]
        question = None
        if left:
            question = {
                "fact": left[0],
                "words": f"{left[0]}?",
                "values": {TRUTH.get(left[0], "x"): "so it is"},
            }
        return {"verdicts": NOTHING, "because": [], "question": question}


def test_each_answer_goes_back_with_those_before_it_until_no_question_is_left() -> None:
    practice = Practice("consent", "others_at_risk")
    said = counsel.asked(cast("Partner", practice))
    assert [step.fact for step in said.steps] == ["consent", "others_at_risk"]
    assert said.settled
    assert practice.heard[-1] == {**KNOWN, "consent": "refused", "others_at_risk": "yes"}


def test_a_gp_who_cannot_know_an_answer_gives_none() -> None:
    said = counsel.asked(cast("Partner", Practice("consent", "registrant")))
    assert [step.fact for step in said.steps] == ["consent"]
    assert not said.settled


def test_all_that_is_known_or_assumed_is_in_the_vocabulary() -> None:
    law = shipped()
    for facts in (KNOWN, TRUTH, ASSUMED):
        assert law.known(facts, ()) == facts
    assert law.rule(RULE).since is None, "once it is in force the story tells of another law"


def test_advice_is_told_with_its_questions_its_law_and_its_duties() -> None:
    because: tuple[dict[str, Any], ...] = (
        {"kind": "shown", "title": "Others are at risk", "cite": ["https://law"], "words": ""},
        {"kind": "obligation", "title": None, "cite": [], "words": "Write down why."},
    )
    step = Step("consent", "What did they say?", "they said no", "share")
    verdicts = {**NOTHING, "concern": "share"}
    words = told(flows.advice(Counsel((step,), verdicts, because, settled=True)))
    for said in ("What did they say?", "they said no", "May share: what is feared.", "https://law"):
        assert said in words
    assert "Do not share: who it is" in words
    assert "Write down why." in words


def test_broken_glass_is_told_with_its_review() -> None:
    waiting = ({"jti": "1", "review": {"due": "2026-01-02T00:00:00Z"}},)
    plain = answer("police", "Eve", item("nhs-trust", "concern"))
    whole = Broken(
        plain, plain, ("third_party",), waiting, completed=True, verdict="upheld", left=0
    )
    words = told(flows.glass(whole))
    for said in ("1 records", "other people", "2026-01-02", "full record is there", "upheld"):
        assert said in words
    lacking = Broken(plain, plain, (), (), completed=False, verdict=None, left=1)
    words = told(flows.glass(lacking))
    for said in ("nothing", "IS MISSING", "in the queue: 1"):
        assert said in words


def test_a_law_to_come_is_told_with_what_was_assumed() -> None:
    would = WouldHave("nhs_trust", "council", "adult", 2, (Category.CONCERN, Category.HEALTH))
    words = told(flows.commenced(Commenced(RULE, "A duty", "An Act", 9, (would,))))
    assert "asked for 9 times" in words
    assert "child_welfare = relevant" in words
    assert "to the hospital, 2 times, a record about an adult that the council held" in words
    assert "what is feared, health" in words
    assert "nothing more to anybody" in told(flows.commenced(Commenced(RULE, "", "", 0, ())))
