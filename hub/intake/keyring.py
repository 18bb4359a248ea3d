"""Which key belongs to whom, as a fold over the key events in the log.

In: KeyHeld, KeyRegistered and KeyRevoked events, in log order. Out: an immutable Keyring.
Never here: a key fetched from an agency, or one that changes its owner, holder or algorithm.

`refuse_change` is asked before a key event is stored; `apply` only repeats what was stored. So the
fold can be replayed at any time, whatever the limits have become since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from contracts.base import Payload
from contracts.governance import Jwk, KeyHeld, KeyRegistered, KeyRevoked
from hub.intake.agencies import HUB_SLUG
from hub.intake.jwk import Alg, JwkRefusedError, PublicKey, read_jwk

MAX_ACTIVE: Final = 4
MAX_LIFE_S: Final = 397 * 24 * 60 * 60  # thirteen months, a leap year's


class KeyRefusedError(ValueError):
    """A key event may not be accepted. The message says why, in words fit for its poster."""


class KeyNotYoursError(KeyRefusedError):
    """A key event about another agency's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One registered key. Times are seconds since 1970; `revoked_at` is the hub's own time.

    `compromised_since` marks what was sequenced after it as disputed. It never deletes anything.
    """

    kid: str
    agency: str
    alg: Alg
    public: PublicKey
    nbf: int
    exp: int
    revoked_at: int | None = None
    compromised_since: int | None = None
    held: bool = False
    """The hub keeps its secret half, and signs on the agency's behalf."""

    def valid_at(self, iat: int) -> bool:
        """Say whether `iat` lies in the key's life, leaving revocation aside."""
        return self.nbf <= iat < self.exp

    @property
    def revoked(self) -> bool:
        """Whether the log holds a revocation, whatever the clock says."""
        return self.revoked_at is not None


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every key ever registered, by its thumbprint."""

    _keys: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))
    _held: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of keys that the hub holds: for which agency."""

    @classmethod
    def empty(cls) -> "Keyring":
        """Return a keyring without keys."""
        return cls()

    def apply(self, payload: Payload, *, recorded_at: int) -> "Keyring":
        """Return the keyring after one stored event; events that are not about keys change nothing.

        Args:
            payload: a stored event.
            recorded_at: when the hub stored it, in seconds.
        """
        return self.apply_all(((payload, recorded_at),))

    def apply_all(self, events: Iterable[tuple[Payload, int]]) -> "Keyring":
        """Return the keyring after many stored events, each with its time, copying it once."""
        keys, held = dict(self._keys), dict(self._held)
        for payload, recorded_at in events:
            match payload:
                case KeyHeld():
                    held.setdefault(payload.kid, payload.agency)
                case KeyRegistered():
                    # The first registration stands: a key never gets a second owner or life.
                    key = _registered(payload)
                    key = replace(key, held=held.get(payload.kid) == payload.agency)
                    keys.setdefault(payload.kid, key)
                case KeyRevoked() if payload.kid in keys:
                    keys[payload.kid] = _revoked(keys[payload.kid], payload, recorded_at)
                case _:
                    pass
        return Keyring(MappingProxyType(keys), MappingProxyType(held))

    def find(self, kid: str) -> Key | None:
        """Return the key of that thumbprint, revoked and expired ones included."""
        return self._keys.get(kid)

    def held_by(self, agency: str) -> tuple[Key, ...]:
        """Return every key an agency ever registered, oldest first."""
        return tuple(key for key in self._keys.values() if key.agency == agency)

    def active(self, agency: str, *, now: int) -> tuple[Key, ...]:
        """Return an agency's keys that are neither revoked nor past, to be published."""
        return tuple(k for k in self.held_by(agency) if not k.revoked and now < k.exp)

    def disputed_since(self, kid: str) -> int | None:
        """Return the time from which what this key signed is disputed, if it is."""
        key = self._keys.get(kid)
        return None if key is None else key.compromised_since

    def refuse_change(self, payload: Payload, *, by: str, now: int) -> None:
        """Refuse a key event that may not be stored; say nothing about any other event.

        Args:
            payload: the event's content.
            by: the slug of the agency that signed it.
            now: seconds since 1970.

        Raises:
            KeyNotYoursError: neither the key's agency nor the hub signed it.
            KeyRefusedError: a weak or known key, too long a life, too many keys, no two officers
                behind the hub's own act, or a revocation of no known key.
        """
        match payload:
            case KeyHeld():
                if payload.kid in self._keys or payload.kid in self._held:
                    raise KeyRefusedError("who holds a key is said once, before it is registered")
            case KeyRegistered():
                _refuse_stranger(payload.agency, by)
                self._refuse_registration(payload, by, now)
            case KeyRevoked():
                _refuse_stranger(payload.agency, by)
                key = self._keys.get(payload.kid)
                if key is None or key.agency != payload.agency:
                    raise KeyRefusedError("the agency has no such key")
            case _:
                pass

    def _refuse_registration(self, payload: KeyRegistered, by: str, now: int) -> None:
        if by == HUB_SLUG and not payload.approved_by:
            raise KeyRefusedError("the hub registers a key only with two officers")
        if payload.kid in self._keys:
            raise KeyRefusedError("the key was registered before")
        held_for = self._held.get(payload.kid)
        if held_for is not None and (by, payload.agency) != (HUB_SLUG, held_for):
            raise KeyNotYoursError("the hub holds this key for an agency, and registers it itself")
        if payload.exp - payload.nbf > MAX_LIFE_S:
            raise KeyRefusedError("the key would live longer than thirteen months")
        if payload.exp <= now:
            raise KeyRefusedError("the key has expired already")
        if len(self.active(payload.agency, now=now)) >= MAX_ACTIVE:
            raise KeyRefusedError(f"the agency has {MAX_ACTIVE} active keys: revoke one first")
        try:
            _public(payload.jwk)
        except JwkRefusedError as refusal:
            raise KeyRefusedError(str(refusal)) from None


def _refuse_stranger(agency: str, by: str) -> None:
    if by not in {agency, HUB_SLUG}:
        raise KeyNotYoursError("an agency changes its own keys only")


def _public(jwk: Jwk) -> PublicKey:
    members = jwk.model_dump(include={"crv", "kty", "x", "y"}, exclude_none=True)
    return read_jwk(members)


def _registered(payload: KeyRegistered) -> Key:
    public = _public(payload.jwk)
    return Key(
        kid=public.thumbprint,
        agency=payload.agency,
        alg=public.alg,
        public=public,
        nbf=payload.nbf,
        exp=payload.exp,
    )


def _revoked(key: Key, payload: KeyRevoked, recorded_at: int) -> Key:
    """Return the key after a revocation. A second one may only widen what is disputed."""
    known = (key.compromised_since, payload.compromised_since)
    since = min((at for at in known if at is not None), default=None)
    revoked_at = recorded_at if key.revoked_at is None else key.revoked_at
    return replace(key, revoked_at=revoked_at, compromised_since=since)
