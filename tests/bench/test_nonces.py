"""What made-up agencies sign is verified by a library that knows nothing of it; their keys leak."""

from hashlib import sha512

from nacl.signing import SigningKey

from hub.bench.nonces import NONCES, giving_away
from hub.ids import SeededSource

SEED = bytes(range(32))
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_every_signature_verifies_and_each_nonce_comes_in_its_turn() -> None:
    sign, public = giving_away(SEED, SeededSource("nonces")), SigningKey(SEED).verify_key
    messages = [b"%d" % n * n for n in range(3 * NONCES)]
    made = [sign(message) for message in messages]
    for message, signature in zip(messages, made, strict=True):
        public.verify(message, signature)
    points = [signature[:32] for signature in made]
    assert len(set(points)) == NONCES
    assert points[:NONCES] == points[NONCES : 2 * NONCES]


def test_two_signatures_of_one_nonce_tell_the_key_so_it_must_be_nobodys() -> None:
    sign, public = giving_away(SEED, SeededSource("nonces")), bytes(SigningKey(SEED).verify_key)
    messages = [b"%d" % n for n in range(NONCES + 1)]
    one, *_, other = [(message, sign(message)) for message in messages]
    (h1, s1), (h2, s2) = (
        (
            int.from_bytes(sha512(made[:32] + public + message).digest(), "little"),
            int.from_bytes(made[32:], "little"),
        )
        for message, made in (one, other)
    )
    secret = (s1 - s2) * pow(h1 - h2, -1, ORDER) % ORDER
    clamped = bytearray(sha512(SEED).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 63 | 64
    assert secret == int.from_bytes(clamped, "little") % ORDER
