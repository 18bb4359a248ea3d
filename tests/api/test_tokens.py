"""Signing in: an agency with its key gets a token for its key, and nobody gets a server error."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import import_key

from hub.api.access import LIFETIME_S
from hub.api.assertion import Door
from hub.api.tokens import MAX_BODY_BYTES, TokenEndpoint
from tests.api.signing_in import (
    CLIENT_KEY,
    FORM,
    OTHER_KEY,
    SIGN_IN_URL,
    SIGNER,
    MemoryAsyncOnce,
    MemoryOnce,
    answer_of,
    assertion,
    form,
    new_tokens,
    outcome,
    proof,
    sign_in,
)
from tests.intake.world import AGENCIES, COUNCIL, HUB, KEYRING, NOW, POLICE, Anything

DOOR = Door(keyring=KEYRING, agencies=AGENCIES, now=NOW)


def test_agency_gets_a_token_bound_to_the_key_it_proved() -> None:
    answer = sign_in(form(assertion(), scope="read"))
    body = json.loads(answer.body)
    headers = dict(answer.headers)
    token = jwt.decode(
        body["access_token"], import_key({**SIGNER.public.jwk}), algorithms=["Ed25519"]
    )

    assert (answer.status, body["token_type"], body["expires_in"]) == (200, "DPoP", 300)
    assert headers["Cache-Control"] == "no-store"
    assert token.header == {"alg": "Ed25519", "kid": SIGNER.kid, "typ": "at+jwt"}
    assert token.claims == {
        "iss": HUB,
        "aud": HUB,
        "sub": COUNCIL.iss,
        "client_id": COUNCIL.iss,
        "iat": NOW,
        "exp": NOW + LIFETIME_S,
        "jti": "token-1",
        "scope": "read",
        "cnf": {"jkt": CLIENT_KEY.kid},
    }


def test_token_from_the_endpoint_opens_the_door_with_its_key_only() -> None:
    token = json.loads(sign_in(form(assertion())).body)["access_token"]

    assert outcome(token, proof(token=token)) == "200 accepted"
    assert outcome(token, proof(OTHER_KEY, token=token)) == "401 invalid_dpop_proof"


def test_agency_with_a_p256_key_signs_in_as_well() -> None:
    assert sign_in(form(assertion(POLICE))).status == 200


@pytest.mark.parametrize(
    ("scope", "answer"),
    [
        ("read", "200 accepted"),
        ("events read", "200 accepted"),
        ("ig", "400 invalid_scope"),
        ("read ig", "400 invalid_scope"),
        ("", "400 invalid_scope"),
        ("everything", "400 invalid_scope"),
    ],
)
def test_scope_is_limited_to_the_agencys_own(scope: str, answer: str) -> None:
    assert answer_of(sign_in(form(assertion(), scope=scope))) == answer


def test_scope_left_out_is_all_that_the_agency_has() -> None:
    assert json.loads(sign_in(form(assertion())).body)["scope"] == "events read"


FORMS: dict[str, tuple[dict[str, str] | bytes, str]] = {
    "empty": (b"", "400 invalid_request"),
    "not ASCII": ("grant_type=é".encode(), "400 invalid_request"),
    "percent-encoded junk": (b"grant_type=%ff", "400 invalid_request"),
    "a field twice": (
        urlencode(form(assertion())).encode() + b"&grant_type=client_credentials",
        "400 invalid_request",
    ),
    "too many fields": (b"&".join(b"f%d=1" % n for n in range(17)), "400 invalid_request"),
    "too long": (b"a=" + b"x" * MAX_BODY_BYTES, "400 invalid_request"),
    "JSON": (b'{"grant_type":"client_credentials"}', "400 invalid_request"),
    "no grant type": (form(assertion(), grant_type=...), "400 invalid_request"),
    "another grant": (form(assertion(), grant_type="password"), "400 unsupported_grant_type"),
    "a refresh": (form(assertion(), grant_type="refresh_token"), "400 unsupported_grant_type"),
    "a hostile grant": (form(assertion(), grant_type='"\\\n'), "400 unsupported_grant_type"),
    "no assertion": (form("", client_assertion=...), "401 invalid_client"),
    "no assertion type": (form(assertion(), client_assertion_type=...), "401 invalid_client"),
    "a secret instead": (
        {"grant_type": "client_credentials", "client_id": COUNCIL.iss, "client_secret": "x"},
        "401 invalid_client",
    ),
    "another client_id": (form(assertion(), client_id=POLICE.iss), "401 invalid_client"),
    "its own client_id": (form(assertion(), client_id=COUNCIL.iss), "200 accepted"),
}


@pytest.mark.parametrize("name", FORMS)
def test_form_is_answered_as_oauth_says(name: str) -> None:
    fields, expected = FORMS[name]

    assert answer_of(sign_in(fields)) == expected


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/form-data", "text/plain"]
)
def test_other_media_types_are_refused(content_type: str) -> None:
    answer = sign_in(form(assertion()), content_type=content_type)

    assert answer_of(answer) == "400 invalid_request"


def test_media_type_may_carry_a_charset() -> None:
    assert sign_in(form(assertion()), content_type=f"{FORM}; charset=utf-8").status == 200


@pytest.mark.parametrize(
    "dpop",
    [(), ("a.b.c",), (proof(url="http://127.0.0.1:8000/x"),), (proof(url=SIGN_IN_URL, htm="GET"),)],
    ids=["none", "junk", "for another URL", "for another method"],
)
def test_token_request_needs_a_sound_proof(dpop: tuple[str, ...]) -> None:
    assert answer_of(sign_in(form(assertion()), dpop=dpop)) == "400 invalid_dpop_proof"


def test_proof_works_once_at_the_token_endpoint_too() -> None:
    once = MemoryOnce()
    assert sign_in(form(assertion()), once=once).status == 200

    answer = sign_in(form(assertion(jti="assertion-2")), once=once)

    assert answer_of(answer) == "400 invalid_dpop_proof"


def test_refused_request_burns_nothing() -> None:
    once = MemoryOnce()
    assert sign_in(form(assertion(), scope="ig"), once=once).status == 400
    assert sign_in(form(assertion()), dpop=(), once=once).status == 400

    assert once.spent == {}
    assert sign_in(form(assertion()), once=once).status == 200


def test_what_was_spent_is_remembered_past_its_own_end_and_names_nobody() -> None:
    once = MemoryOnce()
    sign_in(form(assertion(exp=NOW + 120)), once=once)

    assert {kind for kind, _ in once.spent} == {"assertion", "dpop"}
    assert all(expires_at > NOW + 60 for expires_at in once.spent.values())
    assert all(len(key) == 43 for _, key in once.spent)


def test_same_jti_from_two_agencies_is_two_assertions() -> None:
    once = MemoryOnce()

    assert sign_in(form(assertion()), once=once).status == 200
    second = sign_in(form(assertion(POLICE)), dpop=(proof(OTHER_KEY, url=SIGN_IN_URL),), once=once)
    assert second.status == 200


def test_refusal_of_a_client_carries_a_challenge_and_repeats_nothing() -> None:
    answer = sign_in(form("Jane.Doe.secret", client_id="Jane"))

    assert "WWW-Authenticate" in dict(answer.headers)
    assert b"Jane" not in answer.body


def test_endpoint_answers_the_same_on_an_event_loop() -> None:
    endpoint = TokenEndpoint(new_tokens(), hub_uri=HUB, token_url=SIGN_IN_URL)
    once = MemoryAsyncOnce()
    body = urlencode(form(assertion())).encode()
    proofs = [proof(url=SIGN_IN_URL, jti=f"proof-{n}") for n in range(8)]

    async def race() -> list[str]:
        answers = await asyncio.gather(
            *(
                endpoint.answer_async(
                    content_type=FORM, body=body, dpop=[one], door=DOOR, once=once
                )
                for one in proofs
            )
        )
        return [answer_of(answer) for answer in answers]

    answers = asyncio.run(race())

    assert sorted(answers) == ["200 accepted"] + ["401 invalid_client"] * 7


junk: st.SearchStrategy[Anything] = st.one_of(
    st.text(max_size=30),
    st.sampled_from([None, True, 5, -1.5, [], {}, [HUB], NOW, NOW + 60, HUB, COUNCIL.iss]),
)


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), junk, max_size=2),
    st.dictionaries(
        st.sampled_from(["iss", "sub", "aud", "exp", "jti", "iat", "nbf", "x"]), junk, max_size=2
    ),
    st.one_of(st.none(), st.text(max_size=40)),
)
def test_whatever_is_sent_is_answered_without_an_exception(
    head: dict[str, Anything], claims: dict[str, Anything], scope: str | None
) -> None:
    fields = form(assertion(head=head, **claims), scope=... if scope is None else scope)

    assert sign_in(fields).status in {200, 400, 401}


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_answered_without_an_exception(body: bytes) -> None:
    assert sign_in(body).status in {400, 401}


def test_joserfc_accepts_the_assertions_this_suite_calls_sound() -> None:
    signed = jws.deserialize_compact(
        assertion(), import_key({**COUNCIL.jwk}), algorithms=["Ed25519"]
    )

    assert json.loads(signed.payload)["aud"] == HUB
