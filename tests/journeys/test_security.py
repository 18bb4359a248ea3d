"""What an attacker with one agency's key, or none, gets: nothing, and no echo of what it sent."""

import json
import re
import time
from typing import Any

import httpx
import pytest

from adapters.kit import AgencyKey, HubClient, SignInError, sign_event, urn
from contracts.concern import ConcernRaised
from contracts.governance import KeyRevoked
from hub.telemetry import Log
from tests.journeys.people import concern, person, seen
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

NOBODY = "7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10"  # fixed: the names of tests must not change

NUMBER = "9990000042"
"""A valid NHS number that stands for whatever must not come back."""


@pytest.fixture(scope="module")
def gp(hub: RunningHub) -> SignedIn:
    return hub.signed_in("oak-gp")


@pytest.fixture(scope="module")
def council(hub: RunningHub) -> SignedIn:
    return hub.signed_in("north-council")


def event(hub: RunningHub, agency: str, *, key: AgencyKey | None = None, **claims: Any) -> bytes:  # noqa: ANN401
    now = int(time.time())
    return sign_event(
        ConcernRaised(about="adult"),
        person(NUMBER),
        key=key or hub.keys[agency],
        issuer=f"{HUB_URI}/agencies/{agency}",
        audience=HUB_URI,
        **{"iat": now, "toe": now, "jti": new_id(), **claims},
    )


def test_an_agency_posts_as_itself_only(hub: RunningHub, gp: SignedIn) -> None:
    theirs = event(hub, "north-council")
    answer = gp.send("POST", "/events", content=theirs, headers=EVENT)
    assert (answer.status_code, answer.json()["err"]) == (403, "invalid_issuer")
    forged = event(hub, "north-council", key=hub.keys["oak-gp"])
    answer = gp.send("POST", "/events", content=forged, headers=EVENT)
    assert (answer.status_code, answer.json()["err"]) == (400, "invalid_issuer")


def test_an_agency_posts_as_itself_only_in_a_batch_too(hub: RunningHub, gp: SignedIn) -> None:
    jti = new_id()
    theirs = event(hub, "north-council", jti=jti).decode()
    answer = gp.send("POST", "/events/batch", json={"sets": {jti: theirs}})
    assert answer.json()["setErrs"][jti]["err"] == "invalid_issuer"
    assert answer.json()["ack"] == []


def test_what_one_agency_may_see_another_may_not(
    hub: RunningHub, gp: SignedIn, council: SignedIn
) -> None:
    number = hub.nhs_number()
    item = concern(hub, number, addressed_to=("east-council",))
    hub.settle()
    subject = hub.find("east-council", number)
    headers = {"Hub-Purpose": "safeguarding_enquiry"}
    path = f"/subjects/{subject}/timeline"
    assert gp.send("GET", path, headers=headers).status_code == 200
    assert council.send("GET", path, headers=headers).status_code == 404
    assert gp.send("GET", f"/receipts/{item}").status_code == 200
    assert council.send("GET", f"/receipts/{item}").status_code == 404


def test_an_agencys_notices_are_not_acknowledged_by_another(hub: RunningHub) -> None:
    reader = hub.enrol("council")
    concern(hub, hub.nhs_number(), addressed_to=(reader,))
    hub.settle()
    (notice,) = hub.client(reader).poll().notices
    hub.client("north-council").poll(ack=[notice.jti], max_events=0)
    assert [n.jti for n in hub.client(reader).poll().notices] == [notice.jti]


@pytest.mark.parametrize(
    ("scope", "method", "path", "sent"),
    [
        ("read", "POST", "/events", {"content": b"x", "headers": EVENT}),
        ("read", "POST", "/events/batch", {"json": {"sets": {}}}),
        ("events", "POST", "/events/poll", {"json": {}}),
        ("events", "GET", "/events/stream", {}),
        ("events", "POST", "/subjects/find", {"json": {"purpose": "prevent"}}),
        ("events", "POST", "/disclosures", {"json": {}}),
        ("events read", "GET", "/disclosures", {}),
        ("events read", "GET", f"/disclosures/{NOBODY}", {}),
        ("events read", "GET", f"/subjects/{NOBODY}/disclosures", {}),
    ],
)
def test_a_token_opens_only_the_doors_of_its_scope(
    hub: RunningHub, scope: str, method: str, path: str, sent: dict[str, Any]
) -> None:
    answer = hub.signed_in("oak-gp", scope).send(method, path, **sent)
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_agency_gives_itself_a_scope(hub: RunningHub) -> None:
    greedy = hub.new_client("oak-gp", scopes=("read", "ig"), store="greedy")
    with pytest.raises(SignInError, match="invalid_scope"):
        greedy.register()


def test_a_revoked_key_signs_nothing_and_signs_nobody_in(hub: RunningHub) -> None:
    agency = hub.enrol("gp")
    key = hub.keys[agency]
    payload = KeyRevoked(agency=agency, kid=key.kid, reason="lost")
    hub.post(agency, payload, urn(f"urn:hub:agency:{agency}"))
    late = hub.client(agency).post_event(event(hub, agency))
    assert getattr(late, "err", None) == "invalid_key"
    hub.until(lambda: key.kid not in httpx.get(f"{hub.url}/agencies/{agency}/jwks").text)
    answer = hub.signed_in(agency).sign_in()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_unregistered_key_signs_nobody_in(hub: RunningHub) -> None:
    stranger = AgencyKey.generate()
    with (
        HubClient.open(
            hub.url, agency="oak-gp", key=stranger, store=hub.folder / "stranger.db"
        ) as client,
        pytest.raises(SignInError, match="invalid_client"),
    ):
        client.find(purpose="direct_care", identifiers=[("nhs_number", NUMBER)])


@pytest.mark.parametrize(
    "spoilt",
    [
        "no authorization",
        "no proof",
        "bearer",
        "proof for another path",
        "proof for another method",
        "proof of another key",
        "proof used before",
        "token of another agency",
        "two proofs",
    ],
)
def test_a_request_without_a_sound_token_and_proof_is_not_let_in(
    hub: RunningHub, gp: SignedIn, council: SignedIn, spoilt: str
) -> None:
    path = f"/receipts/{new_id()}"
    headers: list[tuple[str, str]] = list(gp.headers("GET", path).items())
    (_, token), (_, proof) = headers
    if spoilt == "proof used before":
        assert httpx.get(hub.url + path, headers=headers).status_code == 404
    changed: dict[str, list[tuple[str, str]]] = {
        "no authorization": [("DPoP", proof)],
        "no proof": [("Authorization", token)],
        "bearer": [("Authorization", token.replace("DPoP", "Bearer")), ("DPoP", proof)],
        "proof for another path": [("Authorization", token), ("DPoP", gp.proof("GET", "/x"))],
        "proof for another method": [("Authorization", token), ("DPoP", gp.proof("POST", path))],
        "proof of another key": [("Authorization", token), ("DPoP", council.proof("GET", path))],
        "proof used before": headers,
        "token of another agency": [
            ("Authorization", f"DPoP {council.access_token()}"), ("DPoP", proof)
        ],
        "two proofs": [*headers, ("DPoP", gp.proof("GET", path))],
    }  # fmt: skip
    answer = httpx.get(hub.url + path, headers=changed[spoilt])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_client_assertion_is_good_once(hub: RunningHub, gp: SignedIn) -> None:
    from adapters.kit.tokens import client_assertion  # noqa: PLC0415

    client = f"{HUB_URI}/agencies/oak-gp"
    said = client_assertion(
        hub.keys["oak-gp"], client=client, hub_uri=HUB_URI, now=int(time.time()), jti=new_id()
    )
    assert gp.sign_in(client_assertion=said).status_code == 200
    again = gp.sign_in(client_assertion=said)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


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
    from adapters.kit.sign import claims_of, sign_claims  # noqa: PLC0415

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
