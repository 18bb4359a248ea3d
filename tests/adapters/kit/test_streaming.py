"""The stream: each round with its receipt, verified first; and what ends without one."""

from collections.abc import Callable

import pytest

from adapters.kit import HubClient, HubUnreachableError, ReceiptError
from adapters.kit.errors import HubBusyError, ProblemError
from adapters.kit.streaming import Event, events
from tests.adapters.kit.fake_hub import FakeHub, notice_id

STREAM = "/events/stream"


def test_events_are_read_as_the_standard_writes_them() -> None:
    lines = [
        ": ping",
        "",
        "event: a",
        "data: 1",
        "data: 2",
        "id: 7",
        "",
        "data:3",
        "",
        "event: b",
        "",
    ]
    assert list(events(lines)) == [Event("a", "1\n2"), Event("", "3")]


def test_a_round_comes_with_its_receipt_and_is_counted(hub: FakeHub, client: HubClient) -> None:
    hub.notify(notice_id(1))
    hub.notify(notice_id(2))
    (found,) = client.stream(after=notice_id(0))
    assert [notice.jti for notice in found.notices] == [notice_id(1), notice_id(2)]
    assert found.receipt is not None
    assert client.chain.last() == found.receipt.pseq == 1
    assert hub.last(STREAM)[0]["last-event-id"] == notice_id(0)


def test_a_notice_that_does_not_verify_holds_up_no_other(hub: FakeHub, client: HubClient) -> None:
    hub.notify(notice_id(1))
    hub.notices[notice_id(2)] = "no token"
    (found,) = client.stream()
    assert [notice.jti for notice in found.notices] == [notice_id(1)]
    assert set(found.faults) == {notice_id(2)}


@pytest.mark.parametrize("fault", ["no_receipt", "tampered", "stranger_key", "other_outcome"])
def test_a_round_without_a_receipt_that_fits_is_never_handed_on(
    hub: FakeHub, client: HubClient, fault: str
) -> None:
    hub.notify(notice_id(1))
    hub.faults[STREAM].append(fault)
    with pytest.raises(ReceiptError):
        next(client.stream())
    assert client.chain.last() == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [("drop_before", HubUnreachableError), ("busy:7", HubBusyError), ("forbidden", ProblemError)],
)
def test_a_stream_that_cannot_be_had_is_an_error(
    hub: FakeHub, client: HubClient, fault: str, error: type[Exception]
) -> None:
    hub.faults[STREAM].append(fault)
    with pytest.raises(error):
        next(client.stream())


def test_a_token_the_hub_no_longer_takes_is_fetched_anew(
    hub: FakeHub, connect: Callable[..., HubClient]
) -> None:
    client = connect()
    hub.notify(notice_id(1))
    hub.faults[STREAM].append("unauthorised")
    with pytest.raises(ProblemError):
        next(client.stream())
    assert next(client.stream()).notices
    assert len(hub.tokens) == 2
