"""Receipts and notices: what does not verify is refused, whoever made it."""

from typing import Any

import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key

from adapters.kit import AgencyKey, HubKeys, Link, ReceiptError, TokenShapeError, Verifier
from adapters.kit.errors import KitError
from adapters.kit.jws import MOST_BYTES, compact, dense, open_token
from adapters.kit.keys import b64, unb64
from adapters.kit.receipts import acknowledgement, body_digest
from contracts.disclosure import RecipientAcknowledged
from tests.adapters.kit.fake_hub import AGENCY_URI, URI, FakeHub, disclosure_id

HUB_KEY = AgencyKey.generate()
PINNED = HubKeys.pinned([HUB_KEY.public_jwk()])
VERIFIER = Verifier(PINNED, URI, AGENCY_URI)
BODY = b'{"items":[]}'
DIS = disclosure_id(1)
GOOD = {
    "jti": DIS,
    "dis": DIS,
    "pseq": 1,
    "bd": body_digest(BODY),
    "outcome": "released",
    "idx": 6,
    "size": 9,
}
JTI = "3f0e0b52-6f0d-4c43-9a9e-0a5c6a1a2b3c"
HELD = {"jti": JTI, "pos": 7, "sd": "s" * 43}
HEADER = {"alg": "Ed25519", "kid": HUB_KEY.kid, "typ": "hub-receipt+jwt"}


def receipt(claims: dict[str, Any]) -> str:
    return FakeHub(HUB_KEY, key=HUB_KEY).sign(claims)


def test_a_receipt_that_fits_is_taken_and_says_what_it_says() -> None:
    held = VERIFIER.disclosure(receipt(GOOD), body=BODY, outcome="released")
    assert (held.dis, held.pseq, held.outcome, held.recorded_at) == (DIS, 1, "released", 1)
    assert (held.index, held.size, held.due) == (6, 9, None)
    assert held.link == Link(1, DIS, body_digest(BODY))
    stored = VERIFIER.event(receipt(HELD), jti=JTI)
    assert (stored.position, stored.sd, stored.jti) == (7, "s" * 43, JTI)


def test_a_receipt_made_by_another_library_is_taken() -> None:
    claims = {"iss": URI, "aud": AGENCY_URI, "iat": 1, **GOOD}
    private = import_key({**HUB_KEY._private_jwk()})
    token = joserfc_jws.serialize_compact(HEADER, dense(claims), private, algorithms=["Ed25519"])
    assert VERIFIER.disclosure(token, body=BODY, outcome=None).pseq == 1


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"iss": f"{URI}/agencies/gp"}, id="another issuer"),
        pytest.param({"aud": f"{URI}/agencies/gp"}, id="another audience"),
        pytest.param({"aud": [AGENCY_URI]}, id="audience in a list"),
        pytest.param({"bd": body_digest(b"other")}, id="another body"),
        pytest.param({"outcome": "refused"}, id="another outcome"),
        pytest.param({"outcome": "unsure"}, id="no known outcome"),
        pytest.param({"jti": disclosure_id(2)}, id="jti is not dis"),
        pytest.param({"pseq": 0}, id="pseq zero"),
        pytest.param({"pseq": "1"}, id="pseq text"),
        pytest.param({"pseq": True}, id="pseq true"),
        pytest.param({"pseq": None}, id="pseq null"),
        pytest.param({"iat": "1"}, id="iat text"),
        pytest.param({"idx": -1}, id="idx below the log"),
        pytest.param({"idx": None}, id="idx null"),
        pytest.param({"size": 6}, id="a log that ends before it"),
        pytest.param({"size": None}, id="size null"),
        pytest.param({"due": 86_401}, id="in the log and promised"),
    ],
)
def test_a_disclosure_receipt_with_one_wrong_claim_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ReceiptError):
        VERIFIER.disclosure(receipt({**GOOD, **changed}), body=BODY, outcome="released")


def test_a_receipt_is_checked_without_its_answer_where_that_is_not_at_hand() -> None:
    held = VERIFIER.numbered(receipt(GOOD))
    assert held == VERIFIER.disclosure(receipt(GOOD), body=BODY, outcome="released")
    with pytest.raises(ReceiptError, match="no outcome"):
        VERIFIER.numbered(receipt({**GOOD, "outcome": "unsure"}))
    with pytest.raises(ReceiptError):
        VERIFIER.numbered(None)


def test_a_promise_is_a_receipt_too() -> None:
    promised = {k: v for k, v in GOOD.items() if k != "size"}
    held = VERIFIER.disclosure(receipt({**promised, "due": 86_401}), body=BODY, outcome=None)
    assert (held.index, held.size, held.due) == (6, None, 86_401)
    with pytest.raises(ReceiptError, match="where the log has it"):
        VERIFIER.disclosure(receipt(promised), body=BODY, outcome=None)


@pytest.mark.parametrize("name", ["jti", "pos", "sd"])
def test_an_event_receipt_without_a_claim_is_refused(name: str) -> None:
    with pytest.raises(ReceiptError):
        VERIFIER.event(receipt({**HELD, name: None}), jti=JTI)


def test_the_receipt_of_another_event_is_refused() -> None:
    with pytest.raises(ReceiptError, match="another event"):
        VERIFIER.event(receipt(HELD), jti=disclosure_id(1))


@pytest.mark.parametrize("token", [None, "", "a.b.c", "é.é.é"])
def test_no_receipt_or_no_token_is_refused(token: str | None) -> None:
    with pytest.raises(ReceiptError):
        VERIFIER.disclosure(token, body=BODY, outcome=None)


def remade(**header: object) -> bytes:
    return compact({**HEADER, **header}, GOOD, HUB_KEY)


def altered(part: int, change: bytes) -> bytes:
    parts = remade().split(b".")
    parts[part] = change
    return b".".join(parts)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(remade(alg="none"), id="alg none"),
        pytest.param(remade(alg="ES256"), id="alg of another kind of key"),
        pytest.param(remade(alg="EdDSA"), id="alg by its old name"),
        pytest.param(remade(typ="secevent+jwt"), id="another typ"),
        pytest.param(remade(kid=AgencyKey.generate().kid), id="a key not trusted"),
        pytest.param(remade(jwk=HUB_KEY.public_jwk()), id="a key brought along"),
        pytest.param(remade(crit=["x"]), id="crit"),
        pytest.param(altered(2, b""), id="no signature"),
        pytest.param(altered(2, b64(bytes(64)).encode()), id="zero signature"),
        pytest.param(altered(2, b"*" * 86), id="signature not base64url"),
        pytest.param(altered(1, b64(b"{}").encode()), id="claims swapped"),
        pytest.param(altered(0, b64(b"[]").encode()), id="header a list"),
        pytest.param(altered(0, b64(b'{"alg":1,"alg":2}').encode()), id="header repeats a member"),
        pytest.param(altered(0, b64(b"[" * 9000).encode()), id="header nested deep"),
        pytest.param(remade() + b"=", id="padding"),
        pytest.param(remade() + b".x", id="four parts"),
        pytest.param(b"x" * (MOST_BYTES + 1), id="too long"),
    ],
)
def test_a_token_outside_the_profile_is_refused_without_a_crash(token: bytes) -> None:
    with pytest.raises(TokenShapeError):
        open_token(token, typ="hub-receipt+jwt", keys=PINNED.trusted())


def test_well_signed_claims_that_repeat_a_member_are_refused() -> None:
    head = dense(HEADER)
    for body, taken in ((b'{"pseq":1}', True), (b'{"pseq":1,"pseq":2}', False), (b"[1]", False)):
        signed = f"{b64(head)}.{b64(body)}".encode()
        token = signed + b"." + b64(HUB_KEY.sign(signed)).encode()
        if taken:
            assert open_token(token, typ="hub-receipt+jwt", keys=PINNED.trusted()) == {"pseq": 1}
            continue
        with pytest.raises(TokenShapeError):
            open_token(token, typ="hub-receipt+jwt", keys=PINNED.trusted())


def test_base64url_must_be_the_one_canonical_spelling() -> None:
    assert unb64("QQ") == b"A"
    for spelling in ("QR", "QQ==", "Q", "+/", "Q\nQ"):
        with pytest.raises(ValueError, match=r".+"):
            unb64(spelling)


def test_pinned_keys_are_never_changed_by_what_the_hub_says() -> None:
    stranger = AgencyKey.generate()
    forged = FakeHub(stranger, key=stranger).sign(GOOD)
    with pytest.raises(ReceiptError):
        VERIFIER.disclosure(forged, body=BODY, outcome="released")


def test_fetched_keys_are_fetched_again_when_the_hub_signs_with_a_new_one() -> None:
    listed = [HUB_KEY.public_jwk()]
    verifier = Verifier(HubKeys(lambda: listed), URI, AGENCY_URI)
    verifier.disclosure(receipt(GOOD), body=BODY, outcome="released")
    fresh = AgencyKey.generate()
    listed[:] = [fresh.public_jwk()]
    token = FakeHub(fresh, key=fresh).sign(GOOD)
    assert verifier.disclosure(token, body=BODY, outcome="released").pseq == 1
    with pytest.raises(ReceiptError):
        verifier.disclosure(receipt(GOOD), body=BODY, outcome="released")


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param({"kty": "oct", "k": "x"}, id="symmetric"),
        pytest.param({"kty": "OKP", "crv": "Ed448", "x": "x"}, id="another curve"),
        pytest.param({"kty": "EC", "crv": "P-256", "x": "QQ", "y": "QQ"}, id="short coordinates"),
        pytest.param({}, id="empty"),
    ],
)
def test_a_key_list_with_something_else_in_it_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(KitError):
        HubKeys.pinned([jwk])


def test_acknowledgement_of_one_disclosure_is_always_the_same_event() -> None:
    link = Link(3, DIS, body_digest(BODY))
    payload, jti = acknowledgement(link)
    assert payload == RecipientAcknowledged(about="agency", dis=DIS, pseq=3, bd=body_digest(BODY))
    assert acknowledgement(link)[1] == jti
    assert acknowledgement(Link(4, disclosure_id(2), link.bd))[1] != jti
