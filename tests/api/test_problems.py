"""Each kind of error once: its status, its form, and nothing in it of what was sent."""

import asyncio
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg_pool import PoolTimeout

from hub.api import body
from hub.api.access import AccessError
from hub.api.problems import (
    MediaTypeError,
    RequestTooLargeError,
    RequestTooSlowError,
    intake_answer,
    problem_of,
)
from hub.disclosure.ask import CursorError, RequestIdReusedError
from hub.intake.errors import (
    CallerMismatchError,
    Err,
    IntakeError,
    NotYourEventTypeError,
    TooLargeError,
)
from hub.intake.identifiers import IdentifierRefusedError
from hub.ledger.record import (
    JtiReusedError,
    OverloadedError,
    StaleError,
    SubjectErasedError,
    UnavailableError,
    UnknownSubjectError,
)
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, SignedIn, new_id

SAID = "9990000042"
NOBODY = "7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10"  # fixed: the names of tests must not change
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def gp(hub: RunningHub) -> SignedIn:
    return hub.signed_in("oak-gp")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AccessError(401, "invalid_token", "no"), 401),
        (AccessError(403, "insufficient_scope", "no"), 403),
        (AccessError(400, "invalid_request", "no"), 400),
        (RequestTooLargeError(SAID), 413),
        (RequestTooSlowError(SAID), 408),
        (MediaTypeError(SAID), 415),
        (CursorError(SAID), 400),
        (IdentifierRefusedError(SAID), 422),
        (RequestIdReusedError(SAID), 409),
        (JtiReusedError(SAID), 409),
        (SubjectErasedError(SAID), 410),
        (UnknownSubjectError(SAID), 404),
        (StaleError(SAID), 503),
        (UnavailableError(SAID), 503),
        (OverloadedError(SAID), 503),
        (psycopg.OperationalError(SAID), 503),
        (PoolTimeout(SAID), 503),
        (ConnectionError(SAID), 503),
        (RuntimeError(SAID), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_a_problem_document_without_its_text(error: Exception, status: int) -> None:
    problem = problem_of(error)
    assert problem.status == status
    document = json.loads(problem.body)
    assert document["status"] == status
    assert document["title"]
    assert SAID not in problem.body.decode()
    assert ("Retry-After" in problem.headers) == (status == 503)


@pytest.mark.parametrize(
    ("error", "status", "err"),
    [
        (IntakeError(Err.INVALID_KEY, "no"), 400, "invalid_key"),
        (TooLargeError(Err.INVALID_REQUEST, "no"), 413, "invalid_request"),
        (CallerMismatchError(Err.INVALID_ISSUER, "no"), 403, "invalid_issuer"),
        (NotYourEventTypeError(Err.ACCESS_DENIED, "no"), 403, "access_denied"),
        (JtiReusedError(SAID), 409, "jti_reused"),
        (UnknownSubjectError(SAID), 400, "invalid_request"),
        (SubjectErasedError(SAID), 410, "invalid_request"),
        (UnavailableError(SAID), 503, "unavailable"),
        (OperationalError(SAID), 503, "unavailable"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refused_event_is_answered_as_rfc_8935_says(
    error: Exception, status: int, err: str
) -> None:
    found, document = intake_answer(error)
    assert (found, document["err"]) == (status, err)
    assert SAID not in str(document)


def test_an_event_longer_than_48_kib_is_413(gp: SignedIn) -> None:
    answer = gp.send("POST", "/events", content=b"a" * (48 * 1024 + 1), headers=EVENT)
    assert (answer.status_code, answer.json()["err"]) == (413, "invalid_request")


def test_a_batch_longer_than_it_may_be_is_413(gp: SignedIn) -> None:
    answer = gp.send("POST", "/events/batch", content=b" " * (16 * 1024 * 1000 + 1), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_of_more_than_a_thousand_is_refused_whole(gp: SignedIn) -> None:
    answer = gp.send("POST", "/events/batch", json={"sets": {new_id(): "a" for _ in range(1001)}})
    assert (answer.status_code, answer.json()["err"]) == (400, "invalid_request")


def test_a_batch_with_a_member_twice_is_refused_whole(gp: SignedIn) -> None:
    jti = new_id()
    twice = f'{{"sets":{{"{jti}":"a","{jti}":"b"}}}}'.encode()
    answer = gp.send("POST", "/events/batch", content=twice, headers=JSON)
    assert (answer.status_code, answer.json()["err"]) == (400, "invalid_request")


def test_a_token_request_that_is_too_long_is_refused(gp: SignedIn) -> None:
    answer = gp.sign_in(client_assertion="a" * 10_000)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/events", "/events/batch"])
def test_another_media_type_is_415(gp: SignedIn, path: str) -> None:
    answer = gp.send("POST", path, content=b"a", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_does_not_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_SECONDS", 0.05)

    async def receive() -> Any:  # noqa: ANN401 - an ASGI message
        await asyncio.sleep(10)

    with pytest.raises(RequestTooSlowError):
        asyncio.run(body.read_body(receive, 10))


def test_a_client_that_goes_away_in_the_middle_is_no_error_of_the_hubs(
    hub: RunningHub, gp: SignedIn
) -> None:
    host = urlsplit(hub.url)
    headers = {**gp.headers("POST", "/events"), **EVENT, "Host": host.netloc}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST /events HTTP/1.1\r\n{lines}Content-Length: 1000\r\n\r\nabc"
    with socket.create_connection((str(host.hostname), int(host.port or 0))) as wire:
        wire.sendall(head.encode())
        time.sleep(0.2)
    assert hub.get("/health/live").status_code == 200
    assert "Traceback" not in hub.log("serve")


@pytest.mark.parametrize(
    "subject",
    ["1", "00000000-0000-0000-0000-000000000000", "717E19DF-4D72-4A6C-8C76-32A1DB4ABAB6"],
)
def test_a_subject_that_is_no_id_of_the_hubs_is_422(gp: SignedIn, subject: str) -> None:
    answer = gp.send("GET", f"/subjects/{subject}/timeline", headers={"Hub-Purpose": "direct_care"})
    assert answer.status_code == 422
    assert answer.json()["faults"] == [
        {"pointer": "/path/subject", "fault": "string_pattern_mismatch"}
    ]


@pytest.mark.parametrize("headers", [{}, {"Hub-Purpose": "curiosity"}])
def test_a_timeline_without_a_purpose_is_422(gp: SignedIn, headers: dict[str, str]) -> None:
    answer = gp.send("GET", f"/subjects/{new_id()}/timeline", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/header/hub-purpose"


@pytest.mark.parametrize(
    "query", [{"patner": SAID}, {"since": "1700000000"}, {"limit": "0"}, {"until": "2020-02-30"}]
)
def test_a_query_that_is_not_listed_or_no_day_is_422(gp: SignedIn, query: dict[str, str]) -> None:
    headers = {"Hub-Purpose": "direct_care"}
    answer = gp.send("GET", f"/subjects/{new_id()}/timeline", headers=headers, params=query)
    assert answer.status_code == 422
    assert SAID not in answer.text


def test_a_request_that_is_not_let_in_is_not_looked_at(hub: RunningHub) -> None:
    answer = httpx.get(f"{hub.url}/subjects/{SAID}/timeline", params={"limit": "x"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", f"/subjects/{NOBODY}/timeline", 405),
        ("OPTIONS", "/disclosures", 405),
        ("DELETE", f"/disclosures/{NOBODY}", 405),
        ("GET", "/events", 405),
        ("PUT", "/events", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
    ],
)
def test_what_there_is_not_is_a_problem_document(
    gp: SignedIn, method: str, path: str, status: int
) -> None:
    answer = gp.send(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events/poll", {"returnImmediately": 0}),
        ("/events/poll", {"maxEvents": "10"}),
        ("/subjects/find", {"purpose": "direct_care", "emergency": "no"}),
    ],
)
def test_a_value_of_another_type_is_refused_and_not_read_kindly(
    gp: SignedIn, path: str, body: dict[str, object]
) -> None:
    assert gp.send("POST", path, json=body).status_code == 422


def test_a_trailing_slash_leads_back_and_discloses_nothing(gp: SignedIn) -> None:
    answer = gp.send("GET", "/agencies/")
    assert answer.status_code in {307, 404}
    assert answer.content == b"" or answer.json()["status"] == 404


def test_answers_about_people_are_kept_by_no_cache(gp: SignedIn) -> None:
    answer = gp.send("POST", "/subjects/find", json={"purpose": "direct_care"})
    assert answer.headers["cache-control"] == "no-store"
    unknown = gp.send(
        "GET", f"/subjects/{new_id()}/timeline", headers={"Hub-Purpose": "direct_care"}
    )
    assert unknown.status_code == 404
    assert unknown.headers["cache-control"] == "no-store"
    assert unknown.headers["content-type"] == "application/problem+json"
    assert unknown.headers["hub-receipt"]
    assert gp.send("POST", "/events/poll", json={}).headers["cache-control"] == "no-store"
