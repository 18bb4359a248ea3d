"""The witness's one decision: whether to sign a checkpoint.

In: the body of an add-checkpoint request. Out: a status and a body. Never here: HTTP, a second
chance for a log that once showed another history.

Source: C2SP tlog-witness, add-checkpoint.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

from nacl.signing import SigningKey

from hub.witness.note import (
    Head,
    LogKey,
    MalformedError,
    UnprovenError,
    check_growth,
    cosign,
    read_note,
    unbase64,
)
from hub.witness.note import vkey as vkey_of
from hub.witness.state import State

MAX_BODY_BYTES = 65_536
MAX_PROOF_LINES = 63


@dataclass(frozen=True, slots=True)
class Reply:
    """What the witness answers."""

    status: int
    body: str = ""
    media_type: str = "text/plain; charset=utf-8"


class Witness:
    """One witness with its key, its state and the logs it follows. Safe to call from threads."""

    def __init__(
        self,
        name: str,
        seed: bytes,
        logs: Iterable[str],
        state: State,
        now_s: Callable[[], int],
    ) -> None:
        """Take the witness's name, its 32 secret bytes, and the vkeys of the logs it follows.

        Raises:
            MalformedError: a vkey is none.
        """
        self._name = name
        self._key = SigningKey(seed)
        self._state = state
        self._now_s = now_s
        self._logs: dict[str, list[LogKey]] = {}
        for key in map(LogKey.read, logs):
            self._logs.setdefault(key.name, []).append(key)
        # Checking the last size and keeping the next must be one step, or two requests could
        # between them roll this witness back.
        self._one_at_a_time = Lock()

    @property
    def vkey(self) -> str:
        """Return the witness's public key."""
        return vkey_of(self._key, self._name)

    def add_checkpoint(self, body: bytes) -> Reply:
        """Cosign a checkpoint that continues the last one, or say why not."""
        try:
            old, proof, note = _request(body)
            head, signatures = read_note(note)
        except MalformedError:
            return Reply(400)
        keys = self._logs.get(head.origin)
        if keys is None:
            return Reply(404)
        if not any(key.signed(head.text, signatures) for key in keys):
            return Reply(403)
        if old > head.size:
            return Reply(400)
        with self._one_at_a_time:
            return self._continued(old, proof, head, note)

    def _continued(self, old: int, proof: list[bytes], head: Head, note: str) -> Reply:
        kept = self._state.last(head.origin)
        before = None if kept is None else read_note(kept)[0]
        size = 0 if before is None else before.size
        if old != size:
            return _conflict(size)
        if before is not None and old == head.size and before.root != head.root:
            return _conflict(size)
        try:
            if before is not None and 0 < size < head.size:
                check_growth(before, head, proof)
                proof = []
        except UnprovenError:
            return Reply(422)
        if proof:  # where there is nothing to prove
            return Reply(422)
        self._state.keep(head.origin, note)  # first on disk, then signed
        return Reply(200, cosign(self._key, self._name, head.text, self._now_s()))


def _conflict(size: int) -> Reply:
    return Reply(409, f"{size}\n", "text/x.tlog.size")


def _request(body: bytes) -> tuple[int, list[bytes], str]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None
    top, separator, note = text.partition("\n\n")
    first, *lines = top.split("\n")
    size = first.removeprefix("old ")
    plain = size.isascii() and size.isdigit() and str(int(size)) == size and len(size) < 20  # noqa: PLR2004
    if not separator or not first.startswith("old ") or not plain or len(lines) > MAX_PROOF_LINES:
        raise MalformedError("not a request")
    proof = [unbase64(line) for line in lines]
    if any(len(one) != 32 for one in proof):  # noqa: PLR2004 - SHA-256
        raise MalformedError("not a proof")
    return int(size), proof, note
