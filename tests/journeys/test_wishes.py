"""What the person wants stands first on every view, and is told to nobody who may not read it."""

from typing import Any

import pytest

from contracts.codes import OutcomesAsked
from contracts.enquiry import DesiredOutcomesRecorded
from contracts.integrity import ClearedForRelease, Retracted
from tests.journeys.people import concern, enquiry, hold, person
from tests.support.hub_process import RunningHub

WISH = "to stay at home and see less of him"
OLDER = "to be left alone"


def outcomes(hub: RunningHub, number: str, text: str, *, cleared: bool = True) -> str:
    said = DesiredOutcomesRecorded(about="adult", asked=OutcomesAsked.EXPRESSED, outcomes=text)
    jti = hub.post("north-council", said, person(number))
    if cleared:
        hub.post("north-council", ClearedForRelease(about="adult", item=jti), person(number))
    return jti


def page(hub: RunningHub, agency: str, subject: str, **asked: Any) -> Any:  # noqa: ANN401
    hub.settle()
    return hub.client(agency).timeline_page(subject, purpose="safeguarding_enquiry", **asked)


@pytest.fixture
def case(hub: RunningHub) -> tuple[str, str]:
    number = hub.nhs_number()
    concern(hub, number)
    enquiry(hub, number, "north-trust")
    hub.settle()
    return number, hub.find("north-council", number)


def test_there_are_none_until_somebody_asked(hub: RunningHub, case: tuple[str, str]) -> None:
    found = page(hub, "north-trust", case[1]).data
    assert found["wishes"] is None
    assert list(found)[:3] == ["subject", "purpose", "wishes"]


def test_the_latest_is_told_with_its_source_on_every_page(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    number, subject = case
    outcomes(hub, number, OLDER)
    latest = outcomes(hub, number, WISH)
    first = page(hub, "north-trust", subject, limit=1)
    wishes = first.data["wishes"]
    assert (wishes["text"], wishes["jti"], wishes["posted_by"]) == (WISH, latest, "north-council")
    assert wishes["asked"] == OutcomesAsked.EXPRESSED
    second = page(hub, "north-trust", subject, limit=1, after=first.data["next"])
    assert second.data["wishes"] == wishes
    assert page(hub, "north-trust", subject).data["wishes"] == wishes  # all on one page


def test_it_is_in_the_register_though_its_item_stands_on_another_page(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    number, subject = case
    outcomes(hub, number, WISH)
    read = page(hub, "north-trust", subject, limit=1)
    hub.settle()
    (entry,) = [
        e
        for e in hub.client("ig-office").register(subject=subject, limit="500").data["entries"]
        if e["jti"] == read.receipt.dis
    ]
    positions = {read.data["wishes"]["position"], *(i["position"] for i in read.data["items"])}
    assert set(entry["items"]) == positions
    assert len(positions) == 2


def test_words_wait_until_somebody_has_cleared_them(hub: RunningHub, case: tuple[str, str]) -> None:
    number, subject = case
    outcomes(hub, number, WISH, cleared=False)
    found = page(hub, "north-trust", subject)
    assert found.data["wishes"]["text"] is None
    assert found.data["wishes"]["asked"] == OutcomesAsked.EXPRESSED
    assert WISH.encode() not in found.body


def test_a_wish_in_a_concern_counts_once_it_is_cleared(hub: RunningHub) -> None:
    number = hub.nhs_number()
    jti = concern(hub, number, wishes=WISH)
    hub.settle()
    subject = hub.find("north-council", number)
    assert page(hub, "north-council", subject).data["wishes"] is None
    hub.post("oak-gp", ClearedForRelease(about="adult", item=jti), person(number))
    assert page(hub, "north-council", subject).data["wishes"]["text"] == WISH


def test_a_retracted_wish_is_no_wish_even_to_who_posted_it(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    number, subject = case
    jti = outcomes(hub, number, WISH)
    hub.post(
        "north-council",
        Retracted(about="adult", item=jti, reason="mistaken"),
        person(number),
    )
    for agency in ("north-council", "north-trust"):
        assert page(hub, agency, subject).data["wishes"] is None


def test_it_is_told_to_nobody_from_whom_the_item_is_kept(
    hub: RunningHub, case: tuple[str, str]
) -> None:
    number, subject = case
    outcomes(hub, number, WISH)
    concern(hub, number, by="north-trust")
    hold(hub, number, "north-trust")
    found = page(hub, "north-trust", subject)
    assert {item["posted_by"] for item in found.data["items"]} == {"north-trust"}
    assert found.data["wishes"] is None
    assert WISH.encode() not in found.body


def test_a_stated_request_tells_it_too(hub: RunningHub, case: tuple[str, str]) -> None:
    number, subject = case
    outcomes(hub, number, WISH)
    hub.settle()
    released = hub.client("north-trust").disclose(
        subject, purpose="safeguarding_enquiry", necessary=True, reason="to plan with her"
    )
    assert released.data["wishes"]["text"] == WISH
