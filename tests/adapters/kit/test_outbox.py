"""The outbox and its flush: nothing lost, nothing doubled under another id, nothing guessed."""

from collections.abc import Callable

import pytest

from adapters.kit import HubClient, OutboxError, SigningError
from adapters.kit.outbox import STALE_S
from adapters.kit.sign import own_claims, signing_digest
from contracts.concern import ConcernRaised
from tests.adapters.kit.conftest import START, Clock
from tests.adapters.kit.fake_hub import PATIENT, FakeHub, plain

TOLD = "bruises seen on both arms"
POST = "/events"


def add(client: HubClient, count: int = 1) -> list[str]:
    payload = ConcernRaised(about="adult", narrative=TOLD)
    return [client.outbox.add(payload, PATIENT) for _ in range(count)]


def states(client: HubClient, jtis: list[str]) -> list[str]:
    entries = [client.outbox.entry(jti) for jti in jtis]
    return [entry.state if entry else "lost" for entry in entries]


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_flush_sends_every_event_in_order_and_keeps_its_receipt(
    client: HubClient, hub: FakeHub, batch: int
) -> None:
    jtis = add(client, 5)
    done = client.flush(batch=batch)
    assert (done.sent, done.refused, done.waiting) == (jtis, [], 0)
    assert [jti for jti, _ in hub.seen] == jtis
    entry = client.outbox.entry(jtis[0])
    assert entry is not None
    assert entry.receipt == hub.accepted[jtis[0]][1]
    assert client.outbox.counts() == {"queued": 0, "sent": 5, "refused": 0}
    assert client.flush().sent == []


@pytest.mark.parametrize("batch", [1, 3])
def test_a_refused_event_is_parked_with_its_reason_and_the_others_go_on(
    client: HubClient, hub: FakeHub, batch: int
) -> None:
    first, bad, last = add(client, 3)
    hub.refuse[bad] = (400, "invalid_key")
    done = client.flush(batch=batch)
    assert (done.sent, done.refused) == ([first, last], [bad])
    [parked] = client.outbox.entries("refused")
    assert (parked.jti, parked.err, parked.description) == (bad, "invalid_key", "no")

    hub.refuse.clear()
    client.outbox.retry(bad)
    assert client.flush().sent == [bad]
    with pytest.raises(OutboxError):
        client.outbox.retry(bad)


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("status", [403, 410])
def test_an_event_this_agency_may_not_post_is_parked_whatever_the_status(
    client: HubClient, hub: FakeHub, batch: int, status: int
) -> None:
    bad, good = add(client, 2)
    hub.refuse[bad] = (status, "access_denied")
    done = client.flush(batch=batch)
    assert (done.sent, done.refused) == ([good], [bad])
    assert client.outbox.entries("refused")[0].err == "access_denied"


def test_an_event_of_a_batch_that_the_hub_could_not_store_goes_again(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    unlucky, good = add(client, 2)
    hub.refuse[unlucky] = (503, "unavailable")
    done = client.flush(batch=2)
    assert (done.sent, done.refused, done.waiting) == ([good], [], 1)
    hub.refuse.clear()
    clock.now += 10
    assert client.flush(batch=2).sent == [unlucky]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"ack": [], "setErrs": [], "receipts": "x"}, id="members of another kind"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_batch_answered_with_something_else_proves_nothing(
    client: HubClient, hub: FakeHub, monkeypatch: pytest.MonkeyPatch, said: dict[str, object]
) -> None:
    add(client, 2)
    monkeypatch.setattr(hub, "batch", lambda _: plain(said))
    done = client.flush(batch=2)
    assert (done.sent, done.refused, done.waiting) == ([], [], 2)


def test_a_receipt_for_another_signing_proves_nothing(client: HubClient, hub: FakeHub) -> None:
    [jti] = add(client)
    sd = signing_digest(client.outbox.due(1)[0].token)
    hub.accepted[jti] = (sd, hub.sign({"jti": jti, "pos": 1, "sd": "x" * 43}))
    assert client.flush().waiting == 1


def test_an_event_too_long_for_the_hub_is_parked(client: HubClient, hub: FakeHub) -> None:
    [jti] = add(client)
    hub.refuse[jti] = (413, "")
    assert client.flush().refused == [jti]
    assert client.outbox.entries("refused")[0].err == "too_large"


def test_flush_waits_as_long_as_a_busy_hub_asks_and_then_sends(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    jtis = add(client, 2)
    hub.faults[POST].extend(["busy:7", "busy:7"])
    done = client.flush(wait_s=60)
    assert done.sent == jtis
    assert clock.slept == [7.0, 7.0]


def test_flush_does_not_wait_beyond_its_time(client: HubClient, hub: FakeHub, clock: Clock) -> None:
    jtis = add(client, 2)
    hub.faults[POST].append("busy:7")
    assert client.flush(wait_s=5).waiting == 2
    assert clock.slept == []
    assert len(hub.requests) == 2, "one for the token, one for the event; none for the second"
    clock.now += 6
    assert client.flush().sent == [jtis[1]], "the first was asked to wait seven seconds"
    clock.now += 2
    assert client.flush().sent == [jtis[0]]


def test_a_hub_that_asks_for_no_wait_at_all_is_still_given_one(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    add(client)
    hub.faults[POST].extend(["busy:0"] * 3)
    client.flush(wait_s=60)
    assert len(clock.slept) == 3
    assert min(clock.slept) > 0
    assert clock.slept == sorted(clock.slept)


@pytest.mark.parametrize("fault", ["drop", "drop_before", "error"])
def test_an_event_without_an_answer_is_sent_again_as_the_same_bytes(
    client: HubClient, hub: FakeHub, fault: str
) -> None:
    [jti] = add(client)
    hub.faults[POST].append(fault)
    assert client.flush(wait_s=60).sent == [jti]
    assert len({token for _, token in hub.seen}) == 1
    assert len(hub.accepted) == 1


def test_an_event_without_a_receipt_is_not_counted_as_sent(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    first, second = add(client, 2)
    hub.faults[POST].append("no_receipt")
    done = client.flush()
    assert (done.sent, done.waiting) == ([second], 1), "the hub holds the first but proved nothing"
    clock.now += 1
    assert client.flush().sent == [first]


def test_a_stale_event_is_signed_again_and_nothing_but_its_iat_changes(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    [jti] = add(client)
    before = client.outbox.due(1)[0].token
    clock.now += STALE_S + 1
    assert client.flush().sent == [jti]
    [(_, after)] = hub.seen
    assert own_claims(after).pop("iat") == int(clock.now)
    assert {**own_claims(after), "iat": int(START)} == own_claims(before)


def test_a_token_from_before_the_clock_was_set_back_is_signed_again(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    add(client)
    clock.now -= 3600
    client.flush()
    assert own_claims(hub.seen[0][1])["iat"] == int(clock.now)


@pytest.mark.parametrize("batch", [1, 2])
def test_an_answer_lost_before_a_new_signing_is_found_by_its_receipt(
    client: HubClient, hub: FakeHub, clock: Clock, batch: int
) -> None:
    jtis = add(client, batch)
    hub.faults[POST if batch == 1 else "/events/batch"].append("drop")
    assert client.flush(batch=batch).waiting == batch
    assert sorted(hub.accepted) == sorted(jtis)
    clock.now += STALE_S + 1
    done = client.flush(batch=batch)
    assert (done.sent, done.refused) == (jtis, [])
    assert len({token for _, token in hub.seen}) == 2 * batch, "each was signed twice"
    for jti in jtis:
        entry = client.outbox.entry(jti)
        assert entry is not None
        assert entry.receipt == hub.accepted[jti][1], "the receipt is that of the first signing"


def test_an_answer_to_a_second_signing_lost_before_a_third_is_found_by_its_receipt(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    [jti] = add(client)
    hub.faults[POST].extend(["drop_before", "drop"])
    for waiting in (1, 1, 0):
        assert client.flush().waiting == waiting
        clock.now += STALE_S + 1
    assert client.outbox.entries("sent")[0].jti == jti
    taken, offered = (token for _, token in hub.seen)
    assert hub.accepted[jti][0] == signing_digest(taken) != signing_digest(offered)


def test_a_stranger_who_used_the_jti_first_is_a_refusal_and_never_counts_as_sent(
    client: HubClient, hub: FakeHub
) -> None:
    [jti] = add(client)
    hub.accepted[jti] = ("x", hub.sign({"jti": jti, "pos": 1, "sd": "x" * 43}))
    assert client.flush().refused == [jti]
    assert client.outbox.entries("refused")[0].err == "jti_reused"


@pytest.mark.parametrize("held", ["", "not a receipt"])
def test_a_used_jti_whose_receipt_cannot_be_had_yet_stays_queued(
    client: HubClient, hub: FakeHub, clock: Clock, held: str
) -> None:
    [jti] = add(client)
    sd = signing_digest(client.outbox.due(1)[0].token)
    hub.accepted[jti] = ("x", held)
    assert client.flush().waiting == 1
    hub.accepted[jti] = ("x", hub.sign({"jti": jti, "pos": 1, "sd": sd}))
    clock.now += 10
    assert client.flush().sent == [jti]


def test_adding_the_same_event_again_changes_nothing(client: HubClient, clock: Clock) -> None:
    jti = "3f0e0b52-6f0d-4c43-9a9e-0a5c6a1a2b3c"
    for _ in "ab":
        client.outbox.add(ConcernRaised(about="adult"), PATIENT, jti=jti)
        clock.now += 5
    assert client.flush().sent == [jti]
    client.outbox.add(ConcernRaised(about="adult"), PATIENT, jti=jti)
    assert client.flush().sent == []


def test_another_event_under_a_waiting_jti_is_an_error(client: HubClient) -> None:
    jti = "3f0e0b52-6f0d-4c43-9a9e-0a5c6a1a2b3c"
    client.outbox.add(ConcernRaised(about="adult"), PATIENT, jti=jti)
    with pytest.raises(OutboxError, match="another event"):
        client.outbox.add(ConcernRaised(about="child"), PATIENT, jti=jti)


def test_an_event_that_cannot_be_sent_is_not_queued(client: HubClient) -> None:
    with pytest.raises(SigningError):
        client.outbox.add(ConcernRaised(about="adult", narrative="a\0b"), PATIENT)
    assert client.outbox.counts()["queued"] == 0


def test_a_restarted_client_finds_the_queue_as_it_was(
    connect: Callable[[], HubClient], hub: FakeHub
) -> None:
    jtis = add(connect(), 3)
    again = connect()
    assert states(again, jtis) == ["queued"] * 3
    assert again.flush().sent == jtis
    assert sorted(hub.accepted) == sorted(jtis)
