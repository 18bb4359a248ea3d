"""A row of the register, as an officer reads it."""

from dataclasses import replace
from datetime import date

from contracts.base import Category
from contracts.labels import mask
from hub.audit.register import entries
from hub.views.read_register import RegisterEntry

NOW = 1_769_904_100
ROW = RegisterEntry(
    position=9,
    partner="north-council",
    pseq=3,
    jti="11111111-1111-4111-8111-111111111111",
    user_ref="worker-7",
    subject=None,
    purpose="safeguarding_enquiry",
    legal_demand="none",
    channel="timeline",
    outcome="released",
    rules=("s42-enquiry@1",),
    day=date(2026, 2, 1),
    recorded_at_ms=1_769_904_000_999,
    request_id=None,
    body_digest="d" * 43,
    rulebook="r" * 64,
    items=(
        (4, mask({Category.HEALTH, Category.EXISTENCE})),
        (5, mask({Category.CONCERN, Category.EXISTENCE})),
    ),
)


def test_an_entry_names_every_category_that_was_shown_once_and_in_one_order() -> None:
    (entry,) = entries([ROW], {}, {}, NOW)
    assert list(entry["categories"]) == ["concern", "health", "existence"]
    assert entry["items"] == [4, 5]


def test_an_entry_tells_its_time_in_utc_and_its_london_day() -> None:
    (entry,) = entries([ROW], {}, {}, NOW)
    assert entry["recorded"] == "2026-02-01T00:00:00Z"
    assert entry["day"] == "2026-02-01"


def test_a_refusal_shows_nothing_and_stays_an_entry() -> None:
    (entry,) = entries([replace(ROW, outcome="refused", items=())], {}, {}, NOW)
    assert (entry["outcome"], entry["items"], list(entry["categories"])) == ("refused", [], [])


def test_entries_keep_the_order_they_are_given_in() -> None:
    given = [replace(ROW, position=9), replace(ROW, position=12)]
    assert [entry["position"] for entry in entries(given, {}, {}, NOW)] == [9, 12]
