"""Which agencies there are, which keys they hold and what law is released, as last read.

In: governance events of the ledger. Out: a Standing: keyring, register, law, how far they reach.
Never here: a key or a law from anywhere but the ledger.

A process may be behind. That is safe: each event is appended with a guard on its agency's standing
at the position read here, so one signed with a key revoked elsewhere is refused and judged again;
and so is an answer of the hub's own, decided under a law that was superseded elsewhere.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias

from psycopg import Connection

from contracts.base import Payload
from contracts.governance import Jwk, KeyRegistered
from contracts.lawmaking import RulebookReleased
from hub.intake.agencies import AgencyRegister
from hub.intake.keyring import Keyring
from hub.ledger.opened import payload_of
from hub.ledger.read import governance_after
from hub.rulebook import RulebookError
from hub.rulebook.releases import Releases

Connect: TypeAlias = Callable[[], AbstractContextManager[Connection[Any]]]
FOR_EVER: Final = 2**52
SIGNING_FILE: Final = "signing.bin"
"""The hub's own first key, in the folder of its keys."""


class Opens(Protocol):
    """The vault, as the directory sees it."""

    def governance(self, positions: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return the tokens of events about keys and agencies, in order.

        Raises:
            UnavailableError: the vault does not answer.
            SealError: one was altered at rest.
        """
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Keys, agencies and law as they stood at `position`."""

    keyring: Keyring
    agencies: AgencyRegister
    position: int
    law: Releases


class Directory:
    """Keeps a Standing up to date. `now` is free; `refresh` reads the ledger."""

    def __init__(self, connect: Connect, opens: Opens, seed: Keyring) -> None:
        """Start from `seed`: the hub's own key, by which the first events are signed."""
        self.connect = connect
        self._opens = opens
        self._standing = Standing(seed, AgencyRegister.empty(), 0, Releases())
        self._lock = Lock()

    @property
    def now(self) -> Standing:
        """Return the standing as last read."""
        return self._standing

    def refresh(self) -> Standing:
        """Read what was recorded since, and return the standing."""
        with self._lock:
            before = self._standing
            with self.connect() as connection:
                fresh = governance_after(connection, before.position)
            if fresh:
                opened = self._opens.governance(list(fresh))
                told = [(payload_of(t), fresh[place] // 1000, place) for place, t in opened]
                self._standing = Standing(
                    before.keyring.apply_all((payload, at_s) for payload, at_s, _ in told),
                    before.agencies.apply_all(payload for payload, _, _ in told),
                    max(fresh),
                    _released(before.law, told),
                )
            return self._standing


def _released(law: Releases, told: list[tuple[Payload, int, int]]) -> Releases:
    """Return the law with what was released since, the newest built and proved at once."""
    for payload, at_s, place in told:
        if isinstance(payload, RulebookReleased):
            law = law.add(place, at_s, payload.model_dump())
    if law.rows:
        with suppress(RulebookError):  # whoever is to decide by it is told
            _ = law.rows[-1].law
    return law


def hub_keyring(jwk: Jwk) -> Keyring:
    """Return the keyring in which only the hub's own first key stands: the root of trust."""
    return Keyring.empty().apply(
        KeyRegistered(
            agency="hub", kid=jwk.thumbprint(), jwk=jwk, nbf=1, exp=FOR_EVER, approved_by=()
        ),
        recorded_at=0,
    )
