"""DPoP proofs: what a sound one yields, and that it works once."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.api.access import AccessError, Caller
from hub.api.dpop import WINDOW_S, DpopError, read_proof, spend
from tests.api.signing_in import (
    CLIENT_KEY,
    OTHER_KEY,
    READ_URL,
    MemoryAsyncOnce,
    new_tokens,
    proof,
    signed_in,
)
from tests.intake.world import AGENCIES, NOW, Agent


@pytest.mark.parametrize("agent", [CLIENT_KEY, OTHER_KEY], ids=["Ed25519", "ES256"])
def test_proof_yields_the_thumbprint_of_its_key(agent: Agent) -> None:
    found = read_proof([proof(agent)], method="POST", url=READ_URL, now=NOW, access_token=None)

    assert found.jkt == agent.kid


@pytest.mark.parametrize("off_by", [-WINDOW_S, 0, WINDOW_S])
def test_proof_is_good_for_a_minute_either_way(off_by: int) -> None:
    found = read_proof(
        [proof(iat=NOW + off_by)], method="POST", url=READ_URL, now=NOW, access_token=None
    )

    # It must be remembered for as long as any process could still accept it.
    assert found.spend.expires_at >= NOW + off_by + WINDOW_S


def test_spent_name_depends_on_owner_and_id_and_on_nothing_else() -> None:
    one = spend("dpop", "owner", "id", expires_at=1)

    assert one == spend("dpop", "owner", "id", expires_at=1)
    assert one.key != spend("dpop", "owner", "id2", expires_at=1).key
    assert one.key != spend("dpop", "owner2", "id", expires_at=1).key
    assert "owner" not in one.key


def test_of_fifty_requests_with_one_proof_one_is_let_in() -> None:
    tokens, token, once = new_tokens(), signed_in(), MemoryAsyncOnce()
    same = proof(token=token)

    async def knock() -> Caller:
        return await tokens.check_async(
            authorization=[f"DPoP {token}"],
            dpop=[same],
            method="POST",
            url=READ_URL,
            now=NOW,
            agencies=AGENCIES,
            once=once,
        )

    async def race() -> list[Caller | BaseException]:
        return await asyncio.gather(*(knock() for _ in range(50)), return_exceptions=True)

    answers = asyncio.run(race())
    let_in = [answer for answer in answers if isinstance(answer, Caller)]

    assert len(let_in) == 1
    assert sum(isinstance(answer, AccessError) for answer in answers) == 49


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_disturbed_proof_is_refused_and_never_breaks(
    place: int, byte: int, inserted: object
) -> None:
    sound = proof().encode()
    at = place % len(sound)
    disturbed = sound[:at] + bytes([byte]) + sound[at + (0 if inserted else 1) :]
    if disturbed == sound:
        return

    with pytest.raises(DpopError):
        read_proof(
            [disturbed.decode("latin-1")],
            method="POST",
            url=READ_URL,
            now=NOW,
            access_token=None,
        )
