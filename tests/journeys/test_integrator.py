"""An integrator's day: post, post again, be told, acknowledge, and prove it all afterwards."""

import json
import time

from adapters.kit import AgencyKey, EventReceipt, HubClient, Link, Refused, sign_event, urn
from contracts.concern import ConcernRaised
from contracts.governance import Jwk, KeyRegistered
from tests.journeys.people import concern, person, quiet_council
from tests.support.hub_process import RunningHub
from tests.support.signed_in import HUB_URI, new_id

GP = f"{HUB_URI}/agencies/oak-gp"


def signed(
    hub: RunningHub, number: str, *, jti: str, agency: str = "oak-gp", **said: object
) -> bytes:
    now = int(time.time())
    return sign_event(
        ConcernRaised.model_validate({"about": "adult", **said}),
        person(number),
        key=hub.keys[agency],
        issuer=f"{HUB_URI}/agencies/{agency}",
        audience=HUB_URI,
        iat=now,
        toe=now,
        jti=jti,
    )


def test_an_event_is_answered_with_a_receipt_for_exactly_its_bytes(hub: RunningHub) -> None:
    jti = new_id()
    receipt = hub.client("oak-gp").post_event(signed(hub, hub.nhs_number(), jti=jti))
    assert isinstance(receipt, EventReceipt)
    assert receipt.jti == jti
    assert receipt.position > 0


def test_the_same_bytes_again_get_the_same_receipt(hub: RunningHub) -> None:
    token = signed(hub, hub.nhs_number(), jti=new_id())
    client = hub.client("oak-gp")
    assert client.post_event(token) == client.post_event(token)


def test_a_jti_used_for_other_content_is_refused(hub: RunningHub) -> None:
    number, jti = hub.nhs_number(), new_id()
    client = hub.client("oak-gp")
    client.post_event(signed(hub, number, jti=jti))
    refused = client.post_event(signed(hub, number, jti=jti, at_risk="yes"))
    assert isinstance(refused, Refused)
    assert refused.err == "jti_reused"


def test_two_agencies_may_use_the_same_jti(hub: RunningHub) -> None:
    number, jti = hub.nhs_number(), new_id()
    first = hub.client("oak-gp").post_event(signed(hub, number, jti=jti))
    second = hub.client("north-trust").post_event(
        signed(hub, number, jti=jti, agency="north-trust")
    )
    assert isinstance(first, EventReceipt)
    assert isinstance(second, EventReceipt)
    assert first.position != second.position


def test_each_event_of_a_batch_is_taken_or_refused_on_its_own(hub: RunningHub) -> None:
    number, good, bad, reused = hub.nhs_number(), new_id(), new_id(), new_id()
    client = hub.client("oak-gp")
    client.post_event(signed(hub, number, jti=reused))
    stranger = AgencyKey.generate()
    now = int(time.time())
    forged = sign_event(
        ConcernRaised(about="adult"), person(number), key=stranger, issuer=GP, audience=HUB_URI,
        iat=now, toe=now, jti=bad,
    )  # fmt: skip
    answers = client.post_batch(
        {
            good: signed(hub, number, jti=good),
            bad: forged,
            reused: signed(hub, number, jti=reused, at_risk="yes"),
        }
    )
    assert isinstance(answers[good], EventReceipt)
    assert answers[bad] == Refused("invalid_key", "no agency has registered this key")
    assert answers[reused] == Refused("jti_reused", "the jti was used for other content")


def test_a_batch_that_files_an_event_under_another_jti_has_it_refused(hub: RunningHub) -> None:
    other = new_id()
    answers = hub.client("oak-gp").post_batch({other: signed(hub, hub.nhs_number(), jti=new_id())})
    assert answers[other] == Refused("invalid_request", "the jti is not the event's own")


def test_a_batch_posted_twice_gives_the_same_receipts(hub: RunningHub) -> None:
    number = hub.nhs_number()
    ids = [new_id() for _ in range(20)]
    tokens = {jti: signed(hub, number, jti=jti) for jti in ids}
    client = hub.client("oak-gp")
    assert client.post_batch(tokens) == client.post_batch(tokens)


def test_a_key_registered_twice_by_the_same_event_gets_the_first_receipt(hub: RunningHub) -> None:
    agency = hub.enrol("gp")
    fresh = AgencyKey.generate()
    now, jti = int(time.time()), new_id()
    payload = KeyRegistered(
        agency=agency,
        kid=fresh.kid,
        jwk=Jwk.model_validate_json(json.dumps(fresh.public_jwk())),
        nbf=now - 60,
        exp=now + 86_400,
    )
    token = sign_event(
        payload, urn(f"urn:hub:agency:{agency}"), key=hub.keys[agency],
        issuer=f"{HUB_URI}/agencies/{agency}", audience=HUB_URI, iat=now, toe=now, jti=jti,
    )  # fmt: skip
    client = hub.client(agency)
    first = client.post_event(token)
    assert isinstance(first, EventReceipt)
    hub.until(lambda: fresh.kid in hub.get(f"/agencies/{agency}/jwks").text)
    assert client.post_event(token) == first
    assert client.post_batch({jti: token}) == {jti: first}


def test_the_receipt_of_an_event_can_be_fetched_again(hub: RunningHub) -> None:
    jti = new_id()
    client = hub.client("oak-gp")
    first = client.post_event(signed(hub, hub.nhs_number(), jti=jti))
    assert client.receipt(jti) == first
    assert client.receipt(new_id()) is None


def test_nobody_else_gets_the_receipt_of_an_event(hub: RunningHub) -> None:
    jti = new_id()
    hub.client("oak-gp").post_event(signed(hub, hub.nhs_number(), jti=jti))
    assert hub.client("north-trust").receipt(jti) is None


def test_a_notice_comes_is_handled_once_and_comes_no_more(hub: RunningHub) -> None:
    council = quiet_council(hub)
    number = hub.nhs_number()
    posted = concern(hub, number, addressed_to=(council,))
    hub.settle()
    client = hub.client(council)
    subject = hub.find(council, number)
    told: list[object] = []
    handled = client.handle_notices(lambda notice: told.append(notice.subject))
    assert told == [{"format": "opaque", "id": subject}]
    assert len(handled.done) == 1
    assert client.poll().notices == ()
    assert client.outbox.entry(posted) is None, "the poster's outbox is not the council's"


def test_an_acknowledgement_alone_brings_no_notice(hub: RunningHub) -> None:
    council = quiet_council(hub)
    for _ in range(2):
        concern(hub, hub.nhs_number(), addressed_to=(council,))
    hub.settle()
    client = hub.client(council)
    first = client.poll(max_events=1)
    assert first.more
    only_acknowledged = client.poll(ack=[first.notices[0].jti], max_events=0)
    assert only_acknowledged.notices == ()
    assert only_acknowledged.receipt is None
    rest = client.poll()
    assert len(rest.notices) == 1
    assert not rest.more
    assert rest.notices[0].jti != first.notices[0].jti


def test_a_waiting_poll_is_answered_when_something_comes(hub: RunningHub) -> None:
    council = quiet_council(hub)
    concern(hub, hub.nhs_number(), addressed_to=(council,))
    assert len(hub.client(council).poll(wait=True).notices) == 1


def test_the_stream_resumes_after_the_last_notice_seen(hub: RunningHub) -> None:
    council = quiet_council(hub)
    concern(hub, hub.nhs_number(), addressed_to=(council,))
    hub.settle()
    first = _stream(hub, council, {})
    assert len(first["sets"]) == 1
    (seen,) = first["sets"]
    concern(hub, hub.nhs_number(), addressed_to=(council,))
    hub.settle()
    assert _stream(hub, council, {})["sets"].keys() > {seen}
    after = _stream(hub, council, {"Last-Event-ID": seen})
    assert seen not in after["sets"]
    assert len(after["sets"]) == 1


def test_the_kit_hears_the_stream_with_its_receipts(hub: RunningHub) -> None:
    council = quiet_council(hub)
    concern(hub, hub.nhs_number(), addressed_to=(council,))
    hub.settle()
    client = hub.client(council)
    first = next(client.stream())
    assert len(first.notices) == 1
    assert first.receipt is not None
    assert client.chain.last() == first.receipt.pseq


def test_an_answer_that_went_elsewhere_is_explained_by_its_receipt(hub: RunningHub) -> None:
    council = hub.enrol("council")
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(council,))
    hub.settle()
    client, other = hub.client(council), hub.new_client(council, store="a page")

    def ask(by: HubClient) -> Link:
        named = [("nhs_number", number)]
        return by.find(purpose="safeguarding_enquiry", identifiers=named).receipt.link

    ask(client)
    elsewhere = [ask(other) for _ in range(2)]
    ask(client)
    (gap,) = client.chain.gaps()
    assert (gap.first, gap.last) == (2, 3)
    assert client.explain() == elsewhere
    assert client.chain.gaps() == []
    assert [link.pseq for link, _ in client.chain.links()] == [1, 2, 3, 4]
    assert len(client.chain.unacknowledged()) == 2
    assert other.explain() == [link for link, _ in client.chain.links()][:1]


def test_every_answer_is_acknowledged_over_the_agencys_own_signature(hub: RunningHub) -> None:
    council = hub.enrol("council")
    number = hub.nhs_number()
    concern(hub, number, addressed_to=(council,))
    hub.settle()
    hub.find(council, number)
    client = hub.client(council)
    assert client.acknowledge() == 1
    assert client.flush(wait_s=10).refused == []
    assert client.acknowledge() == 0
    assert client.chain.gaps() == []


def _stream(hub: RunningHub, agency: str, headers: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the first notices that a stream brings."""
    session = hub.signed_in(agency)
    sent = {**session.headers("GET", "/events/stream"), **headers}
    with session.http.stream("GET", f"{hub.url}/events/stream", headers=sent) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                found: dict[str, dict[str, str]] = json.loads(line.removeprefix("data: "))
                return found
    raise AssertionError("the stream ended without a notice")
