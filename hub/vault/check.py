"""Checks what is sealed where it can be opened (reason: verify), so that only faults leave.

In: the hub's first key, then positions in order. Out: faults and counts.
Never here: a token that is handed out.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.governance import Jwk
from hub.audit.faults import Faults
from hub.audit.verify_opened import Openings
from hub.audit.verify_said import Said
from hub.ledger.directory import hub_keyring
from hub.vault.vault import Vault
from hub.vault.wire import Checked


class Check:
    """One pass over the ledger. Rows come in order, because keys come and go."""

    def __init__(self, vault: Vault, jwk: dict[str, Any], dis: UUID | None) -> None:
        """Put on record that everything is opened, as the hub's event `dis` says, and begin.

        Without one the check goes on: where the ledger cannot be written to, it is most needed, and
        only faults leave. The line then rests on nothing, which this check and the monitor tell.

        Raises:
            VaultRefusedError: no committed, unused event of the hub says so.
        """
        self._rows = vault.rows
        keyring = hub_keyring(Jwk.model_validate(jwk))
        self._openings = Openings(vault.envelopes.unsealed, keyring, Said())
        if dis is None:
            self._rows.opened("verify", items=self._rows.head())
        else:
            self._rows.say("verify", dis, items=self._rows.head())
        self.unsaid = [
            f"{count} times opened ({reason}) without an event that says so"
            for reason, count in self._rows.unsaid()
        ]

    def rows(self, positions: Sequence[int]) -> Checked:
        """Check the next rows."""
        faults = Faults()
        for row in self._rows.whole(positions):
            self._openings.check(row, faults)
        told = [(fault.check, fault.at, fault.what) for fault in faults.found]
        one = self._openings
        return Checked(told, one.opened, one.erased, one.held_to_less)
