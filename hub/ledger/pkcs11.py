"""Master keys that never leave a hardware module: the same keys as hub.ledger.kek, by PKCS#11.

In: a token's label and PIN. Out: wrap, unwrap, blind; a new master key, an old one destroyed.
Never here: a master key's bytes. They are drawn in the module, and cannot be read out of it.

Source: OASIS PKCS #11 v2.40 and later, CKM_AES_GCM and CKM_SHA256_HMAC. Tested on SoftHSM 2.6.
"""

import hashlib
import hmac
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pkcs11
from pkcs11.exceptions import NoSuchKey, PKCS11Error

from hub.ids import Source
from hub.ledger.kek import KekError

LABEL: Final = "hub-kek-"
INDEX: Final = "hub-index"
_BITS: Final = 256
_NONCE: Final = 12
_WRAPPED: Final = _NONCE + 32 + 16
"""Nonce, key, tag."""
_KEPT_IN: Final = {
    pkcs11.Attribute.SENSITIVE: True,
    pkcs11.Attribute.EXTRACTABLE: False,
}


class ModuleKeys:
    """Master keys in one token. Safe to call from several threads: one session, one at a time."""

    def __init__(self, session: Any, source: Source) -> None:  # noqa: ANN401 - the library's own
        """Take a session in which the token's user has signed in; draw the first keys if needed."""
        self._session = session
        self._source = source
        self._lock = Lock()
        self._blinds: dict[str, bytes] = {}
        self._keks = {int(k.label.removeprefix(LABEL)): k for k in _secrets(session)}
        if not self._keks:
            self.rotate()
        try:
            self._index = session.get_key(label=INDEX)
        except NoSuchKey:
            self._index = session.generate_key(
                pkcs11.KeyType.GENERIC_SECRET,
                _BITS,
                label=INDEX,
                store=True,
                capabilities=pkcs11.MechanismFlag.SIGN,
                template=_KEPT_IN,
            )

    @classmethod
    def open(cls, module: str, token: str, pin_file: Path, source: Source) -> "ModuleKeys":
        """Sign in to the token of this label.

        Raises:
            KekError: there is no such module or token, or the PIN is another.
        """
        try:
            found = pkcs11.lib(module).get_token(token_label=token)
            pin = pin_file.read_text("utf-8").strip()
            return cls(found.open(user_pin=pin, rw=True), source)
        except (PKCS11Error, RuntimeError, OSError) as refused:
            raise KekError(f"the module does not let in: {type(refused).__name__}") from None

    @property
    def version(self) -> int:
        """Return which master key wraps what is wrapped now."""
        return max(self._keks)

    @property
    def versions(self) -> tuple[int, ...]:
        """Return the master keys there are, oldest first."""
        return tuple(sorted(self._keks))

    def wrap(self, key_id: bytes, key: bytes) -> bytes:
        """Return nonce (12) and ciphertext; the id is authenticated, so rows cannot be swapped."""
        nonce = self._source.bytes(_NONCE)
        with self._lock:
            sealed: bytes = self._keks[self.version].encrypt(key, **_gcm(nonce, key_id))
        return nonce + sealed

    def unwrap(self, key_id: bytes, wrapped: bytes, version: int) -> bytes:
        """Return the wrapped key.

        Raises:
            KekError: it does not open under that key and this id, or there is no such key.
        """
        kek = self._keks.get(version)
        if kek is None:
            raise KekError("the master key of a wrapped key is gone")
        # A module may answer nothing with nothing, without a word of the tag that is not there.
        if len(wrapped) != _WRAPPED:
            raise KekError("a wrapped key does not open")
        try:
            with self._lock:
                key: bytes = kek.decrypt(wrapped[_NONCE:], **_gcm(wrapped[:_NONCE], key_id))
        except (PKCS11Error, ValueError) as wrong:
            raise KekError("a wrapped key does not open") from wrong
        return key

    def blind(self, kind: str, value: str) -> bytes:
        """Return HMAC-SHA256 under a key of its own per kind of identifier, made in the module.

        That key is kept in memory; the index key is not: it never leaves the module.
        """
        if kind not in self._blinds:
            with self._lock:
                self._blinds[kind] = self._index.sign(
                    kind.encode(), mechanism=pkcs11.Mechanism.SHA256_HMAC
                )
        return hmac.digest(self._blinds[kind], value.encode(), hashlib.sha256)

    def rotate(self) -> int:
        """Draw the next master key in the module, and return its version."""
        version = max(self._keks, default=0) + 1
        with self._lock:
            self._keks[version] = self._session.generate_key(
                pkcs11.KeyType.AES,
                _BITS,
                label=f"{LABEL}{version}",
                store=True,
                capabilities=pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT,
                template=_KEPT_IN,
            )
        return version

    def destroy(self, version: int) -> None:
        """Destroy an old master key in the module.

        Raises:
            KekError: it is the newest, or there is no such key.
        """
        if version not in self._keks or version == self.version:
            raise KekError("this master key cannot be destroyed")
        with self._lock:
            self._keks.pop(version).destroy()

    def close(self) -> None:
        """Sign out of the token."""
        with self._lock:
            self._session.close()


def _secrets(session: Any) -> list[Any]:  # noqa: ANN401 - the library's own
    wanted = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
        pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
    }
    return [key for key in session.get_objects(wanted) if key.label.startswith(LABEL)]


def _gcm(nonce: bytes, key_id: bytes) -> dict[str, Any]:
    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": pkcs11.GCMParams(nonce, aad=key_id),
    }
