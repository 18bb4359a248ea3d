"""Access tokens: who the caller is, checked afresh where the world can have changed."""

import pytest

from hub.api.access import AccessError
from hub.intake.agencies import AgencyRegister
from tests.api.signing_in import (
    CLIENT_KEY,
    READ_URL,
    MemoryOnce,
    ask,
    new_tokens,
    outcome,
    proof,
    signed_in,
)
from tests.intake.world import COUNCIL, HUB, NOW, agency


def test_caller_is_the_agency_the_token_was_issued_to() -> None:
    token = signed_in()
    caller = ask(token, (proof(token=token),), user="officer.7_a-b")

    assert (caller.agency, caller.issuer, caller.kind) == ("council-a", COUNCIL.iss, "council")
    assert caller.scopes == {"events", "read"}
    assert caller.user == "officer.7_a-b"


def test_caller_without_a_scope_is_refused_where_it_is_needed() -> None:
    token = signed_in()
    caller = ask(token, (proof(token=token),))

    caller.require("read")
    with pytest.raises(AccessError) as refusal:
        caller.require("ig")
    assert (refusal.value.status, refusal.value.code) == (403, "insufficient_scope")


@pytest.mark.parametrize("user", ["", "Jane Doe", "a" * 65, "é", "a\n", "<b>"])
def test_user_that_is_no_opaque_id_is_refused_without_repeating_it(user: str) -> None:
    token = signed_in()

    with pytest.raises(AccessError) as refusal:
        ask(token, (proof(token=token),), user=user)

    assert refusal.value.status == 400
    assert "Jane" not in str(refusal.value)


def test_scheme_is_case_insensitive() -> None:
    token = signed_in()

    assert outcome(token, proof(token=token), authorization=(f"dpop {token}",)) == "200 accepted"


def test_remembered_token_is_refused_once_it_has_expired() -> None:
    tokens, token = new_tokens(), signed_in()
    assert outcome(token, proof(token=token), tokens=tokens) == "200 accepted"

    late = proof(token=token, iat=NOW + 300)

    assert outcome(token, late, tokens=tokens, now=NOW + 300) == "401 invalid_token"


def test_remembered_token_still_needs_its_proof() -> None:
    tokens, token, once = new_tokens(), signed_in(), MemoryOnce()
    assert outcome(token, proof(token=token), tokens=tokens, once=once) == "200 accepted"

    assert outcome(token, tokens=tokens, once=once) == "401 invalid_dpop_proof"
    again = outcome(token, proof(token=token), tokens=tokens, once=once)
    assert again == "401 invalid_dpop_proof"


def test_memory_of_tokens_is_bounded() -> None:
    tokens = new_tokens(remembered=3)
    for number in range(10):
        token = tokens.issue(
            agency="council-a", scopes=frozenset({"read"}), jkt=CLIENT_KEY.kid, now=NOW - number
        )
        assert outcome(token, proof(token=token), tokens=tokens) == "200 accepted"

    assert len(tokens._grants) == 3


def test_refused_token_is_not_remembered() -> None:
    tokens = new_tokens()

    assert outcome("a.b.c", tokens=tokens) == "401 invalid_token"
    assert len(tokens._grants) == 0


def test_scope_taken_from_the_agency_is_gone_from_its_tokens_at_once() -> None:
    token = signed_in()
    narrowed = AgencyRegister.empty().apply(agency("council-a", "council", scopes=("events",)))

    caller = new_tokens().check(
        authorization=[f"DPoP {token}"],
        dpop=[proof(token=token)],
        method="POST",
        url=READ_URL,
        now=NOW,
        agencies=narrowed,
        once=MemoryOnce(),
    )

    assert caller.scopes == {"events"}


def test_refusal_carries_a_challenge_that_names_the_error() -> None:
    with pytest.raises(AccessError) as refusal:
        ask("a.b.c", ())

    assert refusal.value.challenge.startswith('DPoP algs="Ed25519 ES256", error="invalid_token"')
    assert HUB not in refusal.value.challenge
