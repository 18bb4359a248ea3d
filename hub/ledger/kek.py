"""The key that wraps every subject's key, and the key that blinds every identifier.

In: a folder. Out: wrap, unwrap, blind. Never here: a subject's data.

A provider is wrap/unwrap/version; this one keeps its keys in files of mode 0600. Another (a
hardware module, a key service) has the same three methods and nothing else changes.
"""

import contextlib
import hashlib
import hmac
import os
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.ids import Source


class KekError(Exception):
    """A wrapped key does not open: wrong key-encryption key, or an altered row."""


class KeyProvider(Protocol):
    """What the ledger needs of whatever holds the master keys."""

    version: int

    def wrap(self, key_id: bytes, key: bytes) -> bytes:
        """Return `key` (32 bytes) encrypted for storage, bound to `key_id`."""
        ...

    def unwrap(self, key_id: bytes, wrapped: bytes) -> bytes:
        """Return the 32 bytes that were wrapped.

        Raises:
            KekError: it does not open under this key and this id.
        """
        ...

    def blind(self, kind: str, value: str) -> bytes:
        """Return 32 bytes that stand for a normalised identifier, useless without the key."""
        ...


class FileKeys:
    """Master keys in two files of a folder only the hub's user can read."""

    version = 1

    def __init__(self, kek: bytes, index_key: bytes, source: Source) -> None:
        self._aead = AESGCM(kek)
        self._index_key = index_key
        self._source = source

    @classmethod
    def open(cls, folder: Path, source: Source) -> "FileKeys":
        """Read the keys, drawing them once where the folder is new."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            file_key(folder / "kek.bin", source), file_key(folder / "index.bin", source), source
        )

    def wrap(self, key_id: bytes, key: bytes) -> bytes:
        """Return nonce (12) and ciphertext; the id is authenticated, so rows cannot be swapped."""
        nonce = self._source.bytes(12)
        return nonce + self._aead.encrypt(nonce, key, key_id)

    def unwrap(self, key_id: bytes, wrapped: bytes) -> bytes:
        """Return the wrapped key.

        Raises:
            KekError: it does not open under this key and this id.
        """
        try:
            return self._aead.decrypt(wrapped[:12], wrapped[12:], key_id)
        except (InvalidTag, ValueError) as wrong:  # too short to hold a nonce: ValueError
            raise KekError("a wrapped key does not open") from wrong

    def blind(self, kind: str, value: str) -> bytes:
        """Return HMAC-SHA256 under the index key, a key of its own per kind of identifier."""
        per_kind = hmac.digest(self._index_key, kind.encode(), hashlib.sha256)
        return hmac.digest(per_kind, value.encode(), hashlib.sha256)


def file_key(path: Path, source: Source) -> bytes:
    """Return the 32 bytes in `path`, drawing them once where there is no such file.

    Raises:
        KekError: the file holds something else.
    """
    if not path.exists():
        # Written aside and linked into place: two processes that start together must end up with
        # one key, and neither may read the other's half-written file.
        aside = path.with_name(f"{path.name}.{source.bytes(8).hex()}")
        with aside.open("xb") as file:
            aside.chmod(0o600)
            file.write(source.bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside)
        aside.unlink()
        # The name must outlive a power cut before anything is sealed under the key.
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    key = path.read_bytes()
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise KekError("a master key file has the wrong length")
    return key
