"""What an attacker with one agency's key, or with none, gets: nothing that is not its own."""

import time
from typing import Any

import httpx
import pytest

from adapters.kit import AgencyKey, HubClient, SignInError, sign_event, urn
from adapters.kit.tokens import client_assertion
from contracts.concern import ConcernRaised
from contracts.governance import KeyRevoked
from tests.journeys.people import concern, person, quiet_council
from tests.support.hub_process import RunningHub
from tests.support.signed_in import EVENT, HUB_URI, SignedIn, new_id

NOBODY = "7d7c7c50-5b9f-4f0e-9a53-0d4c3c4f7a10"  # fixed: the names of tests must not change

NUMBER = "9990000042"
"""A valid NHS number."""


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
    reader = quiet_council(hub)
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
    hub.until(lambda: key.kid not in hub.get(f"/agencies/{agency}/jwks").text)
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
    client = f"{HUB_URI}/agencies/oak-gp"
    said = client_assertion(
        hub.keys["oak-gp"], client=client, hub_uri=HUB_URI, now=int(time.time()), jti=new_id()
    )
    assert gp.sign_in(client_assertion=said).status_code == 200
    again = gp.sign_in(client_assertion=said)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
