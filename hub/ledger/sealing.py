"""Seals each token under its subject's own key, and opens it again.

In: token bytes and whose they are. Out: an envelope, and a commitment that outlives the key.
Never here: a decision to open (callers have one), a key written unwrapped.

Envelope: `HE1`, algorithm byte, key id (16), nonce (12), ciphertext and tag of `r (32) || token`.
AAD binds key id, agency, jti and kind, so two rows' ciphertexts cannot be swapped unseen.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.ids import Source
from hub.ledger.kek import KeyProvider

MAGIC = b"HE1\x01"  # format 1, algorithm 1: AES-256-GCM
_BLIND = 32
_NONCE = 12
_HEAD = len(MAGIC) + 16 + _NONCE
_CACHED = 20_000


class SealError(Exception):
    """An envelope does not open: altered, swapped, or its key was destroyed."""


class Sealer:
    """Holds the subjects' keys it has lately used. Safe to call from several threads."""

    def __init__(self, keys: KeyProvider, source: Source) -> None:
        self._keys = keys
        self._source = source
        self._open: OrderedDict[UUID, AESGCM] = OrderedDict()
        self._lock = Lock()

    def new_key(self, key_id: UUID) -> bytes:
        """Draw a key for a new subject and return it wrapped, for storage."""
        key = self._source.bytes(32)
        self._remember(key_id, AESGCM(key))
        return self._keys.wrap(key_id.bytes, key)

    def known(self, key_id: UUID) -> bool:
        """Return whether this subject's key is at hand, and keep it there for now."""
        with self._lock:
            if key_id not in self._open:
                return False
            self._open.move_to_end(key_id)  # the least lately used goes first
            return True

    def admit(self, key_id: UUID, wrapped: bytes, version: int) -> None:
        """Unwrap a stored key for use.

        Raises:
            KekError: it does not open.
        """
        self._remember(key_id, AESGCM(self._keys.unwrap(key_id.bytes, wrapped, version)))

    def forget(self, key_id: UUID) -> None:
        """Drop a key: its subject was erased, or its first event was refused."""
        with self._lock:
            self._open.pop(key_id, None)

    def seal(
        self, key_id: UUID, token: bytes, *, agency: str, jti: UUID, kind: str
    ) -> tuple[bytes, bytes]:
        """Return the envelope, and the commitment that `commitment` describes."""
        drawn = self._source.bytes(_BLIND + _NONCE)  # together: each draw is a system call
        blind, nonce = drawn[:_BLIND], drawn[_BLIND:]
        sealed = self._open[key_id].encrypt(nonce, blind + token, _aad(key_id, agency, jti, kind))
        return MAGIC + key_id.bytes + nonce + sealed, commitment(blind, token)

    def unseal(self, envelope: bytes, *, agency: str, jti: UUID, kind: str) -> tuple[bytes, bytes]:
        """Return the token and r, the blinding bytes.

        Raises:
            SealError: it does not open as this agency's event of this id and kind.
        """
        if envelope[: len(MAGIC)] != MAGIC or len(envelope) < _HEAD:
            raise SealError("not an envelope of this hub")
        key_id = UUID(bytes=envelope[4:20])
        aead = self._open.get(key_id)
        if aead is None:
            raise SealError("the subject's key is not at hand")
        try:
            plain = aead.decrypt(
                envelope[20:_HEAD], envelope[_HEAD:], _aad(key_id, agency, jti, kind)
            )
        except InvalidTag as altered:
            raise SealError("an envelope does not open") from altered
        return plain[_BLIND:], plain[:_BLIND]

    def blind(self, kind: str, value: str) -> bytes:
        """Return what stands for an identifier in the index."""
        return self._keys.blind(kind, value)

    @property
    def kek_version(self) -> int:
        """Return which master key new keys are wrapped under."""
        return self._keys.version

    def _remember(self, key_id: UUID, aead: AESGCM) -> None:
        with self._lock:
            self._open[key_id] = aead
            self._open.move_to_end(key_id)  # one that is admitted again keeps its old place
            if len(self._open) > _CACHED:
                self._open.popitem(last=False)


def commitment(blind: bytes, token: bytes) -> bytes:
    """Return the commitment to a token under blinding bytes r (`trust` layer, leaf line 3)."""
    return hashlib.sha256(b"hub-commit/v1\n" + blind + token).digest()


def _aad(key_id: UUID, agency: str, jti: UUID, kind: str) -> bytes:
    return f"hub-env/v1|{key_id}|{agency}|{jti}|{kind}".encode()
