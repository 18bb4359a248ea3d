"""The curves' arithmetic of the verifier that needs no package, against a library that has it."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from adapters.verifiers import verify

ROUNDS = 6
SMALL = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
"""A point of order 8."""


def b32(number: int) -> bytes:
    return number.to_bytes(32, "big")


def ed_by_library(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_ed25519_signatures_hold_and_altered_ones_do_not() -> None:
    draw = random.Random(1)  # noqa: S311 - the same cases every time
    for _ in range(ROUNDS):
        private = ed25519.Ed25519PrivateKey.from_private_bytes(draw.randbytes(32))
        key, message = private.public_key().public_bytes_raw(), draw.randbytes(draw.randrange(99))
        signature = private.sign(message)
        bit = 1 << draw.randrange(8)
        place = draw.randrange(64)
        spoiled = bytearray(signature)
        spoiled[place] ^= bit
        for case in (signature, bytes(spoiled)):
            try:
                found = verify.ed25519(key, message, case)
            except verify.Fault:  # a point that is none
                found = False
            assert found == ed_by_library(key, message, case)
        assert not verify.ed25519(key, message + b"x", signature)


def test_ed25519_takes_one_spelling_of_a_signature_and_of_a_point() -> None:
    private = ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"m")
    assert verify.ed25519(key, b"m", signature)
    s = int.from_bytes(signature[32:], "little")
    twin = signature[:32] + (s + verify.L).to_bytes(32, "little")
    assert not verify.ed25519(key, b"m", twin)
    assert not verify.ed25519(key, b"m", signature[:63])
    assert not verify.ed25519(key, b"m", signature + b"\x00")
    for raw in ((verify.P + 1).to_bytes(32, "little"), b"\x02" + bytes(31), key[:31]):
        with pytest.raises(verify.Fault):
            verify.ed_point(raw)
    assert verify.ed_times(8, verify.ed_point(SMALL))[0] == 0  # it is what it is said to be


def test_es256_signatures_hold_and_altered_ones_do_not() -> None:
    draw = random.Random(2)  # noqa: S311 - as above
    for _ in range(ROUNDS):
        private = ec.derive_private_key(draw.randrange(1, verify.NN), ec.SECP256R1())
        point, message = private.public_key().public_numbers(), draw.randbytes(draw.randrange(99))
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
        x, y = b32(point.x), b32(point.y)
        assert verify.es256(x, y, message, b32(r) + b32(s))
        assert verify.es256(x, y, message, b32(r) + b32(verify.NN - s))  # its twin, just as valid
        assert not verify.es256(x, y, message + b"x", b32(r) + b32(s))
        assert not verify.es256(x, y, message, b32(r ^ 1 << draw.randrange(250)) + b32(s))


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (0, 0), (verify.NN, 1), (1, verify.NN), (2**256 - 1, 1)]
)
def test_es256_takes_no_number_out_of_range(r: int, s: int) -> None:
    x, y = (b32(one) for one in verify.NG)
    assert not verify.es256(x, y, b"m", b32(r) + b32(s))


def test_es256_takes_no_key_beside_the_curve() -> None:
    x, y = (b32(one) for one in verify.NG)
    signature = b32(5) + b32(7)
    assert not verify.es256(x, b32(verify.NG[1] + 1), b"m", signature)
    assert not verify.es256(b32(verify.NP + 1), y, b"m", signature)
    assert not verify.es256(x, y, b"m", signature[:63])


@pytest.mark.parametrize("text", ["AA=", "AB", "A", "AA\n", "A A", "+/8"])
def test_base64url_is_taken_in_its_one_spelling_only(text: str) -> None:
    with pytest.raises((verify.Fault, ValueError)):
        verify.b64(text)
