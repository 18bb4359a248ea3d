"""The client against a hub on a real port: tokens, questions, notices, and every fault in turn."""

import json
from collections.abc import Callable

import httpx
import pytest

from adapters.kit import (
    AgencyKey,
    Alarm,
    HubBusyError,
    HubClient,
    HubKeys,
    HubUnreachableError,
    ProblemError,
    ReceiptError,
    SignInError,
    UnknownSubjectError,
)
from adapters.kit.answers import problem
from adapters.kit.chain import GAP_AGE_S
from adapters.kit.receipts import body_digest
from tests.adapters.kit.conftest import START, Clock
from tests.adapters.kit.fake_hub import SUBJECT, TOKEN_LIFE_S, FakeHub, notice_id

TIMELINE = f"/subjects/{SUBJECT}/timeline"
POLL = "/events/poll"
TOKEN = "/oauth2/token"  # noqa: S105 -- a path


def look(client: HubClient) -> bytes:
    return client.timeline_page(SUBJECT, purpose="safeguarding_enquiry").body


# Signing in.


def test_one_token_serves_until_it_is_about_to_end(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    look(client)
    look(client)
    assert len(hub.tokens) == 1
    clock.now += TOKEN_LIFE_S - 20
    look(client)
    assert len(hub.tokens) == 2


def test_a_token_the_hub_forgot_is_replaced_once(client: HubClient, hub: FakeHub) -> None:
    hub.faults[TIMELINE].append("unauthorised")
    assert look(client)
    assert len(hub.tokens) == 2
    hub.faults[TIMELINE].extend(["unauthorised"] * 2)
    with pytest.raises(ProblemError, match="401"):
        look(client)


@pytest.mark.parametrize("fault", ["refuse", "bearer"])
def test_no_bound_token_means_no_request(client: HubClient, hub: FakeHub, fault: str) -> None:
    hub.faults[TOKEN].append(fault)
    with pytest.raises(SignInError):
        look(client)
    assert [path for _, path, *_ in hub.requests] == [TOKEN]


# Questions and their receipts.


def test_a_timeline_is_read_page_by_page_with_a_receipt_each(
    client: HubClient, hub: FakeHub
) -> None:
    hub.pages = [{"items": [1], "next": "1"}, {"items": [2], "next": "2"}, {"items": [3]}]
    pages = list(client.timeline(SUBJECT, purpose="crime_investigation", emergency=True))
    assert [page.data["items"] for page in pages] == [[1], [2], [3]]
    assert [page.receipt.pseq for page in pages] == [1, 2, 3]
    assert all(page.released and body_digest(page.body) == page.receipt.bd for page in pages)
    headers = hub.requests[-1][2]
    assert headers["hub-purpose"] == "crime_investigation"
    assert headers["hub-emergency"] == "yes"
    assert "hub-legal-demand" not in headers


def test_a_hub_whose_pages_go_round_is_not_followed_for_ever(
    client: HubClient, hub: FakeHub
) -> None:
    hub.pages = [{"next": "1"}, {"next": "0"}]
    assert len(list(client.timeline(SUBJECT, purpose="audit"))) == 3


def test_a_request_is_sent_as_stated_and_a_refusal_is_an_answer(
    client: HubClient, hub: FakeHub
) -> None:
    given = client.disclose(
        SUBJECT,
        purpose="emergency",
        necessary=True,
        reason="at risk now",
        emergency=True,
        user="p7",
    )
    assert given.released
    headers, body = hub.last("/disclosures")
    stated = json.loads(body)
    assert len(stated.pop("id")) == 36
    assert stated == {
        "purpose": "emergency",
        "legal_demand": "none",
        "subject": SUBJECT,
        "necessary": True,
        "emergency": True,
        "reason": "at risk now",
    }
    assert headers["hub-user"] == "p7"
    refused = client.disclose(SUBJECT, purpose="audit", necessary=False, reason="to know")
    assert not refused.released
    assert refused.data["outcome"] == "refused"
    assert client.chain.last() == 2


def test_a_request_whose_answer_was_lost_is_sent_again_under_the_same_id(
    client: HubClient, hub: FakeHub
) -> None:
    hub.faults["/disclosures"].append("drop")
    client.disclose(SUBJECT, purpose="audit", necessary=True, reason="x")
    ids = [json.loads(body)["id"] for _, path, _, body in hub.requests if path == "/disclosures"]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_the_other_questions_reach_their_places(client: HubClient, hub: FakeHub) -> None:
    client.find(purpose="direct_care", identifiers=[("nhs_number", "9434765919")])
    client.find(
        purpose="direct_care", demographics={"family_name": "A", "birth_date": "1960-01-02"}
    )
    client.who_saw(SUBJECT)
    client.register(partner="gp")
    assert client.agencies()["agencies"]
    asked = [(method, path) for method, path, *_ in hub.requests if path.startswith(("/s", "/d"))]
    assert asked == [
        ("POST", "/subjects/find"),
        ("POST", "/subjects/find"),
        ("GET", f"/subjects/{SUBJECT}/disclosures"),
        ("GET", "/disclosures?partner=gp"),
    ]
    assert not any("9434765919" in path for _, path, *_ in hub.requests)


FAULTY_ANSWERS = [
    "no_receipt",
    "tampered",
    "other_aud",
    "other_outcome",
    "zero_pseq",
    "text_pseq",
    "stranger_key",
]


@pytest.mark.parametrize("fault", FAULTY_ANSWERS)
def test_an_answer_without_a_receipt_that_fits_is_never_handed_out(
    client: HubClient, hub: FakeHub, fault: str
) -> None:
    hub.notify(notice_id(1))
    asks: dict[str, Callable[[], object]] = {
        TIMELINE: lambda: look(client),
        POLL: client.poll,
        "/subjects/find": lambda: client.find(purpose="audit"),
        "/disclosures": lambda: client.disclose(
            SUBJECT, purpose="audit", necessary=False, reason="x"
        ),
        f"/subjects/{SUBJECT}/disclosures": lambda: client.who_saw(SUBJECT),
    }
    if fault == "other_outcome":
        # A search that found nobody may stand on record as refused; a shown timeline may not.
        del asks["/subjects/find"], asks[f"/subjects/{SUBJECT}/disclosures"]
    for path, ask in asks.items():
        hub.faults[path].append(fault)
        with pytest.raises(ReceiptError):
            ask()
    assert client.chain.last() == 0


def test_an_unknown_subject_is_an_error_that_keeps_the_bytes_and_counts_in_the_chain(
    client: HubClient,
) -> None:
    with pytest.raises(UnknownSubjectError) as caught:
        client.timeline_page("another", purpose="audit")
    assert (caught.value.status, caught.value.code) == (404, "urn:hub:problem:unknown")
    assert caught.value.body == b'{"type": "urn:hub:problem:unknown"}'
    assert client.chain.last() == 1


def test_a_problem_is_named_by_its_title_where_its_type_says_nothing() -> None:
    body = b'{"type":"about:blank","title":"Not allowed"}'
    assert problem(httpx.Response(403, content=body)).code == "Not allowed"
    assert problem(httpx.Response(418, content=b"tea")).code == "unnamed"
    assert problem(httpx.Response(418, content=b"[]")).code == "unnamed"


def test_a_problem_without_a_receipt_is_an_error(client: HubClient, hub: FakeHub) -> None:
    for path, ask in ((TIMELINE, lambda: look(client)), (POLL, client.poll)):
        hub.faults[path].append("forbidden")
        with pytest.raises(ProblemError, match="403 `urn:hub:problem:scope`"):
            ask()


def test_a_skipped_number_is_an_alarm_after_ten_minutes(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    look(client)
    hub.faults[TIMELINE].append("skip_pseq")
    look(client)
    clock.now += GAP_AGE_S + 1
    assert client.chain.alarms() == [Alarm("gap", 2, 2, START)]


def test_a_number_given_twice_is_an_alarm_and_the_answer_is_still_there(
    client: HubClient, hub: FakeHub
) -> None:
    look(client)
    hub.faults[TIMELINE].append("repeat_pseq")
    assert look(client)
    assert client.chain.alarms() == [Alarm("conflict", 1, 1, START)]


def test_a_lost_answer_leaves_a_gap_that_says_why(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    hub.faults[TIMELINE].append("drop")
    look(client)
    noticed = clock.now
    clock.now += GAP_AGE_S + 1
    assert client.chain.alarms() == [Alarm("gap", 1, 1, noticed, lost_answers=1)]


# A hub in trouble.


def test_a_question_is_asked_again_while_the_hub_is_busy(
    client: HubClient, hub: FakeHub, clock: Clock
) -> None:
    hub.faults[TIMELINE].extend(["busy:2", "busy:Thu, 01 Jan 2026 00:00:12 GMT", "busy:soon"])
    assert look(client)
    assert clock.slept == [2.0, 10.0, 1.0]


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        (["busy:"] * 4, HubBusyError),
        (["busy:90"], HubBusyError),
        (["error"] * 4, HubUnreachableError),
    ],
    ids=["busy all along", "busy for too long", "broken all along"],
)
def test_patience_ends(
    client: HubClient, hub: FakeHub, faults: list[str], kind: type[Exception]
) -> None:
    hub.faults[TIMELINE].extend(faults)
    with pytest.raises(kind):
        look(client)
    assert not hub.faults[TIMELINE]


def test_no_hub_at_all_is_said_so(client: HubClient) -> None:
    client._http.base_url = "http://127.0.0.1:1"
    with pytest.raises(HubUnreachableError):
        look(client)
    assert client.flush().waiting == 0


def test_pinned_keys_are_used_and_none_are_asked_for(
    connect: Callable[..., HubClient], hub: FakeHub
) -> None:
    assert look(connect(HubKeys.pinned([hub.key.public_jwk()])))
    assert not any("jwks" in path for _, path, *_ in hub.requests)
    with pytest.raises(ReceiptError):
        look(connect(HubKeys.pinned([AgencyKey.generate().public_jwk()])))
