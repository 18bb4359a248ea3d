"""Checkpoints: the size and root of the log in a signed note, as any C2SP tool reads it.

In: a size and root, a key, or a note from anywhere. Out: a note, a Checkpoint, or a NoteError.
Never here: I/O, a clock, trust in a key that was not given.

Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature (Ed25519) and tlog-proof.
"""

import hashlib
import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.intake import encoding
from hub.intake.jwk import JwkRefusedError, PublicKey, read_jwk

ED25519: Final = 1
COSIGNATURE: Final = 4
_SIGNATURE_BYTES: Final = 64
_STAMPED_BYTES: Final = 72
_MAX_SIGNATURES: Final = 100
_HASH_BYTES: Final = 32
_DASH: Final = "\u2014 "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_PROOF: Final = "c2sp.org/tlog-proof@v1"


class NoteError(Exception):
    """A note is malformed, or is not signed as it should be."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A named public key. `kind` is ED25519 for a log, COSIGNATURE for a witness."""

    name: str
    kind: int
    raw: bytes
    """The 32 key bytes."""
    key: PublicKey = field(compare=False, repr=False)

    @classmethod
    def of(cls, name: str, kind: int, raw: bytes) -> "Verifier":
        """Return the verifier of 32 raw key bytes.

        Raises:
            NoteError: a name or key that cannot be one.
        """
        if not _is_name(name) or kind not in (ED25519, COSIGNATURE):
            raise NoteError("not a key name, or not a kind of key that is known here")
        x = encoding.encode(raw).decode()
        try:
            return cls(name, kind, raw, read_jwk({"kty": "OKP", "crv": "Ed25519", "x": x}))
        except JwkRefusedError as refused:
            raise NoteError("not a sound Ed25519 key") from refused

    @classmethod
    def read(cls, vkey: str) -> "Verifier":
        """Return the verifier that `<name>+<id>+<key>` spells.

        Raises:
            NoteError: it is malformed, or its id is not the key's.
        """
        parts = vkey.split("+", 2)
        key = _decoded(parts[-1])
        if len(parts) != 3 or len(key) != 1 + _HASH_BYTES:  # noqa: PLR2004 - name, id, key
            raise NoteError("not a verifier key")
        found = cls.of(parts[0], key[0], key[1:])
        if parts[1] != found.key_id.hex():
            raise NoteError("the id is not the key's")
        return found

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand for name, kind and key in a signature line."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.raw
        return hashlib.sha256(named).digest()[:4]

    @property
    def vkey(self) -> str:
        """Return the key as text, to be handed to whoever verifies."""
        return f"{self.name}+{self.key_id.hex()}+{_text(bytes([self.kind]) + self.raw)}"

    def signed(self, text: str, signature: bytes) -> int | None:
        """Return when this key signed a note's text: 0 where it does not say, None if never."""
        if self.kind == ED25519:
            return 0 if self.key.signed(text.encode(), signature) else None
        if len(signature) != _STAMPED_BYTES:
            return None
        at = int.from_bytes(signature[:8])
        stamped = f"cosignature/v1\ntime {at}\n{text}".encode()
        return at if self.key.signed(stamped, signature[8:]) else None


@dataclass(frozen=True, slots=True)
class NoteKey:
    """What signs for a log: the public half, and how to sign bytes."""

    verifier: Verifier
    sign: Callable[[bytes], bytes]

    def note(self, text: str) -> str:
        """Return `text` as a note with this key's signature."""
        line = _line(self.verifier, self.sign(text.encode()))
        return f"{text}\n{line}"


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature on a note: whose, when (0: it does not say), and its line."""

    by: Verifier
    at_s: int
    line: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large the log `origin` is, and its root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Return the checkpoint a note's text is. Extension lines are not allowed in this log.

        Raises:
            NoteError: it is not a checkpoint.
        """
        lines = text.split("\n")
        if len(lines) != 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):  # noqa: PLR2004
            raise NoteError("not a checkpoint")
        found = cls(lines[0], int(lines[1]), _decoded(lines[2]))
        if len(found.root) != _HASH_BYTES or found.text != text:
            raise NoteError("not a checkpoint")
        return found


def log_origin(hub_uri: str) -> str:
    """Return the name of a hub's log: its URI without the scheme, and `/log`."""
    return f"{hub_uri.partition('://')[2].rstrip('/')}/log"


def open_note(note: str, verifiers: Sequence[Verifier]) -> tuple[str, list[Signed]]:
    """Return a note's text and the signatures by known keys, at least one. Others are ignored.

    Raises:
        NoteError: malformed, signed by no known key, or wrongly signed in the name of one.
    """
    head, separator, tail = note.rpartition("\n\n")
    text = head + "\n"
    if not separator or _CONTROL.search(note) or not tail.endswith("\n"):
        raise NoteError("not a signed note")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise NoteError("too many signatures")
    known = {(v.name, v.key_id): v for v in verifiers}
    found: dict[Verifier, Signed] = {}
    for line in lines:
        name, key_id, signature = _parts(line)
        verifier = known.get((name, key_id))
        if verifier is None or verifier in found:
            continue
        at = verifier.signed(text, signature)
        if at is None:
            raise NoteError("a signature does not hold")
        found[verifier] = Signed(verifier, at, line + "\n")
    if not found:
        raise NoteError("not signed by a known key")
    return text, list(found.values())


def open_checkpoint(note: str, log: Verifier, witnesses: Iterable[Verifier] = ()) -> Checkpoint:
    """Return the checkpoint in a note that the log itself has signed, in the log's name.

    Raises:
        NoteError: it is not.
    """
    text, signatures = open_note(note, [log, *witnesses])
    found = Checkpoint.read(text)
    if found.origin != log.name or all(s.by != log for s in signatures):
        raise NoteError("not a checkpoint of this log")
    return found


def proof_text(index: int, proof: Iterable[bytes], note: str) -> str:
    """Return an inclusion proof with its checkpoint, to be kept and checked offline."""
    hashes = "".join(f"{_text(one)}\n" for one in proof)
    return f"{_PROOF}\nindex {index}\n{hashes}\n{note}"


def read_proof(proof: str) -> tuple[int, list[bytes], str]:
    """Return the index, hashes and note of a proof.

    Raises:
        NoteError: it is not a proof of this format.
    """
    head, _, note = proof.partition("\n\n")
    first, _, rest = head.partition("\n")
    index, *hashes = rest.split("\n")
    if first != _PROOF or index[:6] != "index " or not _NUMBER.fullmatch(index[6:]):
        raise NoteError("not a proof")
    return int(index[6:]), [_decoded(one) for one in hashes], note


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"{_DASH}{verifier.name} {_text(verifier.key_id + signature)}\n"


def _parts(line: str) -> tuple[str, bytes, bytes]:
    name, _, text = line.removeprefix(_DASH).partition(" ")
    signature = _decoded(text)
    if not line.startswith(_DASH) or not _is_name(name) or len(signature) <= 4:  # noqa: PLR2004
        raise NoteError("a signature line is malformed")
    return name, signature[:4], signature[4:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _text(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).decode()


def _decoded(text: str) -> bytes:
    try:
        raw = a2b_base64(text.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError):
        raise NoteError("not base64") from None
    if _text(raw) != text:
        raise NoteError("not canonical base64")
    return raw
