"""Pages of the register: whatever is asked for and in whatever order, nothing missing or twice."""

import itertools
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from hub.views.read_register import RegisterEntry, RegisterFilter, register_rows
from hub.views.register_pages import Order
from tests.support.ledger_rows import DAY_S, uid
from tests.views.story import Story
from tests.views.test_case_file import enquiry
from tests.views.test_read import Ask, ask, readable

__all__ = ["ask", "readable"]
ORDERS: tuple[Order, ...] = ("oldest", "newest", "agency")
NEVER = "never-made"
DAY = date(2026, 9, 22)
WANTED: dict[str, tuple[Any, ...]] = {
    "partner": (None, "council-a", "home-a", "nobody"),
    "outcome": (None, "released", "refused"),
    "rule": (None, "s42-enquiry", "s42-enquiry@1", "sab-s45", "s42-enquiry@2", "s42", NEVER),
    "first_day": (None, DAY, date(2026, 12, 1)),
    "last_day": (None, DAY, date(2026, 1, 1)),
    "subject": (None, None, uid("bert")),
    "user": (None, None, "officer.1", "officer.2"),
}


def told(story: Story) -> None:
    """Tell of thirty answers on three days."""
    evidence, dice = enquiry(story), Random(2)  # noqa: S311 - a repeatable story
    for n in range(30):
        partner = dice.choice(("council-a", "council-a", "police-a", "home-a"))
        whom = dice.choice(("anna", "bert"))
        if dice.random() < 0.4:
            story.refuse(partner, whom)
        else:
            story.disclose(partner, [evidence] if n % 3 else [], whom)
        story.wait(DAY_S // 12)


def fits(one: RegisterEntry, wanted: dict[str, Any]) -> bool:
    rule = wanted["rule"]
    return (
        wanted["partner"] in {None, one.partner}
        and wanted["outcome"] in {None, one.outcome}
        and wanted["subject"] in {None, one.subject}
        and wanted["user"] in {None, one.user_ref}
        and (rule is None or rule in {*one.rules, *(r.partition("@")[0] for r in one.rules)})
        and (wanted["first_day"] is None or one.day >= wanted["first_day"])
        and (wanted["last_day"] is None or one.day <= wanted["last_day"])
    )


def expected(every: list[RegisterEntry], wanted: dict[str, Any], order: Order) -> list[int]:
    found = sorted((one for one in every if fits(one, wanted)), key=lambda one: one.position)
    if order != "oldest":
        found.reverse()
    if order == "agency":
        found.sort(key=lambda one: one.partner)
    return [one.position for one in found]


def combinations() -> Iterator[tuple[dict[str, Any], Order]]:
    """Yield filters of two things at most, so that something fits many of them, in each order."""
    every = [
        {**dict.fromkeys(WANTED), one: a, two: b}
        for one, two in itertools.combinations(WANTED, 2)
        for a, b in itertools.product(WANTED[one], WANTED[two])
    ]
    for wanted in Random(1).sample(every, 50):  # noqa: S311 - a repeatable choice
        for order in ORDERS:
            yield wanted, order


def test_pages_of_every_filter_and_order_hold_what_fits_and_each_answer_once(
    story: Story, ask: Ask[Any]
) -> None:
    told(story)

    async def walked(connection: Any) -> None:  # noqa: ANN401 - psycopg's row type
        every = await register_rows(connection)
        assert len(every) == 30
        assert expected(every, dict.fromkeys(WANTED), "newest") == [
            one.position for one in await register_rows(connection, order="newest")
        ]
        for wanted, order in combinations():
            found: list[RegisterEntry] = []
            while True:
                place: dict[str, Any] = {}
                if found:
                    place = {"past": found[-1].position, "agency": found[-1].partner}
                page = await register_rows(
                    connection, RegisterFilter(**wanted), order=order, limit=4, **place
                )
                found += page
                if len(page) < 4:
                    break
            positions = [one.position for one in found]
            assert positions == expected(every, wanted, order), (wanted, order)

    ask(walked)
