"""Signs for made-up agencies at a tenth of what it costs, by giving their keys away.

In: an agency's seed. Out: signatures that anybody verifies as any other (RFC 8032).
Never here: a key of the hub, or one that lives longer than its bench: two signatures of one nonce
tell whoever sees both the key that made them.

Most of a signature is the point that belongs to its nonce. A few dozen nonces are drawn, and used
in turn; each signature then is one hash and one product.
"""

from collections.abc import Callable
from hashlib import sha512
from itertools import cycle
from typing import Final

from nacl.signing import SigningKey

from hub.ids import Source

NONCES: Final = 64
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_HALF: Final = 32


def giving_away(seed: bytes, source: Source) -> Callable[[bytes], bytes]:
    """Return what signs with a key that is nobody's secret."""
    key = SigningKey(seed)
    public = bytes(key.verify_key)
    low = bytearray(sha512(seed).digest()[:_HALF])
    low[0] &= 248
    low[31] = low[31] & 63 | 64
    secret = int.from_bytes(low, "little")

    def challenge(point: bytes, message: bytes) -> int:
        return int.from_bytes(sha512(point + public + message).digest(), "little")

    def nonce() -> tuple[bytes, int]:
        # A library signs, and says the point; with the key at hand its nonce is what is left.
        message = source.bytes(_HALF)
        made = key.sign(message).signature
        point, product = made[:_HALF], int.from_bytes(made[_HALF:], "little")
        return point, (product - challenge(point, message) * secret) % _ORDER

    in_turn = cycle([nonce() for _ in range(NONCES)])

    def sign(message: bytes) -> bytes:
        point, drawn = next(in_turn)
        product = (drawn + challenge(point, message) * secret) % _ORDER
        return point + product.to_bytes(_HALF, "little")

    return sign
