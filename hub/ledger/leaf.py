"""A leaf: what the log commits to for one row of the ledger, and what it never lets out.

In: a row's kind, digests and number. Out: the entry's exact bytes, and bundles of entries.
Never here: an unblinded hash of a plaintext, or anything by which a person could be guessed.

The first digest lets somebody without any key check every stored byte; the second binds the
plaintext, and tells nothing once the blinding bytes are destroyed with the subject's key.
"""

import re
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass

KINDS = frozenset({"event", "disclosure", "ack", "key", "shred", "policy"})
FIRST_LINE = "hub-leaf/v1"
MAX_BYTES = 200
_DIGEST_BYTES = 32
_PARTNER = re.compile(r"[a-z0-9-]{1,63}")
_LINES = 4
_LINES_NUMBERED = 5


class LeafError(Exception):
    """A row cannot be a leaf, or bytes are not one."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf. `partner` and its number `pseq` stand only where the row was numbered."""

    kind: str
    envelope: bytes
    """SHA-256 of the stored envelope."""
    commitment: bytes
    """SHA-256 of "hub-commit/v1\\n", r and the token: see hub.ledger.sealing."""
    partner: str | None = None
    pseq: int | None = None

    def entry(self) -> bytes:
        """Return the leaf's bytes.

        Raises:
            LeafError: a field would make two rows look alike, or one row like two.
        """
        if self.kind not in KINDS:
            raise LeafError("no such kind of leaf")
        if not len(self.envelope) == len(self.commitment) == _DIGEST_BYTES:
            raise LeafError("a digest has the wrong length")
        digests = f"{_text(self.envelope)}\n{_text(self.commitment)}"
        text = f"{FIRST_LINE}\n{self.kind}\n{digests}\n"
        if self.partner is not None and self.pseq is not None:
            if not _PARTNER.fullmatch(self.partner) or self.pseq < 1:
                raise LeafError("a partner or its number is malformed")
            text += f"{self.partner} {self.pseq}\n"
        entry = text.encode()
        if len(entry) > MAX_BYTES:
            raise LeafError("an entry is too long")
        return entry


def read(entry: bytes) -> Leaf:
    """Return the leaf that `entry` spells.

    Raises:
        LeafError: it is not the one spelling of a leaf.
    """
    try:
        lines = entry.decode("ascii").split("\n")[:-1]
        if len(lines) not in (_LINES, _LINES_NUMBERED):
            raise LeafError("not a leaf")
        partner, _, number = lines[4].partition(" ") if lines[4:] else ("", "", "")
        leaf = Leaf(
            lines[1],
            a2b_base64(lines[2], strict_mode=True),
            a2b_base64(lines[3], strict_mode=True),
            partner or None,
            int(number) if partner else None,
        )
    except (UnicodeDecodeError, Error, ValueError):
        raise LeafError("not a leaf") from None
    if leaf.entry() != entry:
        raise LeafError("not the one spelling of a leaf")
    return leaf


def pack(entries: Iterable[bytes]) -> bytes:
    """Return entries as an entry bundle: each after its length, two bytes. Source: tlog-tiles."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        LeafError: it ends within an entry.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        if end > len(bundle) or end < at + 2:
            raise LeafError("a bundle ends within an entry")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def _text(digest: bytes) -> str:
    return b2a_base64(digest, newline=False).decode()
