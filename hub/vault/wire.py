"""What goes over the vault's sockets: a length, then one message in MessagePack.

In: bytes. Out: questions and answers of closed types. Never here: a socket, an answer's meaning.
"""

from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct

from hub.disclosure.opening import Hole
from hub.ledger.record import (
    LedgerError,
    SubjectErasedError,
    UnavailableError,
    VaultRefusedError,
)
from hub.ledger.sealing import SealError
from hub.ledger.seals import SealJob

MOST: Final = 64 * 1024 * 1024
"""The longest message: a batch of the largest events fits in it."""
LENGTH: Final = 4
ANSWER: Final = "answer"
"""The kind under which an answer is sealed, to be given again."""


class Blind(Struct, frozen=True, tag=True):
    """Blind identifiers -> list of bytes."""

    named: list[tuple[str, str]]


class SealMany(Struct, frozen=True, tag=True):
    """Seal tokens -> list of Seal."""

    jobs: list[SealJob]


class Build(Struct, frozen=True, tag=True):
    """Build an answer -> Built."""

    chunks: list[bytes]
    holes: list[Hole]


class Release(Struct, frozen=True, tag=True):
    """Let a built answer go -> bytes."""

    handle: bytes
    dis: UUID


class Again(Struct, frozen=True, tag=True):
    """Open an answer that was kept -> bytes."""

    dis: UUID
    request: UUID
    envelope: bytes


class Governance(Struct, frozen=True, tag=True):
    """Open events about keys and agencies -> list of (position, token)."""

    positions: list[int]


class Count(Struct, frozen=True, tag=True):
    """Count events by their codes -> counts by type, measure and code."""

    positions: list[int]


class VerifyBegin(Struct, frozen=True, tag=True):
    """Begin to check what is sealed, from the hub's first public key on -> what no event covers."""

    jwk: dict[str, Any]
    dis: UUID | None


class VerifyRows(Struct, frozen=True, tag=True):
    """Check the next rows -> Checked."""

    positions: list[int]


class Audit(Struct, frozen=True, tag=True):
    """Open rows for evidence -> dict of position to token and blinding bytes."""

    positions: list[int]
    dis: UUID


class Rekey(Struct, frozen=True, tag=True):
    """Draw a new master key and wrap every key under it -> Rekeyed."""

    destroy_old: bool
    dis: UUID


class Destroy(Struct, frozen=True, tag=True):
    """Destroy a subject's key, as the ledger says -> bool."""

    subject: UUID


class Ping(Struct, frozen=True, tag=True):
    """Nothing -> null."""


class Checked(Struct, frozen=True):
    """What was found in some rows: faults, and counts so far."""

    faults: list[tuple[str, int, str]]
    opened: int
    erased: int
    held_to_less: int


class Rekeyed(Struct, frozen=True):
    """What a change of the master key did."""

    version: int
    rewrapped: int
    destroyed: list[int]


Open: TypeAlias = Blind | SealMany | Build | Release | Again | Governance | Count | Ping
"""What the API may ask."""
Operator: TypeAlias = VerifyBegin | VerifyRows | Audit | Rekey | Destroy | Ping
"""What an operator may ask, on the other socket."""
Question: TypeAlias = Open | Operator

_ERRORS: Final[dict[str, type[Exception]]] = {
    "erased": SubjectErasedError,
    "refused": VaultRefusedError,
    "altered": SealError,
    "unavailable": UnavailableError,
}
_ENCODER: Final = msgspec.msgpack.Encoder(uuid_format="bytes")


def encode(message: object) -> bytes:
    """Return a message with its length before it."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(LENGTH, "big") + body


def failure(error: Exception) -> bytes:
    """Return the answer that says why there is none: a closed word and our own text."""
    ours = isinstance(error, LedgerError | SealError)
    word = next((w for w, kind in _ERRORS.items() if isinstance(error, kind)), "unavailable")
    return encode([word, str(error) if ours else type(error).__name__])


def success(result: object) -> bytes:
    """Return an answer."""
    return encode(["", result])


def answer(body: bytes, kind: Any) -> Any:  # noqa: ANN401 - any of the answers' types
    """Return what an answer says.

    Raises:
        SubjectErasedError: a key was destroyed.
        VaultRefusedError: the vault does not do this.
        SealError: something was altered at rest.
        UnavailableError: the vault could not answer.
    """
    word, result = msgspec.msgpack.decode(body, type=tuple[str, msgspec.Raw])
    if word:
        raise _ERRORS[word](msgspec.msgpack.decode(result, type=str))
    return msgspec.msgpack.decode(result, type=kind)
