"""Notices handled, disclosures acknowledged, events posted: what goes back to the hub, and when."""

import json
from collections.abc import Callable

import pytest

from adapters.kit import HubClient, Notice, ProblemError
from adapters.kit.delivery import Refused
from adapters.kit.receipts import EventReceipt, body_digest
from adapters.kit.sign import own_claims
from contracts.concern import ConcernRaised
from contracts.disclosure import RecipientAcknowledged
from tests.adapters.kit.fake_hub import PATIENT, FakeHub, disclosure_id, notice_id

POLL = "/events/poll"


def look(client: HubClient) -> bytes:
    return client.find(purpose="audit").body


def test_notices_are_handled_then_acknowledged(client: HubClient, hub: FakeHub) -> None:
    for number in (1, 2):
        hub.notify(notice_id(number))
    seen: list[Notice] = []
    handled = client.handle_notices(seen.append)
    assert handled.done == (notice_id(1), notice_id(2))
    assert [notice.subject for notice in seen] == [PATIENT] * 2
    assert seen[0].body == {"cause": "item"}
    assert hub.acknowledged == [notice_id(1), notice_id(2)]
    assert client.handle_notices(seen.append).done == ()
    assert len(seen) == 2


def test_a_notice_whose_handler_fails_is_not_acknowledged_and_comes_again(
    client: HubClient, hub: FakeHub
) -> None:
    for number in (1, 2):
        hub.notify(notice_id(number))

    def fail_on_first(notice: Notice) -> None:
        if notice.jti == notice_id(1):
            raise RuntimeError

    handled = client.handle_notices(fail_on_first)
    assert handled.done == (notice_id(2),)
    assert isinstance(handled.failed[notice_id(1)], RuntimeError)
    assert hub.acknowledged == [notice_id(2)]
    assert client.handle_notices(lambda _: None).done == (notice_id(1),)


def test_a_notice_handled_before_a_crash_is_acknowledged_without_being_handled_again(
    connect: Callable[..., HubClient], hub: FakeHub
) -> None:
    hub.notify(notice_id(1))
    seen: list[Notice] = []
    first = connect()
    first.inbox.handle(first.poll().notices, seen.append)
    assert hub.acknowledged == []
    assert connect().handle_notices(seen.append).done == (notice_id(1),)
    assert len(seen) == 1
    assert hub.acknowledged == [notice_id(1)]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"iss": "https://other.example"}, id="another issuer"),
        pytest.param({"aud": "https://other.example"}, id="another audience"),
        pytest.param({"jti": notice_id(9)}, id="filed under another id"),
        pytest.param({"events": {"https://x/v1": {}}}, id="another type"),
        pytest.param({"events": []}, id="no events"),
        pytest.param({"events": {"https://hub.example/events/notice/v1": 1}}, id="no body"),
        pytest.param({"sub_id": None}, id="no subject"),
    ],
)
def test_a_notice_that_does_not_verify_is_reported_and_holds_up_no_other(
    client: HubClient, hub: FakeHub, changed: dict[str, object]
) -> None:
    hub.notify(notice_id(1), **changed)
    hub.notify(notice_id(2))
    seen: list[Notice] = []
    assert client.handle_notices(seen.append).done == (notice_id(2),)
    assert [notice.jti for notice in seen] == [notice_id(2)]
    assert list(hub.faulty) == [notice_id(1)]
    assert hub.acknowledged == [notice_id(2)]


def test_a_notice_that_is_no_token_is_reported(client: HubClient, hub: FakeHub) -> None:
    hub.notices = {notice_id(1): "a.b.c", notice_id(2): "é", notice_id(3): None}  # type: ignore[dict-item]  # a broken hub
    polled = client.poll()
    assert polled.notices == ()
    assert sorted(polled.faults) == [notice_id(number) for number in (1, 2, 3)]


def test_poll_says_whether_there_is_more_and_an_empty_one_needs_no_receipt(
    client: HubClient, hub: FakeHub
) -> None:
    assert client.poll().receipt is None
    for number in (1, 2):
        hub.notify(notice_id(number))
    polled = client.poll(max_events=1, wait=True)
    assert polled.more
    assert len(polled.notices) == 1
    assert polled.receipt is not None
    assert json.loads(hub.last(POLL)[1])["returnImmediately"] is False


def test_each_disclosure_is_acknowledged_once_over_the_agencys_signature(
    client: HubClient, hub: FakeHub
) -> None:
    body = look(client)
    look(client)
    assert client.acknowledge() == 2
    assert client.acknowledge() == 0
    assert len(client.flush().sent) == 2
    claims = own_claims(hub.seen[0][1])
    assert claims["sub_id"] == {"format": "uri", "uri": "urn:hub:agency:northshire-council"}
    stated = claims["events"][RecipientAcknowledged.TYPE]
    assert stated == {
        "about": "agency",
        "dis": disclosure_id(1),
        "pseq": 1,
        "bd": body_digest(body),
    }


def test_an_acknowledgement_queued_before_a_crash_is_not_queued_twice(
    client: HubClient, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(client)
    with monkeypatch.context() as crash:
        crash.setattr(client.chain, "mark_acknowledged", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            client.acknowledge()
    assert client.acknowledge() == 1
    assert len(client.flush().sent) == 1
    assert len(hub.seen) == 1


# Posting without the outbox.


def test_post_event_returns_the_receipt_or_the_hubs_reason(client: HubClient, hub: FakeHub) -> None:
    jti = client.outbox.add(ConcernRaised(about="adult"), PATIENT)
    token = client.outbox.due(1)[0].token
    held = client.post_event(token)
    assert isinstance(held, EventReceipt)
    assert held.position == 1
    assert client.post_event(token) == held
    assert client.receipt(jti) == held
    assert client.receipt(notice_id(1)) is None
    hub.refuse[jti] = (400, "invalid_issuer")
    assert client.post_event(token) == Refused("invalid_issuer", "no")


def test_an_agency_that_may_not_post_is_told_so_and_keeps_its_events(
    client: HubClient, hub: FakeHub
) -> None:
    for _ in range(2):
        client.outbox.add(ConcernRaised(about="adult"), PATIENT)
    for path, batch in (("/events", 1), ("/events/batch", 2)):
        hub.faults[path].append("forbidden")
        with pytest.raises(ProblemError, match="403"):
            client.flush(batch=batch)
    assert client.outbox.counts()["queued"] == 2
