"""What did an agency know on a day? The register answers, with what was put right since."""

import time
from typing import Any

import pytest

from adapters.kit import ProblemError
from hub.clock import london_day
from tests.journeys.people import concern
from tests.support.hub_process import IG, RunningHub

LONG_AGO = "2020-01-01"


@pytest.fixture(scope="module")
def council(hub: RunningHub) -> str:
    return hub.enrol("council")


@pytest.fixture(scope="module")
def case(hub: RunningHub, council: str) -> tuple[str, str, str, str]:
    """Return number, subject, and two concerns: one that a council read, one that came later."""
    number = hub.nhs_number()
    read = concern(hub, number, addressed_to=(council,), injuries="bruised wrist")
    hub.settle()
    subject = hub.find(council, number)
    hub.client(council).timeline_page(subject, purpose="safeguarding_enquiry", user="w-1")
    later = concern(hub, number, addressed_to=(council,))
    hub.settle()
    return number, subject, read, later


def today() -> str:
    return london_day(int(time.time())).isoformat()


def known(hub: RunningHub, subject: str, agency: str, day: str = "") -> dict[str, Any]:
    """Return what an agency knew on a day, or by now: a run may go on past midnight."""
    day = day or today()
    hub.settle()
    found = hub.client(IG).known(subject, agency=agency, day=day).data
    assert (found["subject"], found["agency"], found["day"]) == (subject, agency, day)
    return {item["jti"]: item for item in found["items"]}


def test_it_lists_what_was_shown_and_not_what_only_could_have_been(
    hub: RunningHub, council: str, case: tuple[str, str, str, str]
) -> None:
    _, subject, read, later = case
    found = known(hub, subject, council)
    assert found[read]["how"] == "shown"
    assert "concern" in found[read]["categories"]
    assert "whistleblower" not in found[read]["categories"]
    assert found[read]["first_shown"] <= found[read]["last_shown"]
    assert later not in found


def test_who_posted_it_knew_all_of_it(hub: RunningHub, case: tuple[str, str, str, str]) -> None:
    _, subject, read, later = case
    found = known(hub, subject, "oak-gp")
    assert {found[read]["how"], found[later]["how"]} == {"posted"}
    assert "health" in found[read]["categories"]


def test_nothing_was_known_before_it_was_shown(
    hub: RunningHub, council: str, case: tuple[str, str, str, str]
) -> None:
    assert known(hub, case[1], council, LONG_AGO) == {}
    assert known(hub, case[1], "oak-gp", LONG_AGO) == {}


def test_an_agency_that_was_told_nothing_knew_nothing(
    hub: RunningHub, case: tuple[str, str, str, str]
) -> None:
    assert known(hub, case[1], "fir-provider") == {}


def test_the_reading_is_itself_in_the_register(
    hub: RunningHub, council: str, case: tuple[str, str, str, str]
) -> None:
    hub.client(IG).known(case[1], agency=council, day=today(), user="ig-5")
    hub.settle()
    found = hub.client(IG).register(subject=case[1], partner=IG, limit="500").data["entries"]
    assert ("known", "ig-5", "audit") in {(e["channel"], e["user"], e["purpose"]) for e in found}


def test_it_is_for_information_governance_alone(
    hub: RunningHub, council: str, case: tuple[str, str, str, str]
) -> None:
    with pytest.raises(ProblemError) as refused:
        hub.client(council).known(case[1], agency=council, day=today())
    assert refused.value.status == 403


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", ""])
def test_a_day_that_is_none_is_refused(
    hub: RunningHub, case: tuple[str, str, str, str], day: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        hub.client(IG).known(case[1], agency="oak-gp", day=day)
    assert refused.value.status == 422
