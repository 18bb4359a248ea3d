"""Made-up tokens: the door never falls over, and never accepts what two other libraries refuse."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

from hub.intake.errors import Err, IntakeError
from tests.intake.attack_tools import beyond, resigned, tail_bits, twin
from tests.intake.world import (
    CONCERN,
    COUNCIL,
    HUB,
    NOW,
    POLICE,
    STRANGER,
    Agent,
    b64,
    check,
    claims,
    header,
    spelled,
)

TOKENS_PER_EXAMPLE = 5
SIGNERS = {agent.kid: agent for agent in (COUNCIL, POLICE)}
JOSERFC_KEYS = {agent.kid: import_key({**agent.jwk}) for agent in SIGNERS.values()}
JWCRYPTO_KEYS = {agent.kid: jwcrypto_jwk.JWK(**agent.jwk) for agent in SIGNERS.values()}

odd_values: list[Any] = [None, True, 0, -1, 2**53, 1.5, "", "none", "ES256", "Ed25519", HUB, [], {}]
near_values: list[Any] = [COUNCIL.iss, [HUB], {"format": "opaque"}, POLICE.kid, NOW, NOW - 299]
odd_texts = ["\ud800", "\x00", "\ufffe", "e\u0301", "x" * 65]
scraps = st.one_of(
    st.sampled_from([*odd_values, *near_values, *odd_texts]), st.integers(), st.text(max_size=8)
)
header_names = st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "cty", ""])
claim_names = st.sampled_from([*claims(COUNCIL), "txn", "exp", "sub", "nbf"])
fields = st.sampled_from(["harm", "narrative", "case", "about", "at_risk", "wishes", "extra"])
contents = st.one_of(
    st.fixed_dictionaries({"harm": st.text(min_size=1, max_size=40)}),
    st.fixed_dictionaries({"wishes": st.sampled_from(["to be heard", "né à Łódź", '{["]}'])}),
    st.dictionaries(fields, scraps, max_size=3),
)
spellings: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "as usual": spelled,
    "escaped": lambda members: json.dumps(members).encode(),
    "indented": lambda members: json.dumps(members, indent=1).encode(),
    "backwards": lambda members: spelled(dict(reversed(members.items()))),
    "twice": lambda members: spelled(members)[:-1] + b"," + spelled(members)[1:],
    "cut": lambda members: spelled(members)[:-1],
    "utf-16": lambda members: spelled(members).decode(errors="replace").encode("utf-16"),
}
usual = st.sampled_from(["as usual"] * 8 + sorted(spellings))


@st.composite
def changed(draw: st.DrawFn, sound: dict[str, Any], names: st.SearchStrategy[str]) -> bytes:
    """A JSON object near a sound one."""
    members = dict(sound)
    if draw(st.integers(0, 3)) == 0:
        name = draw(names)
        if draw(st.booleans()):
            members[name] = draw(scraps)
        else:
            members.pop(name, None)
    try:
        return spellings[draw(usual)](members)
    except UnicodeEncodeError:  # a lone surrogate can only be spelled escaped
        return spellings["escaped"](members)


@st.composite
def some_tokens(draw: st.DrawFn) -> list[bytes]:
    """A token near a sound one, and the same with its signature or its bytes disturbed."""
    agent = draw(st.sampled_from([COUNCIL, POLICE]))
    said = claims(agent)
    said["events"] = {CONCERN: {"about": "adult", **draw(contents)}}
    head = draw(changed(header(agent), header_names))
    body = draw(changed(said, claim_names))
    token = agent.seal(head, body)
    place = draw(st.integers(0, len(token) - 1))
    byte = bytes([draw(st.integers(0, 255))])
    return [
        token,
        draw(st.sampled_from([COUNCIL, POLICE, STRANGER])).seal(head, body),
        token[:place] + byte + token[place + 1 :],
        token[:place] + byte + token[place:],
        _disturbed(token, agent, draw(st.integers(0, 5))),
    ]


def _disturbed(token: bytes, agent: Agent, how: int) -> bytes:
    signing_input, _, _ = token.rpartition(b".")
    other_half = twin if agent.alg == "ES256" else beyond
    ways: list[Callable[[], bytes]] = [
        resigned(other_half, token),
        resigned(lambda s: s[:-1], token),
        resigned(lambda s: s[32:] + s[:32], token),
        lambda: tail_bits(token),
        lambda: signing_input + b"." + b64(bytes(64)).encode(),
        lambda: signing_input + b".",
    ]
    return ways[how]()


def judge(token: bytes) -> str:
    """Return the answer to one token, after asking two other libraries about an acceptance."""
    try:
        verified = check(token)
    except IntakeError as refusal:
        return refusal.err
    agent = SIGNERS[verified.kid]
    first = joserfc_jws.deserialize_compact(
        token, JOSERFC_KEYS[verified.kid], algorithms=[agent.alg]
    )
    second = jwcrypto_jws.JWS()
    second.allowed_algs = [agent.alg]
    second.deserialize(token.decode("ascii"), JWCRYPTO_KEYS[verified.kid])
    assert first.payload == second.payload
    assert json.loads(first.payload) == verified.claims
    assert first.headers() == header(agent)
    assert verified.iss == agent.iss
    return "accepted"


def fuzz(tokens: int, *, derandomize: bool) -> Counter[str]:
    """Judge at least `tokens` tokens and count the answers."""
    answers: Counter[str] = Counter()

    @settings(
        max_examples=-(-tokens // TOKENS_PER_EXAMPLE),
        derandomize=derandomize,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(some_tokens())
    def judge_all(made: list[bytes]) -> None:
        answers.update(judge(token) for token in made)

    judge_all()
    return answers


def test_no_made_up_token_breaks_the_door_or_fools_it() -> None:
    answers = fuzz(10_000, derandomize=True)

    assert answers.total() >= 10_000
    assert answers["accepted"] >= 500  # else the second opinions were hardly asked
    for err in (Err.INVALID_REQUEST, Err.INVALID_KEY, Err.INVALID_ISSUER, Err.INVALID_AUDIENCE):
        assert answers[err] > 0, err


@pytest.mark.heavy
@pytest.mark.timeout(1_800)  # a minute at rest, and more than six beside other work
def test_no_made_up_token_of_100_000_breaks_the_door_or_fools_it() -> None:
    answers = fuzz(100_000, derandomize=False)

    assert answers.total() >= 100_000
    assert answers["accepted"] >= 5_000
