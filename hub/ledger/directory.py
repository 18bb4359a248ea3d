"""Which agencies there are and which keys they hold, as this process last read it.

In: governance events of the ledger. Out: a Standing: keyring, register, and how far they reach.
Never here: a key from anywhere but the ledger.

A process may be behind. That is safe: each event is appended with a guard on its agency's standing
at the position read here, so one signed with a key revoked elsewhere is refused and judged again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

from psycopg import Connection

from hub.intake.agencies import AgencyRegister
from hub.intake.keyring import Keyring
from hub.ledger.opened import payload_of
from hub.ledger.read import governance_after
from hub.ledger.sealing import Sealer

Connect: TypeAlias = Callable[[], AbstractContextManager[Connection[Any]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Keys and agencies as they stood at `position`."""

    keyring: Keyring
    agencies: AgencyRegister
    position: int


class Directory:
    """Keeps a Standing up to date. `now` is free; `refresh` reads the ledger."""

    def __init__(self, connect: Connect, sealer: Sealer, seed: Keyring) -> None:
        """Start from `seed`: the hub's own key, by which the first events are signed."""
        self.connect = connect
        self._sealer = sealer
        self._standing = Standing(seed, AgencyRegister.empty(), 0)
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
                fresh = governance_after(connection, before.position, self._sealer)
            if fresh:
                told = [(payload_of(token), at_ms // 1000) for _, at_ms, _, token in fresh]
                self._standing = Standing(
                    before.keyring.apply_all(told),
                    before.agencies.apply_all(payload for payload, _ in told),
                    fresh[-1][0],
                )
            return self._standing
