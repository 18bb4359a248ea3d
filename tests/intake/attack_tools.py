"""How the attack list spells its tokens: one changed thing at a time, soundly signed or not."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hub.intake.errors import IntakeError
from tests.intake.world import (
    CONCERN,
    COUNCIL,
    NOW,
    P256_ORDER,
    POLICE,
    Agent,
    Anything,
    b64,
    check,
    claims,
    header,
    spelled,
    token,
)

ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
SOUND = token()
SOUND_ES256 = token(POLICE)


@dataclass(frozen=True)
class Attack:
    """One line of the list. `send` returns the answer as one word or two."""

    name: str
    expected: str
    send: Callable[[], str]


def post(make: Callable[[], bytes], *, caller: str | None = None) -> Callable[[], str]:
    """Send a token to the front door."""

    def send() -> str:
        try:
            verified = check(make(), caller=caller)
        except IntakeError as refusal:
            return str(refusal.err)
        same = {check(SOUND).signing_digest, check(SOUND_ES256).signing_digest}
        return "accepted as the same" if verified.signing_digest in same else "accepted"

    return send


def headed(agent: Agent = COUNCIL, **changes: Anything) -> Callable[[], bytes]:
    """A token whose signature is sound under whatever the header says."""
    return lambda: agent.seal(spelled(header(agent, **changes)), spelled(claims(agent)))


def said(**changes: Anything) -> Callable[[], bytes]:
    """A token with changed claims, soundly signed."""
    return lambda: token(**changes)


def raw(header_text: bytes, agent: Agent = COUNCIL) -> Callable[[], bytes]:
    return lambda: agent.seal(header_text, spelled(claims(agent)))


def body(change: Callable[[bytes], bytes], agent: Agent = COUNCIL) -> Callable[[], bytes]:
    """A token whose claims are spelled otherwise, soundly signed."""
    return lambda: agent.seal(spelled(header(agent)), change(spelled(claims(agent))))


def resigned(change: Callable[[bytes], bytes], sound: bytes = SOUND) -> Callable[[], bytes]:
    """The sound token with its signature bytes changed."""

    def make() -> bytes:
        signing_input, _, signature = sound.rpartition(b".")
        was = base64.urlsafe_b64decode(signature + b"==")
        return signing_input + b"." + b64(change(was)).encode()

    return make


def respelled(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    return lambda: change(SOUND)


def twin(signature: bytes) -> bytes:
    """The other valid ES256 signature, (r, n - s)."""
    s = P256_ORDER - int.from_bytes(signature[32:])
    return signature[:32] + s.to_bytes(32, "big")


def beyond(signature: bytes) -> bytes:
    """The same Ed25519 signature with s + L, which lax verifiers accept."""
    s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    return signature[:32] + s.to_bytes(32, "little")


def der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


def with_hs256() -> bytes:
    """HMAC keyed with the public key, for verifiers that let the token choose."""
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    signing_input = f"{b64(spelled(header(COUNCIL, alg='HS256')))}.{b64(spelled(claims(COUNCIL)))}"
    mac = hmac.digest(COUNCIL.jwk["x"].encode(), signing_input.encode(), hashlib.sha256)
    return f"{signing_input}.{b64(mac)}".encode()


def swapped() -> bytes:
    head, _, signature = SOUND.split(b".")
    return b".".join((head, b64(spelled(claims(COUNCIL, toe=NOW))).encode(), signature))


def tail_bits(signed: bytes) -> bytes:
    """The same signature bytes, spelled with a stray low bit: 64 bytes leave four unused."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signed[:-1] + alphabet[alphabet.index(signed[-1]) + 1 :][:1]


def deep(levels: int) -> Callable[[bytes], bytes]:
    return lambda text: text.replace(b'"seen on the ward"', b"[" * levels + b"]" * levels)


def member(value: bytes) -> Callable[[bytes], bytes]:
    """Put raw JSON where the event's text was."""
    return lambda text: text.replace(b'"seen on the ward"', value)


def concern(**content: Anything) -> dict[str, Any]:
    return {CONCERN: {"about": "adult", **content}}


def unsigned(alg: str = "Ed25519", **changes: Anything) -> bytes:
    head = header(COUNCIL, alg=alg, **changes)
    return f"{b64(json.dumps(head).encode())}.{b64(spelled(claims(COUNCIL)))}.".encode()


def signed_by(other: Agent) -> bytes:
    return other.seal(spelled(header(COUNCIL)), spelled(claims(COUNCIL)))


def standard_alphabet() -> bytes:
    """A signature spelled with `+` and `/`; some sound token has one of them."""
    for toe in range(NOW - 200, NOW):
        sound = token(toe=toe)
        signed, _, signature = sound.rpartition(b".")
        if b"-" in signature or b"_" in signature:
            return signed + b"." + signature.translate(bytes.maketrans(b"-_", b"+/"))
    raise AssertionError("no signature had one")
