"""The keyring: what may enter it, and what it remembers."""

from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.base import Payload
from contracts.governance import Jwk, KeyHeld, KeyRegistered, KeyRevoked
from hub.intake.keyring import (
    MAX_LIFE_S,
    KeyNotYoursError,
    KeyRefusedError,
    Keyring,
)
from tests.intake.world import COUNCIL, DAY, NOW, OFFICERS, POLICE, REVOKED, STRANGER, Agent, b64
from tests.intake.world import registered as key_of

ONE = Keyring.empty().apply(key_of(COUNCIL), recorded_at=NOW)
Reason = Literal["rotated", "retired", "lost", "compromised"]


def revocation(
    agent: Agent, reason: Reason = "lost", *, since: int | None = None, of: str | None = None
) -> KeyRevoked:
    return KeyRevoked(
        agency=of or agent.slug, kid=agent.kid, reason=reason, compromised_since=since
    )


def own_key(agent: Agent, **times: int) -> KeyRegistered:
    """A key registered by its agency, without the hub's officers."""
    known = key_of(agent, **times)
    assert isinstance(known, KeyRegistered)
    return known.model_copy(update={"approved_by": ()})


def test_registered_key_is_found_by_its_thumbprint_with_its_algorithm() -> None:
    key = ONE.find(COUNCIL.kid)

    assert key is not None
    assert (key.agency, key.alg, key.revoked) == ("council-a", "Ed25519", False)
    assert ONE.find(POLICE.kid) is None


def test_fold_leaves_the_earlier_keyring_as_it_was() -> None:
    later = ONE.apply(revocation(COUNCIL), recorded_at=NOW + 5)
    before, after = ONE.find(COUNCIL.kid), later.find(COUNCIL.kid)

    assert before is not None and not before.revoked  # noqa: PT018 - one thought
    assert after is not None
    assert after.revoked_at == NOW + 5


def test_rotation_keeps_both_keys_until_the_old_one_is_revoked() -> None:
    both = ONE.apply(own_key(STRANGER), recorded_at=NOW)
    rotated = both.apply(revocation(COUNCIL, "rotated"), recorded_at=NOW + 7 * DAY)

    assert [k.kid for k in both.active("council-a", now=NOW)] == [COUNCIL.kid, STRANGER.kid]
    assert [k.kid for k in rotated.active("council-a", now=NOW)] == [STRANGER.kid]
    assert len(rotated.held_by("council-a")) == 2


def test_expired_key_is_held_but_not_active() -> None:
    assert ONE.active("council-a", now=NOW + 301 * DAY) == ()
    assert ONE.held_by("council-a") != ()


def test_second_revocation_only_widens_what_is_disputed() -> None:
    first = ONE.apply(revocation(COUNCIL, "compromised", since=NOW - 50), recorded_at=NOW)
    second = first.apply(revocation(COUNCIL, since=NOW - 90), recorded_at=NOW + 9)
    third = second.apply(revocation(COUNCIL, since=NOW - 10), recorded_at=NOW + 10)
    key = third.find(COUNCIL.kid)

    assert first.disputed_since(COUNCIL.kid) == NOW - 50
    assert third.disputed_since(COUNCIL.kid) == NOW - 90
    assert key is not None
    assert key.revoked_at == NOW


def test_key_that_was_not_compromised_is_not_disputed() -> None:
    assert ONE.apply(revocation(COUNCIL), recorded_at=NOW).disputed_since(COUNCIL.kid) is None
    assert ONE.disputed_since("A" * 43) is None


def test_second_registration_of_a_key_changes_neither_owner_nor_life() -> None:
    taken = key_of(COUNCIL, exp=NOW + 10)
    assert isinstance(taken, KeyRegistered)
    again = ONE.apply(taken.model_copy(update={"agency": "police-b"}), recorded_at=NOW)

    assert again.find(COUNCIL.kid) == ONE.find(COUNCIL.kid)


def test_revoked_key_stays_revoked_when_registered_again() -> None:
    revoked = ONE.apply(revocation(COUNCIL), recorded_at=NOW)
    again = revoked.apply(key_of(COUNCIL), recorded_at=NOW + 1)

    assert again.find(COUNCIL.kid) == revoked.find(COUNCIL.kid)


@given(st.lists(st.sampled_from([COUNCIL, POLICE, REVOKED]), max_size=12), st.randoms())
def test_many_events_at_once_fold_as_they_do_one_by_one(agents: list[Agent], rng: Random) -> None:
    events: list[tuple[Payload, int]] = [
        (key_of(agent) if rng.random() < 0.6 else revocation(agent), NOW + n)
        for n, agent in enumerate(agents)
    ]
    one_by_one = Keyring.empty()
    for payload, at in events:
        one_by_one = one_by_one.apply(payload, recorded_at=at)
    at_once = Keyring.empty().apply_all(events)

    for agent in (COUNCIL, POLICE, REVOKED):
        a, b = one_by_one.find(agent.kid), at_once.find(agent.kid)
        assert (a is None) == (b is None)
        assert a is None or b is None or (a.revoked_at, a.nbf) == (b.revoked_at, b.nbf)


def crowded() -> Keyring:
    keyring = Keyring.empty()
    for number in range(4):
        keyring = keyring.apply(key_of(Agent("council-a", "ES256", 900 + number)), recorded_at=NOW)
    return keyring


def weak() -> KeyRegistered:
    """A registration whose thumbprint is right and whose point is of small order."""
    jwk = Jwk(crv="Ed25519", kty="OKP", x=b64(b"\x01" + bytes(31)), alg="Ed25519")
    return own_key(STRANGER).model_copy(update={"jwk": jwk, "kid": jwk.thumbprint()})


REFUSED: dict[str, tuple[Keyring, Payload, str, str]] = {
    "another agency's registration": (ONE, own_key(STRANGER), "police-b", "its own keys"),
    "another agency's revocation": (ONE, revocation(COUNCIL), "police-b", "its own keys"),
    "the hub without officers": (ONE, own_key(STRANGER), "hub", "two officers"),
    "a key known already": (ONE, own_key(COUNCIL), "council-a", "before"),
    "a life too long": (
        ONE,
        own_key(STRANGER, nbf=NOW, exp=NOW + MAX_LIFE_S + 1),
        "council-a",
        "thirteen",
    ),
    "a key past already": (ONE, own_key(STRANGER, exp=NOW), "council-a", "expired"),
    "a fifth active key": (crowded(), own_key(STRANGER), "council-a", "4 active"),
    "a point of small order": (ONE, weak(), "council-a", "sound Ed25519"),
    "a revocation of no key": (ONE, revocation(STRANGER), "council-a", "no such key"),
    "a revocation of another's key": (
        ONE,
        revocation(COUNCIL, of="police-b"),
        "police-b",
        "no such key",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_key_event_that_may_not_be_stored_is_refused(name: str) -> None:
    keyring, payload, by, words = REFUSED[name]

    with pytest.raises(KeyRefusedError, match=words) as refusal:
        keyring.refuse_change(payload, by=by, now=NOW)

    assert isinstance(refusal.value, KeyNotYoursError) == ("its own keys" in words)


def test_key_event_of_the_agency_or_of_the_hub_with_officers_passes() -> None:
    ONE.refuse_change(own_key(STRANGER), by="council-a", now=NOW)
    ONE.refuse_change(
        own_key(STRANGER).model_copy(update={"approved_by": OFFICERS}), by="hub", now=NOW
    )
    ONE.refuse_change(revocation(COUNCIL), by="hub", now=NOW)
    ONE.refuse_change(revocation(COUNCIL), by="council-a", now=NOW)


def test_revoking_one_of_four_makes_room_for_another() -> None:
    full = crowded()
    first = full.held_by("council-a")[0].kid
    room = full.apply(KeyRevoked(agency="council-a", kid=first, reason="retired"), recorded_at=NOW)

    room.refuse_change(own_key(STRANGER), by="council-a", now=NOW)


HELD = Keyring.empty().apply(
    KeyHeld(agency="council-a", kid=COUNCIL.kid, asked_by="admin-1"), recorded_at=NOW
)


def test_a_key_said_to_be_held_by_the_hub_is_marked_so_once_it_is_registered() -> None:
    assert HELD.find(COUNCIL.kid) is None
    key = HELD.apply(key_of(COUNCIL), recorded_at=NOW).find(COUNCIL.kid)
    assert key is not None
    assert key.held
    bare = ONE.find(COUNCIL.kid)
    assert bare is not None
    assert not bare.held


def test_who_holds_a_key_is_said_once_and_not_after_it_was_registered() -> None:
    statement = KeyHeld(agency="council-a", kid=COUNCIL.kid, asked_by="admin-1")
    for keyring in (ONE, HELD):
        with pytest.raises(KeyRefusedError, match="said once"):
            keyring.refuse_change(statement, by="hub", now=NOW)
    later = ONE.apply(statement, recorded_at=NOW).find(COUNCIL.kid)
    assert later is not None
    assert not later.held


def test_a_key_that_the_hub_holds_is_registered_by_the_hub_for_that_agency_only() -> None:
    HELD.refuse_change(key_of(COUNCIL), by="hub", now=NOW)
    with pytest.raises(KeyNotYoursError):
        HELD.refuse_change(own_key(COUNCIL), by="council-a", now=NOW)
    taken = own_key(COUNCIL).model_copy(update={"agency": "police-b"})
    with pytest.raises(KeyNotYoursError):
        HELD.refuse_change(taken, by="police-b", now=NOW)
