"""The running hub, asked at random within and beyond its own OpenAPI document.

Every generated call is signed: a token with a fresh proof for its method and path. One agency asks
with all its scopes; whatever it is answered must be as the document says, and never a 500.
"""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from tests.journeys.people import concern
from tests.support.hub_process import RunningHub
from tests.support.signed_in import SignedIn

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.ignored_auth,
    checks.unsupported_method,
    checks.missing_required_header,
    checks.negative_data_rejection,
]
OPERATIONS = (
    "POST /events",
    "POST /events/batch",
    "POST /events/poll",
    "POST /oauth2/token",
    "POST /subjects/find",
    "GET /subjects/{subject}/timeline",
    "GET /subjects/{subject}/bundle",
    "GET /subjects/{subject}/disclosures",
    "GET /subjects/{subject}/known",
    "POST /subjects/{subject}/orders",
    "POST /subjects/{subject}/separations",
    "POST /disclosures",
    "POST /advice",
    "GET /dashboard",
    "GET /disclosures",
    "GET /disclosures/{jti}",
    "POST /disclosures/{jti}/review",
    "GET /receipts",
    "GET /receipts/{jti}",
    "GET /statements/{month}",
    "GET /agencies",
    "GET /agencies/{agency}/jwks",
    "GET /contracts/{kind}",
    "GET /checkpoint",
    "GET /log/proof/{index}",
    "GET /tile/{level}/{address}",
    "GET /tile/entries/{address}",
    "GET /health/live",
    "GET /health/ready",
)
UNENDING = "GET /events/stream"
"""Looked at in the journeys: it never ends, and a generated call would wait for it to."""
QUICK, LONG = 12, 300


@schemathesis.serializer("application/secevent+jwt")
def as_text(_: Any, value: Any) -> bytes:  # noqa: ANN401 - whatever was generated
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def document(hub: RunningHub) -> Any:  # noqa: ANN401 - schemathesis' own class
    return schemathesis.openapi.from_url(f"{hub.url}/openapi.json")


@pytest.fixture(scope="module")
def agency(hub: RunningHub) -> SignedIn:
    return hub.signed_in(hub.enrol("council", scopes=("events", "read", "ig")), "events read ig")


def test_every_documented_operation_is_asked(document: Any) -> None:  # noqa: ANN401
    found = {operation.ok().label for operation in document.get_all_operations()}
    assert found == {*OPERATIONS, UNENDING}


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_documented(
    label: str,
    document: Any,  # noqa: ANN401
    hub: RunningHub,
    agency: SignedIn,
) -> None:
    ask_many(document.find_operation_by_label(label), hub, agency, QUICK)


@pytest.mark.heavy
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_as_documented_at_length(
    label: str,
    document: Any,  # noqa: ANN401
    hub: RunningHub,
    agency: SignedIn,
) -> None:
    ask_many(document.find_operation_by_label(label), hub, agency, LONG)


def ask_many(operation: Any, hub: RunningHub, agency: SignedIn, examples: int) -> None:  # noqa: ANN401
    """Send calls made from an operation's description, as it allows and as it does not."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    has_input = operation.body or operation.query or operation.headers or operation.path_parameters

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(right, wrong) if has_input else right)
    def ask(case: "Case[Any]") -> None:
        send(case, hub, agency)

    ask()


def send(case: "Case[Any]", hub: RunningHub, agency: SignedIn) -> None:
    """Send a generated call, signed, and check its answer."""
    if isinstance(case.body, dict) and case.body.get("returnImmediately") is False:
        case.body["returnImmediately"] = True  # or each such call is held for twenty seconds
    sent = case.as_transport_kwargs(base_url=hub.url)
    prepared = requests.Request(case.method, sent["url"], params=sent.get("params")).prepare()
    path = urlsplit(str(prepared.url)).path
    if path == "/oauth2/token":
        headers = {"DPoP": agency.proof(case.method, path, bound=False)}
    else:
        headers = agency.headers(case.method, path)
    case.call_and_validate(base_url=hub.url, headers=headers, checks=CHECKS, timeout=30)


THEIRS = (
    "GET /subjects/{subject}/timeline",
    "GET /subjects/{subject}/bundle",
    "GET /subjects/{subject}/disclosures",
    "GET /subjects/{subject}/known",
    "GET /disclosures/{jti}",
    "POST /disclosures/{jti}/review",
    "GET /receipts/{jti}",
    "POST /disclosures",
    "POST /advice",
)


@pytest.mark.parametrize("label", THEIRS)
def test_whatever_is_asked_one_agencys_objects_are_not_anothers(
    label: str,
    document: Any,  # noqa: ANN401
    hub: RunningHub,
) -> None:
    owner, other = hub.signed_in(hub.enrol("gp")), hub.signed_in(hub.enrol("gp"))
    number = hub.nhs_number()
    item = concern(hub, number, by=owner.agency)
    hub.settle()
    subject = hub.find(owner.agency, number)
    operation = document.find_operation_by_label(label)
    ids = {"subject": subject, "jti": item}

    @seed(1)
    @settings(max_examples=QUICK, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def ask(case: "Case[Any]") -> None:
        case.path_parameters.update({k: v for k, v in ids.items() if k in case.path_parameters})
        if isinstance(case.body, dict):
            case.body["subject"] = subject
        path = case.formatted_path
        answer = case.call(base_url=hub.url, headers=other.headers(case.method, path))
        assert 400 <= answer.status_code < 500
        assert item not in answer.text

    ask()
    assert owner.send("GET", f"/receipts/{item}").status_code == 200
