"""Events signed by the kit, read by two JOSE libraries that are not ours."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import import_key
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

from adapters.kit.errors import KeyFileError, SigningError
from adapters.kit.jws import dense
from adapters.kit.keys import AgencyKey, Alg, thumbprint, unb64, verifies
from adapters.kit.sign import Json, opaque, sign_claims, sign_event, signing_digest, urn
from contracts.catalogue import read
from contracts.concern import ConcernRaised
from contracts.governance import Jwk
from tests.adapters.kit.fake_hub import AGENCY_URI, SUBJECT, URI

JTI = "3f0e0b52-6f0d-4c43-9a9e-0a5c6a1a2b3c"
BOTH = pytest.mark.parametrize("alg", ["Ed25519", "ES256"])


def signed(key: AgencyKey, narrative: str | None = None, txn: str | None = None) -> bytes:
    return sign_event(
        ConcernRaised(about="adult", narrative=narrative),
        opaque(SUBJECT),
        key=key,
        issuer=AGENCY_URI,
        audience=URI,
        iat=1_767_225_600,
        toe=1_767_000_000,
        jti=JTI,
        txn=txn,
    )


@BOTH
def test_joserfc_and_jwcrypto_verify_a_signed_event(alg: Alg) -> None:
    key = AgencyKey.generate(alg)
    token = signed(key, "bruises on both arms").decode()
    public = key.public_jwk()
    one = joserfc_jws.deserialize_compact(token, import_key(dict(public)), algorithms=[alg])
    two = jwcrypto_jws.JWS()
    two.allowed_algs = [alg]
    two.deserialize(token, jwcrypto_jwk.JWK(**public))
    assert one.payload == two.payload
    assert one.headers() == {"alg": alg, "kid": key.kid, "typ": "secevent+jwt"}
    claims = json.loads(one.payload)
    assert set(claims) == {"iss", "aud", "iat", "toe", "jti", "sub_id", "events"}
    [(type_uri, payload)] = claims["events"].items()
    told = {"about": "adult", "narrative": "bruises on both arms", "source": "fact"}
    assert payload.items() >= told.items(), "a default is spelled out, so that it stays what it was"
    assert None not in payload.values()
    assert read(type_uri, dense(payload)) == ConcernRaised(
        about="adult", narrative="bruises on both arms"
    )


@BOTH
def test_jwcrypto_computes_the_same_key_id(alg: Alg) -> None:
    key = AgencyKey.generate(alg)
    assert jwcrypto_jwk.JWK(**key.public_jwk()).thumbprint() == key.kid
    assert Jwk.model_validate(key.public_jwk()).thumbprint() == key.kid


def test_thumbprint_is_that_of_rfc_8037_appendix_a() -> None:
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert thumbprint({"kty": "OKP", "crv": "Ed25519", "x": x}) == expected


def test_txn_is_there_only_when_given() -> None:
    key = AgencyKey.generate()
    body = json.loads(unb64(signed(key, txn="winter-1").decode().split(".")[1]))
    assert body["txn"] == "winter-1"
    assert urn("urn:nmc:pin:1") == {"format": "uri", "uri": "urn:nmc:pin:1"}


def test_a_string_is_sent_in_normal_form_c() -> None:
    token = signed(AgencyKey.generate(), unicodedata.normalize("NFD", "Zoë"))
    assert unicodedata.normalize("NFC", "Zoë").encode() in unb64(token.decode().split(".")[1])


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("a\0b", id="nul"),
        pytest.param("\ud800", id="surrogate"),
        pytest.param("\ufdd0", id="non-character"),
        pytest.param("\U0001ffff", id="non-character at a plane's end"),
        pytest.param(1.5, id="float"),
        pytest.param(2**53, id="integer too large"),
        pytest.param([[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]], id="nested too deep"),
        pytest.param("x" * 48 * 1024, id="too long"),
    ],
)
def test_what_the_hub_would_refuse_is_not_signed_and_not_echoed(bad: Json) -> None:
    with pytest.raises(SigningError) as caught:
        sign_claims({"events": {"a": bad}}, AgencyKey.generate())
    assert len(str(caught.value)) < 100
    assert repr(bad) not in str(caught.value)


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_whatever_is_signed_reads_back_with_another_library(value: Json) -> None:
    key = AgencyKey.generate()
    try:
        token = sign_claims({"value": value}, key).decode()
    except SigningError:
        return
    public = import_key(dict(key.public_jwk()))
    back = joserfc_jws.deserialize_compact(token, public, algorithms=["Ed25519"])
    text = json.dumps(value, ensure_ascii=False)
    assert json.loads(back.payload) == {"value": json.loads(unicodedata.normalize("NFC", text))}


def test_digest_leaves_the_signature_out_because_es256_has_two_good_ones() -> None:
    key = AgencyKey.generate("ES256")
    one, two = signed(key), signed(key)
    assert one != two
    assert signing_digest(one) == signing_digest(two)


@BOTH
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_a_saved_key_loads_as_itself_and_only_its_owner_may_read_it(
    alg: Alg, form: str, tmp_path: Path
) -> None:
    key, path = AgencyKey.generate(alg), tmp_path / "agency.key"
    key.save(path, "pem" if form == "pem" else "jwk")
    assert path.stat().st_mode & 0o777 == 0o600
    again = AgencyKey.load(path)
    assert (again.kid, again.alg) == (key.kid, alg)
    public = import_key(dict(key.public_jwk()))
    assert joserfc_jws.deserialize_compact(signed(again), public, algorithms=[alg]).payload
    with pytest.raises(KeyFileError, match="exists"):
        AgencyKey.generate().save(path)


def test_repr_of_a_key_shows_its_id_only() -> None:
    key = AgencyKey.generate()
    assert repr(key) == f"AgencyKey(Ed25519 {key.kid})"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        pytest.param(b"", 0o600, "no readable", id="empty"),
        pytest.param(b"{}", 0o600, "no readable", id="no members"),
        pytest.param(b"", 0o640, "open to others", id="group may read"),
    ],
)
def test_a_file_that_holds_no_private_key_is_refused(
    content: bytes, mode: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=said):
        AgencyKey.load(path)


def test_no_file_and_foreign_curve_and_mismatched_halves_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        AgencyKey.load(tmp_path / "none")
    foreign, mixed = tmp_path / "foreign", tmp_path / "mixed"
    foreign.write_bytes(
        jwcrypto_jwk.JWK.generate(kty="EC", crv="P-384").export_to_pem("private", None)
    )
    one, two = (jwcrypto_jwk.JWK.generate(kty="OKP", crv="Ed25519") for _ in "ab")
    mixed.write_text(json.dumps({**json.loads(one.export()), "x": json.loads(two.export())["x"]}))
    for path, said in ((foreign, "neither"), (mixed, "no readable")):
        path.chmod(0o600)
        with pytest.raises(KeyFileError, match=said):
            AgencyKey.load(path)


@BOTH
def test_a_bad_signature_is_not_good(alg: Alg) -> None:
    key = AgencyKey.generate(alg)
    good = key.sign(b"m")
    from_jwk = jwcrypto_jwk.JWK(**key.public_jwk()).get_op_key("verify")
    assert verifies(from_jwk, good, b"m")
    assert not verifies(from_jwk, good, b"n")
    assert not verifies(from_jwk, good[:-1], b"m")
    assert not verifies(from_jwk, bytes(64), b"m")
