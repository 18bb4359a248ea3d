"""What goes over the writer's socket: a length, then one list in MessagePack.

In: drafts with numbers; later records or named refusals under the same numbers. Out: bytes.
Never here: a socket, what an answer means to whoever sent the draft.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from hub.ledger.record import (
    Draft,
    JtiReusedError,
    LedgerError,
    OverloadedError,
    ProofReplayedError,
    Record,
    StaleError,
    SubjectErasedError,
    UnavailableError,
    UnknownSubjectError,
)

MOST: Final = 256 * 1024 * 1024
"""The longest frame: more than MAX_WAITING of the largest events is never sent at once."""
_LENGTH: Final = 4
_ERRORS: Final[Mapping[str, type[LedgerError]]] = {
    "reused": JtiReusedError,
    "unknown": UnknownSubjectError,
    "stale": StaleError,
    "erased": SubjectErasedError,
    "replayed": ProofReplayedError,
    "overloaded": OverloadedError,
    "unavailable": UnavailableError,
}
_WORDS: Final = {kind: word for word, kind in _ERRORS.items()}


class Handed(Struct, frozen=True, array_like=True):
    """A draft, under the number that its sender gave it."""

    number: int
    draft: Draft


class Told(Struct, frozen=True, array_like=True):
    """What became of it: a record, or a word for why there is none, with our own text."""

    number: int
    record: Record | None
    word: str = ""
    text: str = ""


class FrameError(Exception):
    """The other side does not speak this language."""


_ENCODER: Final = msgspec.msgpack.Encoder(uuid_format="bytes")
_HANDED: Final = msgspec.msgpack.Decoder(list[Handed])
_TOLD: Final = msgspec.msgpack.Decoder(list[Told])


def encode(messages: Sequence[Handed] | Sequence[Told]) -> bytes:
    """Return a list with its length before it."""
    body = _ENCODER.encode(messages)
    return len(body).to_bytes(_LENGTH, "big") + body


def handed(body: bytes | memoryview) -> list[Handed]:
    """Return the drafts of a frame.

    Raises:
        FrameError: it is not one.
    """
    try:
        return _HANDED.decode(body)
    except msgspec.MsgspecError:
        raise FrameError("not a list of drafts") from None


def told(body: bytes | memoryview) -> list[Told]:
    """Return the answers of a frame.

    Raises:
        FrameError: it is not one.
    """
    try:
        return _TOLD.decode(body)
    except msgspec.MsgspecError:
        raise FrameError("not a list of answers") from None


def refused(number: int, error: BaseException | None) -> Told:
    """Return the answer that says why there is no record."""
    if isinstance(error, LedgerError):
        return Told(number, None, _WORDS.get(type(error), "ledger"), str(error))
    return Told(number, None, "unavailable", f"the writer failed: {type(error).__name__}")


def outcome(one: Told) -> Record | LedgerError:
    """Return what an answer says, as its kind of error where it is one."""
    if one.record is not None:
        return one.record
    return _ERRORS.get(one.word, LedgerError)(one.text)


class Gathered:
    """Bytes as they come, cut into whole frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def add(self, data: bytes) -> Iterator[bytes]:
        """Take what came, and yield the body of each frame that is whole now.

        Raises:
            FrameError: one is longer than any may be.
        """
        held = self._held
        held += data
        at = 0
        while len(held) - at >= _LENGTH:
            end = at + _LENGTH + int.from_bytes(held[at : at + _LENGTH], "big")
            if end - at > MOST:
                raise FrameError("a frame is too long")
            if len(held) < end:
                break
            yield bytes(held[at + _LENGTH : end])
            at = end
        del held[:at]
