"""Opens each row once more (reason: verify), and asks whether it is what everything else says.

In: rows in order, what opens them, the hub's first key. Out: faults. Never here: a token's content
in a fault, or a token kept.

  ciphertext  the envelope opens, under its subject's key, as this agency's event of this id
  commitment  what it holds is what was committed to when it came in
  signature   a key that its agency then held has signed it
  header      what the header says of it, and by which partners are shown it, is what the front door
              makes of the token: no field, route or fact more, fewer or other (verify_said)
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from contracts.base import Payload
from hub.audit.faults import Faults
from hub.audit.verify_said import Said
from hub.intake.agencies import AgencyRegister
from hub.intake.errors import IntakeError
from hub.intake.jws import check_signature, split
from hub.intake.keyring import Keyring
from hub.intake.verify import EVENT_TYP
from hub.ledger.kek import KekError
from hub.ledger.opened import payload_of
from hub.ledger.sealing import SealError, commitment

Row = Mapping[str, Any]


class Checks(Protocol):
    """What has opened rows checked: here with `Openings`, or by the vault, which alone can."""

    opened: int
    erased: int

    @property
    def held_to_less(self) -> int:
        """Return how many rows could not be held to all that their event says."""
        ...

    def check(self, row: Row, faults: Faults) -> None:
        """Take the next row."""
        ...

    def finish(self, faults: Faults) -> None:
        """Have found all faults."""
        ...


class Openings:
    """Goes through a ledger with its keys: rows in order, as keys come and go."""

    def __init__(
        self, unsealed: Callable[[Row], tuple[bytes, bytes]], keyring: Keyring, said: Said
    ) -> None:
        """Take what opens a row whose key is live: it returns the token and its blinding bytes."""
        self._unsealed = unsealed
        self._keyring = keyring
        self._agencies = AgencyRegister.empty()
        self._said = said
        self.opened = self.erased = 0

    @property
    def held_to_less(self) -> int:
        """Return how many rows could not be held to all that their event says."""
        return self._said.held_to_less

    def finish(self, faults: Faults) -> None:
        """Do nothing: each row was checked as it came."""

    def check(self, row: Row, faults: Faults) -> None:
        """Open one row and check it."""
        place = row["position"]
        if row["key_state"] is None:
            faults.add("ciphertext", place, "its subject has no key, and none on record as erased")
            return
        if row["key_state"] != "live":
            self.erased += 1
            return
        try:
            token, blind = self._unsealed(row)
        except (SealError, KekError) as refused:
            faults.add("ciphertext", place, str(refused))
            return
        self.opened += 1
        if commitment(blind, token) != bytes(row["commitment"]):
            faults.add("commitment", place, "is not to what the envelope holds")
        payload = payload_of(token)
        if not self._said.agrees(row, token, payload, self._agencies):
            faults.add("header", place, "says something else than the event itself")
        if not self._signed(row, token):
            faults.add("signature", place, "no key that its agency held has signed it")
        self._learn(row, payload)

    def _learn(self, row: Row, payload: Payload) -> None:
        """Keep who holds which key, and who is of what kind, as it stands after this row."""
        if row["kind"] == "key":
            self._keyring = self._keyring.apply(payload, recorded_at=row["recorded_at"] // 1000)
        if row["kind"] == "policy":
            self._agencies = self._agencies.apply(payload)
            self._said.learn(row, payload)

    def _signed(self, row: Row, token: bytes) -> bool:
        try:
            compact = split(token, typ=EVENT_TYP)
            key = self._keyring.find(compact.header.kid)
            if key is None or key.agency != row["agency"] or key.revoked:
                return False
            check_signature(compact, key.public)
        except IntakeError:
            return False
        return True
