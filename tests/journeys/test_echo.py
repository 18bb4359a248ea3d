"""What was sent wrong comes back nowhere: not in an answer, not in a log line, not in a metric."""

import json
import re
import time
from typing import Any

import pytest

from adapters.kit.sign import claims_of, sign_claims
from contracts.concern import ConcernRaised
from hub.telemetry import Log
from tests.journeys.people import concern, person, seen
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

NUMBER = "9990000042"
"""A valid NHS number that stands for whatever must not come back."""
NOBODY = "7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10"  # fixed: the names of tests must not change


@pytest.fixture(scope="module")
def gp(hub: RunningHub) -> SignedIn:
    return hub.signed_in("oak-gp")


WRONG: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("GET", f"/subjects/{NUMBER}/timeline", {"headers": {"Hub-Purpose": "direct_care"}}),
    ("GET", f"/subjects/{NUMBER}/disclosures", {}),
    ("GET", f"/subjects/{NOBODY}/timeline", {"headers": {"Hub-Purpose": NUMBER}}),
    ("GET", f"/subjects/{NOBODY}/timeline", {
        "headers": {"Hub-Purpose": "direct_care", "Hub-Legal-Demand": NUMBER}}),
    ("GET", f"/subjects/{NOBODY}/timeline", {
        "headers": {"Hub-Purpose": "direct_care", "Hub-Emergency": NUMBER}}),
    ("GET", f"/subjects/{NOBODY}/timeline", {
        "headers": {"Hub-Purpose": "direct_care", "Hub-User": f"{NUMBER} Ann"}}),
    *(("GET", f"/subjects/{NOBODY}/timeline", {
        "headers": {"Hub-Purpose": "direct_care"}, "params": {name: NUMBER}})
      for name in ("since", "until", "as_known_on", "after", "limit")),
    ("GET", f"/{NUMBER}", {}),
    ("GET", f"/agencies/{NUMBER}/jwks", {}),
    ("GET", f"/contracts/{NUMBER}", {}),
    ("GET", f"/receipts/{NUMBER}", {}),
    ("GET", f"/disclosures/{NUMBER}", {}),
    ("PUT", f"/disclosures/{NUMBER}", {"content": NUMBER.encode()}),
    ("PATCH", "/subjects/find", {"json": {"purpose": NUMBER}}),
    ("POST", "/subjects/find", {"json": {"purpose": NUMBER}}),
    ("POST", "/subjects/find", {"json": {"purpose": "direct_care", NUMBER: NUMBER}}),
    ("POST", "/subjects/find", {"json": {"purpose": "direct_care", "identifiers": [
        {"kind": NUMBER, "value": NUMBER}]}}),
    ("POST", "/subjects/find", {"json": {"purpose": "direct_care", "identifiers": [
        {"kind": "nmc_pin", "value": NUMBER}]}}),
    ("POST", "/subjects/find", {"json": {"purpose": "direct_care", "identifiers": [
        {"kind": "nhs_number", "value": NUMBER, NUMBER: 1}]}}),
    ("POST", "/subjects/find", {"json": {"purpose": "direct_care", "demographics": {
        "birth_date": NUMBER, "postcode": NUMBER * 2, NUMBER: NUMBER}}}),
    ("POST", "/subjects/find", {"content": f'{{"{NUMBER}'.encode(), "headers": {
        "Content-Type": "application/json"}}),
    ("POST", "/subjects/find", {"content": NUMBER.encode(), "headers": {
        "Content-Type": f"text/{NUMBER}"}}),
    ("POST", "/disclosures", {"json": {"id": NUMBER, "purpose": NUMBER, "subject": NUMBER,
                                       "legal_demand": NUMBER, "case": f"-{NUMBER}",
                                       "necessary": NUMBER, "reason": NUMBER[:9], NUMBER: 1}}),
    ("POST", "/events/poll", {"json": {"ack": [NUMBER], "maxEvents": NUMBER,
                                       "setErrs": {NUMBER: {NUMBER: NUMBER}}, NUMBER: 1}}),
    ("POST", "/events/batch", {"json": {"sets": {NUMBER: NUMBER}}}),
    ("POST", "/events/batch", {"json": {NUMBER: NUMBER}}),
    ("POST", "/events/batch", {"content": NUMBER.encode(), "headers": {
        "Content-Type": "application/json"}}),
    ("POST", "/events", {"content": NUMBER.encode(), "headers": EVENT}),
    ("POST", "/events", {"content": f"{NUMBER}.{NUMBER}.{NUMBER}".encode(), "headers": EVENT}),
    ("POST", "/events", {"content": b"", "headers": {"Content-Type": NUMBER}}),
    ("POST", "/oauth2/token", {"data": {"grant_type": NUMBER, "client_id": NUMBER}}),
    ("POST", "/oauth2/token", {"data": {"grant_type": "client_credentials", "scope": NUMBER,
                                        "client_assertion": NUMBER}}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "sent"), WRONG, ids=range(len(WRONG)))
def test_no_error_and_no_log_line_repeats_what_was_sent(
    hub: RunningHub, gp: SignedIn, method: str, path: str, sent: dict[str, Any]
) -> None:
    answer = gp.send(method, path, **sent)
    assert 400 <= answer.status_code < 500, answer.text
    assert NUMBER not in answer.text + str(answer.headers.multi_items())
    assert NUMBER not in hub.log("serve")


@pytest.mark.parametrize("header", ["Authorization", "DPoP", "Hub-User", "Last-Event-ID", "Cookie"])
def test_no_error_repeats_a_header(hub: RunningHub, gp: SignedIn, header: str) -> None:
    for path in (f"/receipts/{new_id()}", "/events/stream?x=1" if header == "DPoP" else "/nowhere"):
        answer = gp.send("GET", path, headers={header: f"{NUMBER} {NUMBER}"})
        assert 400 <= answer.status_code < 500
        assert NUMBER not in answer.text + str(answer.headers.multi_items())
    assert NUMBER not in hub.log("serve")


def test_a_signed_event_with_a_fault_is_refused_by_its_place_only(
    hub: RunningHub, gp: SignedIn
) -> None:
    now = int(time.time())
    claims = claims_of(
        ConcernRaised(about="adult"), person(NUMBER), issuer=f"{HUB_URI}/agencies/oak-gp",
        audience=HUB_URI, iat=now, toe=now, jti=new_id(),
    )  # fmt: skip
    for fault in ({"at_risk": NUMBER}, {NUMBER: NUMBER}, {"types": [NUMBER]}):
        wrong = {**claims, "jti": new_id()}
        wrong["events"] = {ConcernRaised.TYPE: {"about": "adult", **fault}}
        token = sign_claims(wrong, hub.keys["oak-gp"])
        answer = gp.send("POST", "/events", content=token, headers=EVENT)
        assert answer.status_code == 400
        assert NUMBER not in answer.text


def test_log_lines_are_of_the_catalogue_and_name_nobody(hub: RunningHub) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    subject = hub.find("north-council", number)
    assert seen(hub, "north-council", number)
    known = {event.value for event in Log}
    for name in ("serve", "project"):
        text = hub.log(name)
        for secret in (number, subject, "eyJ"):
            assert secret not in text
        for line in filter(None, text.splitlines()):
            assert json.loads(line)["event"] in known


def test_metrics_hold_routes_and_counts_and_no_id(hub: RunningHub, gp: SignedIn) -> None:
    number = hub.nhs_number()
    concern(hub, number)
    hub.settle()
    assert seen(hub, "north-council", number)
    gp.send("GET", f"/subjects/{new_id()}/unknown")
    gp.send("GET", f"/{NUMBER}")
    text = gp.http.get(f"{hub.url}/metrics").text
    assert 'route="/subjects/{subject}/timeline"' in text
    assert NUMBER not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    assert not re.search(r"\b[0-9]{10}\b", re.sub(r"_created\{?.*", "", text))
