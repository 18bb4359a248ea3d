"""The front door: who may post what, what a Verified is, and that there is only one maker."""

import ast
from pathlib import Path

import pytest

import hub
from contracts.base import HUB_TYPES, Payload
from contracts.catalogue import EVENT_TYPES
from contracts.governance import AgencyRegistered, KeyRegistered, KeyRevoked
from hub.intake.agencies import AgencyRegister, issuer_uri
from hub.intake.errors import CallerMismatchError, Err, IntakeError, NotYourEventTypeError
from hub.intake.identifiers import identifier
from hub.intake.signing import Signer
from hub.intake.verify import Verified, verify
from tests.intake.attack_tools import SOUND, SOUND_ES256, resigned, twin
from tests.intake.world import (
    AGENCIES,
    CONCERN,
    COUNCIL,
    DAY,
    EXPIRED,
    FUTURE,
    HELD,
    HUB,
    HUB_AGENT,
    JTI,
    KEYRING,
    NOW,
    POLICE,
    STRANGER,
    SUBJECT,
    Agent,
    agency,
    check,
    registered,
    token,
)


def governance(agent: Agent, payload: Payload, *, about: str | None = None) -> bytes:
    """A token about an agency."""
    said = payload.model_dump(mode="json", exclude_none=True)
    urn = f"urn:hub:agency:{about or said['agency']}"
    return token(agent, sub_id={"format": "uri", "uri": urn}, events={payload.TYPE: said})


def refusal_of(posted: bytes, caller: str | None = None) -> IntakeError:
    with pytest.raises(IntakeError) as refusal:
        check(posted, caller=caller)
    return refusal.value


def test_sound_event_is_verified_with_everything_it_says() -> None:
    verified = check(token(txn="t-1"), caller="council-a")

    assert (verified.agency, verified.iss, verified.kid) == ("council-a", COUNCIL.iss, COUNCIL.kid)
    assert (verified.jti, verified.txn, verified.type_uri) == (JTI, "t-1", CONCERN)
    assert (verified.iat, verified.toe) == (NOW, NOW - DAY)
    assert verified.identifiers == (identifier("opaque", SUBJECT),)
    assert type(verified.payload) is EVENT_TYPES[CONCERN]
    assert verified.token == token(txn="t-1")


def test_verified_event_shows_no_content_in_its_repr() -> None:
    assert "seen on the ward" not in repr(check(SOUND))
    assert SOUND.decode() not in repr(check(SOUND))


def test_claims_of_a_verified_event_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        check(SOUND).claims["iss"] = "x"  # type: ignore[index] # that is the point


def test_other_valid_signature_is_the_same_event() -> None:
    other = resigned(twin, SOUND_ES256)()

    assert other != SOUND_ES256
    assert check(other).signing_digest == check(SOUND_ES256).signing_digest


def test_same_jti_with_other_content_is_another_event() -> None:
    assert check(token(toe=NOW)).signing_digest != check(SOUND).signing_digest


@pytest.mark.parametrize("toe", [0, -DAY, NOW - 40 * 365 * DAY, NOW - 20, NOW + 60])
def test_time_of_the_event_never_decides_about_the_key(toe: int) -> None:
    assert check(token(toe=toe)).toe == toe
    assert refusal_of(token(EXPIRED, toe=toe)).err is Err.INVALID_KEY
    assert refusal_of(token(FUTURE, toe=toe)).err is Err.INVALID_KEY


def test_callers_own_slug_is_needed_where_there_is_a_caller() -> None:
    refusal = refusal_of(SOUND, caller="police-b")

    assert isinstance(refusal, CallerMismatchError)
    assert check(SOUND, caller="council-a") == check(SOUND)


def test_agency_that_is_not_registered_cannot_post() -> None:
    with pytest.raises(IntakeError) as refusal:
        verify(
            SOUND,
            keyring=KEYRING,
            agencies=AgencyRegister.empty(),
            caller=None,
            now=NOW,
            hub_uri=HUB,
        )

    assert refusal.value.err is Err.INVALID_ISSUER


def test_agency_cannot_post_the_hubs_own_events() -> None:
    entry = agency("council-a", "police")
    refusal = refusal_of(governance(COUNCIL, entry))

    assert isinstance(refusal, NotYourEventTypeError)
    assert refusal.err is Err.ACCESS_DENIED
    assert isinstance(check(governance(HUB_AGENT, entry)).payload, AgencyRegistered)


def test_kind_of_agency_decides_which_types_it_posts() -> None:
    lifted = f"{HUB_TYPES}/hold-lifted/v1"
    events = {lifted: {"about": "adult"}}
    refusal = refusal_of(token(events=events))

    assert sorted(EVENT_TYPES[lifted].POSTERS or ()) == ["police"]
    assert isinstance(refusal, NotYourEventTypeError)
    assert check(token(POLICE, events=events)).type_uri == lifted


def test_description_points_to_a_fault_and_repeats_nothing() -> None:
    address = "Jane Doe, 12 Elm Road"
    refusal = refusal_of(token(events={CONCERN: {"about": "adult", "at_risk": address}}))

    assert "/at_risk" in refusal.description
    assert "Jane" not in refusal.description


def test_agency_adds_a_key_of_its_own_and_nobody_elses() -> None:
    new = Agent("council-a", "ES256", 301)
    own = registered(new)
    other = registered(Agent("police-b", "Ed25519", 302))

    assert isinstance(check(governance(COUNCIL, own)).payload, KeyRegistered)
    assert isinstance(refusal_of(governance(COUNCIL, other)), NotYourEventTypeError)
    assert isinstance(check(governance(HUB_AGENT, other)).payload, KeyRegistered)


def test_key_that_may_not_be_stored_is_refused_at_the_door() -> None:
    refusal = refusal_of(governance(COUNCIL, registered(COUNCIL)))

    assert refusal.err is Err.INVALID_REQUEST
    assert "before" in refusal.description


def test_agency_revokes_its_own_key_with_that_key() -> None:
    revoked = KeyRevoked(agency="council-a", kid=COUNCIL.kid, reason="lost")
    keyring = KEYRING.apply(check(governance(COUNCIL, revoked)).payload, recorded_at=NOW)

    with pytest.raises(IntakeError) as refusal:
        verify(SOUND, keyring=keyring, agencies=AGENCIES, caller=None, now=NOW, hub_uri=HUB)
    assert refusal.value.err is Err.INVALID_KEY


def test_event_about_an_agency_names_that_agency_as_its_subject() -> None:
    own = registered(Agent("council-a", "ES256", 301))

    assert refusal_of(governance(COUNCIL, own, about="police-b")).err is Err.INVALID_REQUEST


def test_register_keeps_the_latest_entry_and_never_replaces_the_hub() -> None:
    register = AgencyRegister.empty().apply(agency("council-a", "council", scopes=("events",)))
    later = register.apply(agency("council-a", "provider", scopes=("read", "ig")))
    usurped = later.apply(agency("hub", "council"))
    known = later.find("council-a")

    assert known is not None
    assert (known.kind, known.scopes) == ("provider", frozenset({"read", "ig"}))
    assert usurped.find("hub") == AgencyRegister.empty().find("hub")
    assert [a.slug for a in later.all()] == ["council-a", "hub"]


@pytest.mark.parametrize(
    "issuer", ["council-a", HUB, HUB + "/agencies/", HUB + "/agencies/hub", HUB + "/agencies/x", ""]
)
def test_only_a_registered_agencys_whole_uri_is_an_issuer(issuer: str) -> None:
    assert AGENCIES.by_issuer(issuer, HUB) is None
    found = AGENCIES.by_issuer(issuer_uri(HUB, "council-a"), HUB)
    assert found is not None
    assert found.slug == "council-a"


def test_hub_signs_as_one_more_agency() -> None:
    signer = Signer(HUB_AGENT.number.to_bytes(32, "big"))
    claims = check(governance(HUB_AGENT, agency("gp-c", "gp"))).claims

    signed = signer.sign(claims, typ="secevent+jwt").encode()

    assert check(signed).agency == "hub"
    assert signer.kid == HUB_AGENT.kid
    assert signer.sign({}, typ="a").split(".")[0] != signer.sign({}, typ="b").split(".")[0]
    assert HUB_AGENT.number.to_bytes(32, "big").hex() not in repr(signer)


def test_stranger_with_a_sound_looking_event_is_refused() -> None:
    assert refusal_of(token(STRANGER)).err is Err.INVALID_KEY


def test_one_function_makes_a_verified_event() -> None:
    makers = [
        f"{path.name}:{call.lineno}"
        for path in Path(next(iter(hub.__path__))).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and Verified.__name__ in {getattr(call.func, "id", None), getattr(call.func, "attr", None)}
    ]

    assert len(makers) == 1
    assert makers[0].startswith("verify.py:")


ACT = {"iss": HUB, "sub": "nurse-1"}


def test_what_the_hub_signs_on_behalf_is_taken_with_its_mark() -> None:
    assert check(token(HELD, act=ACT)).claims["act"] == ACT


def test_the_mark_is_taken_with_a_held_key_only_and_never_left_out() -> None:
    assert refusal_of(token(HELD)).description == "act is missing: the hub holds this key"
    told = refusal_of(token(COUNCIL, act=ACT)).description
    assert told == "act is only for a key that the hub holds"


@pytest.mark.parametrize(
    "act",
    [
        "nurse-1",
        {},
        {"iss": HUB},
        {"iss": "https://other.example", "sub": "nurse-1"},
        {"iss": HUB, "sub": "nurse 1"},
        {"iss": HUB, "sub": "n" * 65},
        {"iss": HUB, "sub": "nurse-1", "act": ACT},
    ],
)
def test_a_mark_of_another_form_is_refused(act: object) -> None:
    assert refusal_of(token(HELD, act=act)).err == Err.INVALID_REQUEST
