"""Examples printed in the RFCs, where a different reading of the standard would show."""

import base64
from typing import Any

import pytest

from hub.api.dpop import DpopError, read_proof
from hub.intake import encoding
from hub.intake import jwk as jwk_module
from hub.intake.errors import IntakeError
from hub.intake.jsonstrict import read_object
from hub.intake.jwk import Alg, JwkRefusedError, read_jwk
from hub.intake.jws import split

# RFC 7515, appendix A.3: ES256 over a JWT.
A3_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
A3_INPUT = (
    b"eyJhbGciOiJFUzI1NiJ9."
    b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
A3_SIGNATURE = (
    b"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
# RFC 8037, appendix A.
OKP_JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
OKP_INPUT = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
OKP_SIGNATURE = (
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 9449, section 4.1 and figure 2: a proof for a token request.
DPOP_PROOF = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0"
    "VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10"
    "NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj"
    "oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ"
    ".2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
DPOP_URL, DPOP_TIME = "https://server.example.com/token", 1562262616
DPOP_JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


@pytest.mark.parametrize(
    ("jwk", "alg", "message", "signature"),
    [
        (A3_JWK, Alg.ES256, A3_INPUT, A3_SIGNATURE),
        (OKP_JWK, Alg.ED25519, OKP_INPUT, OKP_SIGNATURE),
    ],
    ids=["rfc 7515 a.3", "rfc 8037 a.4"],
)
def test_signature_of_the_rfc_verifies_and_no_other_does(
    jwk: dict[str, Any], alg: Alg, message: bytes, signature: bytes
) -> None:
    key = read_jwk(jwk)
    raw = encoding.decode(signature)

    assert key.alg is alg
    assert key.signed(message, raw)
    assert not key.signed(message + b"x", raw)
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1
        assert not key.signed(message, bytes(flipped)), place


def test_thumbprint_of_an_okp_key_is_the_one_in_rfc_8037() -> None:
    assert read_jwk(OKP_JWK).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_thumbprint_of_the_rsa_members_is_the_one_in_rfc_7638() -> None:
    # Section 3.1. RSA keys are refused, but the canonical form is the same for every kind.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJ"
        "ECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW"
        "2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQ"
        "Fh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )

    thumbprint = jwk_module._thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB"})

    assert thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_thumbprint_ignores_the_order_of_members() -> None:
    backwards = dict(reversed(A3_JWK.items()))

    assert read_jwk(backwards).thumbprint == read_jwk(A3_JWK).thumbprint


def test_header_of_the_example_set_is_refused_because_it_is_unsigned() -> None:
    # RFC 8417 section 2.1 prints a SET with alg none.
    example = b"eyJ0eXAiOiJzZWNldmVudCtqd3QiLCJhbGciOiJub25lIn0.e30."

    with pytest.raises(IntakeError):
        split(example, typ="secevent+jwt")


def test_claims_of_the_example_set_are_read_as_printed() -> None:
    # RFC 8417 section 2.1, figure 1, without its second event.
    printed = b"""{
      "iss": "https://scim.example.com",
      "iat": 1458496404,
      "jti": "4d3559ec67504aaba65d40b0363faad8",
      "aud": [
        "https://scim.example.com/Feeds/98d52461fa5bbc879593b7754",
        "https://scim.example.com/Feeds/5d7604516b1d08641d7676ee7"
      ],
      "events": {
        "urn:ietf:params:scim:event:create": {
          "ref": "https://scim.example.com/Users/44f6142df96bd6ab61e7521d9",
          "attributes": ["id", "name", "userName", "password", "emails"]
        }
      }
    }"""

    claims = read_object(printed)

    assert claims["iat"] == 1458496404
    assert list(claims["events"]) == ["urn:ietf:params:scim:event:create"]


def test_dpop_proof_of_rfc_9449_is_accepted_at_its_time_and_place() -> None:
    proof = read_proof([DPOP_PROOF], method="POST", url=DPOP_URL, now=DPOP_TIME, access_token=None)

    assert proof.jkt == DPOP_JKT


def test_dpop_proof_of_rfc_9449_is_refused_a_minute_later() -> None:
    with pytest.raises(DpopError):
        read_proof([DPOP_PROOF], method="POST", url=DPOP_URL, now=DPOP_TIME + 61, access_token=None)


# Every Ed25519 point of small order, and the spellings of y that a lax decoder reduces to one.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_ed25519_point_of_small_order_is_no_key(point: str) -> None:
    x = base64.urlsafe_b64encode(bytes.fromhex(point)).rstrip(b"=").decode()

    with pytest.raises(JwkRefusedError):
        read_jwk({"kty": "OKP", "crv": "Ed25519", "x": x})


@pytest.mark.parametrize(
    "jwk",
    [
        {**OKP_JWK, "d": OKP_JWK["x"]},
        {**OKP_JWK, "use": "sig"},
        {**OKP_JWK, "crv": "X25519"},
        {**OKP_JWK, "x": OKP_JWK["x"][:-1]},
        {**OKP_JWK, "x": OKP_JWK["x"] + "="},
        {**OKP_JWK, "x": "é" * 43},
        {**OKP_JWK, "x": 5},
        {**A3_JWK, "y": A3_JWK["x"]},
        {**A3_JWK, "crv": "secp256k1"},
        {"kty": "EC", "crv": "P-256", "x": A3_JWK["x"]},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "oct", "k": "AAAA"},
        {"kty": ["OKP"], "crv": {"a": 1}},
        {},
    ],
    ids=str,
)
def test_jwk_of_another_shape_is_refused_without_repeating_it(jwk: dict[str, Any]) -> None:
    with pytest.raises(JwkRefusedError) as refusal:
        read_jwk(jwk)

    assert not any(
        isinstance(v, str) and len(v) > 5 and v in str(refusal.value) for v in jwk.values()
    )
