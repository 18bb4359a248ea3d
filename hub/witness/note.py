"""Notes, checkpoints and consistency, read as a witness must: strictly, and by its own reading.

In: a note, a log's public key, a proof. Out: a Head that was signed and continues another.
Never here: state, a clock, the hub's own implementation.

Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 6962 section 2.1.2.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

DASH = "\u2014"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LINE = re.compile(rf"{DASH} (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/=]+)")


class MalformedError(Exception):
    """Not a note, a checkpoint or a proof."""


class UnprovenError(Exception):
    """A proof does not show that one tree continues another."""


@dataclass(frozen=True, slots=True)
class LogKey:
    """The public key of a log, by which its checkpoints are known."""

    name: str
    key: VerifyKey

    @classmethod
    def read(cls, vkey: str) -> "LogKey":
        """Return the key that `<name>+<id>+<key>` spells.

        Raises:
            MalformedError: it is not a verifier key of kind Ed25519.
        """
        name, _, rest = vkey.partition("+")
        identity, _, text = rest.partition("+")
        raw = unbase64(text)
        if not name or raw[:1] != b"\x01" or len(raw) != 33:  # noqa: PLR2004 - kind and key
            raise MalformedError("not a verifier key of a log")
        found = cls(name, VerifyKey(raw[1:]))
        if key_id(name, 1, raw[1:]).hex() != identity:
            raise MalformedError("the id is not the key's")
        return found

    def signed(self, text: str, signatures: list[tuple[str, bytes]]) -> bool:
        """Return whether this key signed `text`, and never wrongly."""
        wanted = (self.name, key_id(self.name, 1, bytes(self.key)))
        mine = [s[4:] for name, s in signatures if (name, s[:4]) == wanted]
        try:
            for one in mine:
                self.key.verify(text.encode(), one)
        except (BadSignatureError, ValueError):
            return False
        return bool(mine)


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint: which log, how large, its root, and the text that was signed."""

    origin: str
    size: int
    root: bytes
    text: str


def read_note(note: str) -> tuple[Head, list[tuple[str, bytes]]]:
    """Return the checkpoint in a note, and its signatures, unverified.

    Raises:
        MalformedError: it is not a note of a checkpoint.
    """
    body, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise MalformedError("not a note")
    signatures: list[tuple[str, bytes]] = []
    for line in tail[:-1].split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            raise MalformedError("not a signature line")
        signatures.append((found["name"], unbase64(found["signature"])))
    lines = body.split("\n")
    if len(lines) < 3 or "" in lines or not _NUMBER.fullmatch(lines[1]):  # noqa: PLR2004
        raise MalformedError("not a checkpoint")
    head = Head(lines[0], int(lines[1]), unbase64(lines[2]), body + "\n")
    if len(head.root) != 32:  # noqa: PLR2004 - SHA-256
        raise MalformedError("not a root")
    return head, signatures


def cosign(key: SigningKey, name: str, text: str, at_s: int) -> str:
    """Return a signature line: at `at_s`, this was the largest consistent tree seen."""
    signature = key.sign(f"cosignature/v1\ntime {at_s}\n{text}".encode()).signature
    identity = key_id(name, 4, bytes(key.verify_key))
    raw = identity + at_s.to_bytes(8) + signature
    return f"{DASH} {name} {base64.b64encode(raw).decode()}\n"


def vkey(key: SigningKey, name: str) -> str:
    """Return the witness's public key, for those who rely on it."""
    raw = bytes(key.verify_key)
    return f"{name}+{key_id(name, 4, raw).hex()}+{base64.b64encode(bytes([4]) + raw).decode()}"


def key_id(name: str, kind: int, raw: bytes) -> bytes:
    """Return the four bytes that stand for a name and key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]


def unbase64(text: str) -> bytes:
    """Return what canonical base64 spells.

    Raises:
        MalformedError: it is not canonical base64.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise MalformedError("not canonical base64")
    return raw


def check_growth(old: Head, new: Head, proof: list[bytes]) -> None:
    """Check that `new` begins with the tree of `old`.

    The proof is read as RFC 6962 builds it, from the root down, and both roots are built up again:
    another way than the hub's, which walks up by the bits of the sizes.

    Raises:
        UnprovenError: it does not.
    """
    parts = iter(proof)
    try:
        roots = _rebuilt(old.size, new.size, old.root, parts, whole=True)
    except StopIteration:
        raise UnprovenError("the proof is too short") from None
    if next(parts, None) is not None or roots != (old.root, new.root):
        raise UnprovenError("the proof does not join the two trees")


def _rebuilt(
    old: int, new: int, known: bytes, parts: Iterator[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    """Return the roots of the first `old` and of all `new` leaves of a subtree."""
    if old == new:
        root = known if whole else next(parts)
        return root, root
    left = 1 << ((new - 1).bit_length() - 1)
    if old <= left:
        before, after = _rebuilt(old, left, known, parts, whole=whole)
        return before, _node(after, next(parts))
    before, after = _rebuilt(old - left, new - left, known, parts, whole=False)
    sibling = next(parts)
    return _node(sibling, before), _node(sibling, after)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
