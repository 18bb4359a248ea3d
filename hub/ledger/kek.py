"""The keys that wrap every subject's key, and the key that blinds every identifier.

In: a folder. Out: wrap, unwrap, blind; a new master key, an old one destroyed.
Never here: a subject's data.

A provider is what `KeyProvider` says; this one keeps its keys in files of mode 0600. Another (a
hardware module: hub.ledger.pkcs11) has the same methods and nothing else changes.
"""

import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.ids import Source
from hub.ledger.keyfile import destroy, file_key

FIRST = "kek.bin"
INDEX = "index.bin"
_LATER = re.compile(r"kek-([1-9][0-9]{0,5})\.bin")


class KekError(Exception):
    """A wrapped key does not open: wrong key-encryption key, or an altered row."""


class KeyProvider(Protocol):
    """What the vault needs of whatever holds the master keys. Versions count from 1."""

    @property
    def version(self) -> int:
        """Return which master key wraps what is wrapped now: the newest."""
        ...

    @property
    def versions(self) -> tuple[int, ...]:
        """Return the master keys there are, oldest first."""
        ...

    def wrap(self, key_id: bytes, key: bytes) -> bytes:
        """Return `key` (32 bytes) encrypted for storage under the newest, bound to `key_id`."""
        ...

    def unwrap(self, key_id: bytes, wrapped: bytes, version: int) -> bytes:
        """Return the 32 bytes that were wrapped.

        Raises:
            KekError: it does not open under that key and this id, or there is no such key.
        """
        ...

    def blind(self, kind: str, value: str) -> bytes:
        """Return 32 bytes that stand for a normalised identifier, useless without the key."""
        ...

    def rotate(self) -> int:
        """Draw the next master key, and return its version. Old ones still unwrap."""
        ...

    def destroy(self, version: int) -> None:
        """Destroy an old master key: what is wrapped under it is lost, in every backup too.

        Raises:
            KekError: it is the newest, or there is no such key.
        """
        ...

    def close(self) -> None:
        """Let go of the keys."""
        ...


class FileKeys:
    """Master keys in files of a folder only the vault's user can read."""

    def __init__(
        self,
        keks: Mapping[int, bytes],
        index_key: bytes,
        source: Source,
        *,
        folder: Path | None = None,
    ) -> None:
        """Take keys as they are; without a folder none can be drawn or destroyed."""
        self._aeads = {version: AESGCM(kek) for version, kek in keks.items()}
        self._index_key = index_key
        self._source = source
        self._folder = folder
        # The kinds are a handful; a bound all the same, as their names come from another process.
        self._per_kind = lru_cache(maxsize=64)(self._kind_key)

    @classmethod
    def open(cls, folder: Path, source: Source) -> "FileKeys":
        """Read the keys, drawing the first ones where the folder is new."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = _versions(folder)
        keks = {v: file_key(_path(folder, v), source) for v in there or (1,)}
        return cls(keks, file_key(folder / INDEX, source), source, folder=folder)

    @property
    def version(self) -> int:
        """Return which master key wraps what is wrapped now."""
        return max(self._aeads)

    @property
    def versions(self) -> tuple[int, ...]:
        """Return the master keys there are, oldest first."""
        return tuple(sorted(self._aeads))

    def wrap(self, key_id: bytes, key: bytes) -> bytes:
        """Return nonce (12) and ciphertext; the id is authenticated, so rows cannot be swapped."""
        nonce = self._source.bytes(12)
        return nonce + self._aeads[self.version].encrypt(nonce, key, key_id)

    def unwrap(self, key_id: bytes, wrapped: bytes, version: int) -> bytes:
        """Return the wrapped key.

        Raises:
            KekError: it does not open under that key and this id, or there is no such key.
        """
        aead = self._aeads.get(version)
        if aead is None:
            raise KekError("the master key of a wrapped key is gone")
        try:
            return aead.decrypt(wrapped[:12], wrapped[12:], key_id)
        except (InvalidTag, ValueError) as wrong:  # too short to hold a nonce: ValueError
            raise KekError("a wrapped key does not open") from wrong

    def blind(self, kind: str, value: str) -> bytes:
        """Return HMAC-SHA256 under the index key, a key of its own per kind of identifier."""
        return hmac.digest(self._per_kind(kind), value.encode(), "sha256")

    def rotate(self) -> int:
        """Draw the next master key, and return its version.

        Raises:
            KekError: these keys lie in no folder.
        """
        if self._folder is None:
            raise KekError("these master keys cannot be changed")
        version = self.version + 1
        self._aeads[version] = AESGCM(file_key(_path(self._folder, version), self._source))
        return version

    def destroy(self, version: int) -> None:
        """Destroy an old master key.

        Raises:
            KekError: it is the newest, or there is no such key.
        """
        if self._folder is None or version not in self._aeads or version == self.version:
            raise KekError("this master key cannot be destroyed")
        destroy(_path(self._folder, version), self._source)
        del self._aeads[version]

    def close(self) -> None:
        """Let go of the keys."""
        self._aeads.clear()
        self._per_kind.cache_clear()

    def _kind_key(self, kind: str) -> bytes:
        return hmac.digest(self._index_key, kind.encode(), "sha256")


def _path(folder: Path, version: int) -> Path:
    return folder / (FIRST if version == 1 else f"kek-{version}.bin")


def _versions(folder: Path) -> tuple[int, ...]:
    later = (_LATER.fullmatch(file.name) for file in folder.iterdir())
    found = {int(match[1]) for match in later if match}
    return tuple(sorted(found | ({1} if (folder / FIRST).exists() else set())))
