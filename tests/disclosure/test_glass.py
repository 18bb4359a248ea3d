"""What broken glass can never show, proved over the law and tried on many facts."""

from datetime import date

from hypothesis import given, settings

from contracts.base import Category
from hub.audit.reviews import Review
from hub.disclosure.glass import FULL_RECORD_S, GIVE_WAY, through
from hub.rulebook import decide, shipped
from hub.rulebook.analyse import check_promises
from tests.rulebook.questions import questions

LAW = shipped()
GLASS = through(LAW)
DAY = date(2026, 7, 1)
QUESTIONS = questions(LAW)


def test_every_promise_of_the_release_holds_through_broken_glass() -> None:
    check_promises(GLASS)


def test_the_bars_that_give_way_are_rules_of_the_law() -> None:
    assert set(LAW.by_id) - set(GLASS.by_id) == set(GIVE_WAY)
    assert GLASS.sha256 == LAW.sha256
    assert GLASS.release != LAW.release


@given(facts=QUESTIONS)
@settings(max_examples=300)
def test_it_shows_no_less_and_never_what_a_silent_bar_keeps(facts: dict[str, str]) -> None:
    plain = decide(facts, LAW, DAY)
    broken = decide(facts, GLASS, DAY)
    assert plain.shown <= broken.shown
    more = broken.shown - plain.shown
    assert Category.WHISTLEBLOWER not in more
    kept = {name for name in plain.forbids if LAW.rule(name).silent}
    kept -= {name for name in kept if name.partition("@")[0] in GIVE_WAY}
    assert not any(LAW.rule(name).categories & more for name in kept)


@given(facts=QUESTIONS)
@settings(max_examples=300)
def test_a_person_who_said_no_is_not_overruled(facts: dict[str, str]) -> None:
    refused = decide(facts | {"person_decided": "do_not_share"}, GLASS, DAY)
    assert not any(LAW.rule(name).blocks for name in refused.permits)


def test_the_full_record_is_overdue_after_a_day_until_it_came() -> None:
    due = 1_790_000_000 + FULL_RECORD_S
    waiting = Review(due, completed=False, verdict=None)
    assert waiting.plain(due)["overdue"] is False
    assert waiting.plain(due + 1)["overdue"] is True
    assert Review(due, completed=True, verdict=None).plain(due + 1)["overdue"] is False
    assert Review(None, completed=False, verdict="upheld").plain(due)["overdue"] is False
