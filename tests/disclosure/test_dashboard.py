"""A Board's dashboard: whole quarters, published once, with nothing to choose and nobody named."""

import json
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from contracts.codes import AbuseType, RiskLocation
from contracts.integrity import Retracted
from contracts.labels import JSON
from hub.clock import FixedClock, london_day
from hub.disclosure.measures import MEASURES
from hub.disclosure.quarters import KEPT, after, over
from tests.disclosure.scene import numbered
from tests.intake.world import NOW
from tests.support.parts import Enrolled, Parts, concern, known, opened, person

BOARD = "board-f"
LATER = NOW + 100 * 86_400
MUCH_LATER = LATER + 90 * 86_400


def shown(parts: Parts, agency: str = BOARD) -> dict[str, Any]:
    answer = parts.run(parts.hub.dashboard.show(agency, "officer-1"))
    found: dict[str, Any] = json.loads(answer.body)
    return found


def line(found: dict[str, Any], measure: str, first: date) -> dict[str, Any]:
    (quarter,) = (q for q in found["quarters"] if q["from"] == first.isoformat())
    (one,) = (m for m in quarter["measures"] if m["measure"] == measure)
    parts = {p["name"]: {c["code"]: c["count"] for c in p["cells"]} for p in one["by"]}
    return {**one, "by": parts}


def tell(parts: Parts, count: int, people: int, **said: JSON | tuple[AbuseType, ...]) -> list[str]:
    """Have a surgery raise concerns about some people."""
    jtis = []
    for turn in range(count):
        jtis.append(parts.jti())
        parts.post("gp-c", concern(**said), person(numbered(turn % people)), jti=jtis[-1])
    parts.project()
    return jtis


@pytest.mark.parametrize(
    ("today", "newest", "oldest"),
    [
        (date(2026, 11, 23), date(2026, 7, 1), date(2024, 10, 1)),
        (date(2026, 1, 1), date(2025, 10, 1), date(2024, 1, 1)),
        (date(2026, 3, 31), date(2025, 10, 1), date(2024, 1, 1)),
        (date(2026, 4, 1), date(2026, 1, 1), date(2024, 4, 1)),
    ],
)
def test_only_quarters_that_are_over_are_counted(today: date, newest: date, oldest: date) -> None:
    found = over(today)
    assert (found[0], found[-1], len(found)) == (newest, oldest, KEPT)
    assert all(after(earlier) == later for later, earlier in pairwise(found))


def test_concerns_are_counted_by_the_codes_of_the_collection(
    enrolled: Enrolled, fresh_hub: str
) -> None:
    with opened(fresh_hub, enrolled.keys_dir) as parts:
        tell(parts, 8, 8, types=(AbuseType.NEGLECT, AbuseType.PHYSICAL),
             location=RiskLocation.OWN_HOME)  # fmt: skip
        tell(parts, 6, 3, types=(AbuseType.NEGLECT,), location=RiskLocation.OTHER)
        assert all(m["count"] is None for q in shown(parts)["quarters"] for m in q["measures"]), (
            "the quarter is not over"
        )
    first = over(london_day(LATER))[0]
    with opened(fresh_hub, enrolled.keys_dir, clock=FixedClock(LATER * 1000)) as parts:
        counted = line(shown(parts), "concerns", first)
        assert (counted["count"], counted["people"]) == (15, 10), "fourteen, of eight people"
        types = counted["by"]["type_of_risk"]
        assert (types["Neglect and Acts of Omission"], types["Physical Abuse"]) == (15, 10)
        assert types["Sexual Abuse"] is None
        places = counted["by"]["location"]
        assert (places["Own Home"], places["Other"], places["Care Home - Nursing"]) == (10, 5, None)
        assert line(shown(parts), "s42_decisions", first)["count"] is None, "none reads as few"


def test_a_quarter_is_published_once(enrolled: Enrolled, fresh_hub: str) -> None:
    first = over(london_day(LATER))[0]
    with opened(fresh_hub, enrolled.keys_dir) as parts:
        (jti, *_) = tell(parts, 5, 5)
    with opened(fresh_hub, enrolled.keys_dir, clock=FixedClock(LATER * 1000)) as parts:
        before = line(shown(parts), "concerns", first)
        assert before["count"] == 5
        ((subject,),) = parts.rows("SELECT subject FROM ledger.header WHERE jti = %s", jti)
        gone = Retracted(about="adult", item=jti, reason="wrong_person")
        parts.post("gp-c", gone, known(subject))
        ((kept,),) = parts.rows("SELECT count(*) FROM ops.board_quarter")
        assert kept == KEPT
    with opened(fresh_hub, enrolled.keys_dir, clock=FixedClock(MUCH_LATER * 1000)) as parts:
        assert line(shown(parts), "concerns", first) == before


def test_what_is_kept_of_a_quarter_is_what_was_published(parts: Parts) -> None:
    quarters = shown(parts)["quarters"]
    rows = parts.rows("SELECT counts FROM ops.board_quarter ORDER BY first_day DESC")
    assert [row[0] for row in rows] == quarters


def test_it_is_on_record_and_names_nobody(parts: Parts) -> None:
    answer = parts.run(parts.hub.dashboard.show(BOARD, "officer-1"))
    assert answer.outcome == "released"
    ((routing,),) = parts.rows("SELECT routing FROM ledger.header WHERE jti = %s", answer.jti)
    assert routing["channel"] == "dashboard"
    assert "subject" not in routing
    assert "suppress_small_numbers" in routing["obligations"]


@pytest.mark.parametrize("agency", ["council-a", "cqc", "home-e", "police-b"])
def test_it_is_for_the_board(parts: Parts, agency: str) -> None:
    answer = parts.run(parts.hub.dashboard.show(agency, None))
    assert answer.outcome == "refused"
    assert "quarters" not in json.loads(answer.body)
    assert parts.rows("SELECT 1 FROM ops.board_quarter") == []


def test_every_quarter_has_every_measure_and_every_cell_whatever_was_counted(parts: Parts) -> None:
    for quarter in shown(parts)["quarters"]:
        assert [m["measure"] for m in quarter["measures"]] == list(MEASURES)
        for one in quarter["measures"]:
            splits = MEASURES[one["measure"]].splits
            assert [p["name"] for p in one["by"]] == list(splits)
            for part in one["by"]:
                assert len(part["cells"]) == len(splits[part["name"]].cells) + 1
