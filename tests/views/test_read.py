"""Reading: pages, London days, what was known when, the register, and a setting's pattern."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection

from contracts.base import Category
from contracts.concern import ConcernRaised
from contracts.enquiry import EvidenceAdded
from contracts.integrity import Retracted
from contracts.labels import mask
from contracts.setting import ProviderConcernOpened
from hub.ledger.read import facts, known_of
from hub.ledger.record import agency_key, item_key, subject_key
from hub.views import read
from hub.views.read_items import items_at
from hub.views.read_look import looked
from hub.views.read_patterns import setting_pattern
from hub.views.read_register import RegisterFilter, register_rows, who_saw
from tests.support.ledger_rows import DAY_S, START_S, uid
from tests.views.story import Story
from tests.views.test_case_file import enquiry

T = TypeVar("T")
Ask: TypeAlias = Callable[[Callable[[AsyncConnection[Any]], Awaitable[T]]], T]
ANNA = uid("anna")


@pytest.fixture
def ask(hub_database: str, project: Callable[[], int]) -> Ask[Any]:
    """Bring the views up to date and ask them as the application's role would."""

    def answer(question: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
        project()

        async def asked() -> T:
            async with await psycopg.AsyncConnection.connect(hub_database) as connection:
                await connection.execute("SET ROLE hub_app")
                return await question(connection)

        return asyncio.run(asked())

    return answer


@pytest.fixture(autouse=True)
def readable(connection: psycopg.Connection[Any]) -> None:
    connection.execute("GRANT USAGE ON SCHEMA ops TO hub_app")
    connection.execute("GRANT SELECT ON ops.notice_ack TO hub_app")


def test_pages_follow_each_other_without_gap_or_repeat(story: Story, ask: Ask[Any]) -> None:
    enquiry(story)
    at = [START_S - n % 3 * DAY_S for n in range(10)]
    for moment in at:
        story.post("trust-a", EvidenceAdded, occurred_at=moment)
    whole = ask(lambda c: read.candidates(c, ANNA, "council-a"))
    assert [one.cursor for one in whole] == sorted(one.cursor for one in whole)

    def page_after(after: read.Cursor | None) -> list[read.Candidate]:
        found = ask(lambda c: read.candidates(c, ANNA, "council-a", after=after, limit=3))
        return list(found)

    pages: list[read.Candidate] = []
    while page := page_after(pages[-1].cursor if pages else None):
        pages.extend(page)
    assert pages == whole
    assert len(whole) > 10


def test_a_candidate_says_what_is_on_record_of_it_and_what_may_be_asked_for(
    story: Story, ask: Ask[Any]
) -> None:
    jti = story.post(
        "trust-a",
        ConcernRaised,
        at_risk="yes",
        case="C-1",
        setting="1-7",
        addressed_to=("council-a",),
    )
    (found,) = ask(lambda c: read.candidates(c, ANNA, "trust-a"))
    (same,) = ask(lambda c: items_at(c, [story.places[jti]])).values()
    assert (found.jti, found.posted_by, found.type_uri) == (jti, "trust-a", ConcernRaised.TYPE)
    assert (found.setting, found.case_ref, found.addressed) == ("1-7", "C-1", ("council-a",))
    assert found.facts == {"item_kind": "concern", "item_status": "live"}
    assert found.entitled == mask(Category)
    assert (same.entitled, same.decision_id) == (0, None)
    assert same.position == found.position == story.places[jti]


def test_an_agency_with_no_entitlement_finds_nothing(story: Story, ask: Ask[Any]) -> None:
    enquiry(story)
    assert ask(lambda c: read.candidates(c, ANNA, "home-a")) == []
    assert ask(lambda c: read.candidates(c, uid("nobody"), "council-a")) == []


def test_a_look_gives_at_once_what_three_questions_give(story: Story, ask: Ask[Any]) -> None:
    enquiry(story)
    for n in range(3):
        story.post("trust-a", EvidenceAdded, occurred_at=START_S - n)
    story.post(
        "council-a", ProviderConcernOpened, "home", about="setting", setting="1-1", level="watch"
    )

    async def both(connection: AsyncConnection[Any], subject: str) -> tuple[Any, Any]:
        days: dict[str, Any] = dict.fromkeys(("since", "until", "as_known_on"))
        values = read.page_of(subject, "council-a", after=None, limit=3, **days)
        first = [subject_key(UUID(subject)), agency_key("council-a"), "a:nobody"]
        found = await looked(connection, values, first, START_S)
        page = await read.candidates(connection, subject, "council-a", limit=3)
        keys = [*first, *(item_key(o.posted_by, o.jti) for o in page)]
        keys += [agency_key(o.posted_by) for o in page]
        known = await facts(connection, keys, START_S)
        setting = await read.settings_of(connection, subject)
        once = (found.candidates, known_of(keys, found.held), found.setting)
        return once, (page, known, setting)

    for subject in (ANNA, uid("home"), uid("nobody")):
        once, thrice = ask(partial(both, subject=subject))
        assert once == thrice


def test_days_are_london_days_and_both_ends_count(story: Story, ask: Ask[Any]) -> None:
    # 00:30 on 1 July in London is still 30 June in UTC.
    midsummer = int(datetime(2026, 6, 30, 23, 30, tzinfo=UTC).timestamp())
    for moment in (midsummer - 3600, midsummer, midsummer + DAY_S):
        story.post("trust-a", EvidenceAdded, occurred_at=moment)

    def between(first: date, last: date) -> list[int]:
        found = ask(lambda c: read.candidates(c, ANNA, "trust-a", since=first, until=last))
        return [one.occurred_at - midsummer for one in found]

    assert between(date(2026, 7, 1), date(2026, 7, 1)) == [0]
    assert between(date(2026, 6, 30), date(2026, 7, 1)) == [-3600, 0]
    assert between(date(2026, 7, 2), date(2026, 7, 9)) == [DAY_S]


def test_what_was_recorded_later_was_not_known_then(story: Story, ask: Ask[Any]) -> None:
    story.post("trust-a", EvidenceAdded)
    story.wait(10 * DAY_S)
    story.post("trust-a", EvidenceAdded, occurred_at=START_S)
    then = date(2026, 9, 25)
    assert len(ask(lambda c: read.candidates(c, ANNA, "trust-a", as_known_on=then))) == 1
    assert len(ask(lambda c: read.candidates(c, ANNA, "trust-a"))) == 2


def test_a_setting_is_known_by_its_location(story: Story, ask: Ask[Any]) -> None:
    story.post(
        "council-a", ProviderConcernOpened, "home", about="setting", setting="1-1", level="watch"
    )
    assert ask(lambda c: read.settings_of(c, uid("home"))) == "1-1"
    assert ask(lambda c: read.settings_of(c, ANNA)) is None


def test_a_pattern_counts_across_posters_and_leaves_out_who_spoke_up_unless_told(
    story: Story, ask: Ask[Any]
) -> None:
    for n, agency in enumerate(("trust-a", "police-a", "council-a")):
        story.post(agency, ConcernRaised, f"resident {n}", setting="1-1")
    story.post("trust-a", ConcernRaised, "resident 9", setting="1-1", from_whistleblower="yes")
    story.post("trust-a", ConcernRaised, "resident 9", setting="1-2")
    some = ask(lambda c: setting_pattern(c, "1-1"))
    every = ask(lambda c: setting_pattern(c, "1-1", speak_up=True))
    assert [(one.count, one.posters) for one in some.counts] == [(3, 3)]
    assert sum(one.count for one in every.counts) == 4
    assert {one.rule for one in some.alarms} == {"harm-3-in-12-months", "agencies-3-in-12-months"}
    assert {one.rule for one in every.alarms} - {one.rule for one in some.alarms} == {
        "speak-up-after-3"
    }
    assert all(one.because for one in every.alarms)


def test_a_pattern_as_known_on_a_day_is_the_pattern_of_what_was_recorded_by_then(
    story: Story, ask: Ask[Any]
) -> None:
    jtis = [story.post("trust-a", ConcernRaised, f"resident {n}", setting="1-1") for n in range(3)]
    now = ask(lambda c: setting_pattern(c, "1-1", speak_up=True))
    then = date(2026, 9, 30)
    assert ask(lambda c: setting_pattern(c, "1-1", as_known_on=then, speak_up=True)) == now
    story.wait(20 * DAY_S)
    story.post("trust-a", ConcernRaised, "late", setting="1-1", occurred_at=START_S)
    assert ask(lambda c: setting_pattern(c, "1-1", as_known_on=then)) == now
    story.post("trust-a", Retracted, "resident 0", item=jtis[0], reason="mistaken")
    story.post("trust-a", Retracted, "resident 1", item=jtis[1], reason="mistaken")
    after = ask(lambda c: setting_pattern(c, "1-1"))
    assert [one.count for one in after.counts] == [2]
    assert after.alarms == ()


def test_the_register_holds_every_answer_and_finds_it_by_what_is_asked(
    story: Story, ask: Ask[Any]
) -> None:
    evidence = enquiry(story)
    story.disclose("council-a", [evidence])
    story.refuse("home-a")
    story.disclose("council-a", [], "bert")
    made, refused, other = ask(register_rows)
    assert [one.outcome for one in (made, refused, other)] == ["released", "refused", "released"]
    assert (made.pseq, refused.pseq, other.pseq) == (1, 1, 2)
    shown = mask([Category.EXISTENCE, Category.CONCERN])
    assert made.items == ((story.places[evidence], shown),)
    assert (made.subject, made.user_ref, made.day) == (ANNA, "officer.1", date(2026, 9, 21))

    def found(**wanted: Any) -> list[int]:  # noqa: ANN401 - the filter's own fields
        rows = ask(lambda c: register_rows(c, RegisterFilter(**wanted)))
        return [row.position for row in rows]

    assert found(subject=ANNA) == [made.position, refused.position]
    assert found(partner="home-a") == [refused.position]
    assert found(outcome="released") == [made.position, other.position]
    assert found(rule="s42-enquiry") == found(rule="s42-enquiry@1") == [made.position]
    assert found(rule="s42") == []
    assert found(jti=other.jti) == [other.position]
    assert found(user="officer.2") == []
    assert found(first_day=date(2026, 9, 22)) == []
    assert len(found(first_day=date(2026, 9, 21), last_day=date(2026, 9, 21))) == 3
    assert ask(lambda c: register_rows(c, past=made.position, limit=1)) == [refused]


def test_who_saw_a_subject_includes_answers_that_were_asked_about_another(
    story: Story, ask: Ask[Any]
) -> None:
    evidence = enquiry(story)
    story.disclose("council-a", [evidence], "bert")
    story.refuse("home-a")
    story.disclose("police-a", [], "bert")
    assert [one.partner for one in ask(lambda c: who_saw(c, ANNA))] == ["council-a", "home-a"]


def test_waiting_ends_when_the_views_hold_a_position_or_time_is_up(
    story: Story, ask: Ask[Any], connection: psycopg.Connection[Any]
) -> None:
    reached = story.places[story.post("trust-a", EvidenceAdded)]
    assert ask(lambda c: read.wait_for(c, reached, timeout_s=1.0)) is True
    assert ask(lambda c: read.wait_for(c, reached + 1, timeout_s=0.02)) is False
    assert ask(read.tracking_position) == reached
    assert ask(read.parked) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(lambda c: c.execute("DELETE FROM views_v1.notice"))
    assert connection.execute("SELECT count(*) FROM views_v1.tracking").fetchone() == (1,)


def test_an_answer_that_names_an_item_twice_is_in_the_register_all_the_same(
    story: Story, ask: Ask[Any]
) -> None:
    jti = enquiry(story)
    story.disclose("council-a", [jti, jti])
    (made, *_) = ask(register_rows)
    assert made.items == ((story.places[jti], mask((Category.EXISTENCE, Category.CONCERN))),)
    assert ask(read.parked) == []
