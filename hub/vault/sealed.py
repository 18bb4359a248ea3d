"""Seals and opens rows with the subjects' keys, brought to hand as they are needed.

In: tokens to seal, rows to open. Out: envelopes, tokens. Never here: who may see a token.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hub.ledger.kek import KekError
from hub.ledger.sealing import Sealer, SealError
from hub.ledger.seals import Refused, Seal, SealJob
from hub.vault.rows import Rows
from hub.vault.wire import ANSWER


class Envelopes:
    """The vault's sealer over the ledger's keys."""

    def __init__(self, sealer: Sealer, rows: Rows) -> None:
        self.sealer = sealer
        self._rows = rows

    def seal(self, jobs: Sequence[SealJob]) -> list[Seal]:
        """Seal a batch, each for itself.

        A key at hand is used as it is. Where another vault has destroyed it meanwhile, the ledger
        refuses what was sealed under it, within the lock (ledger.append: erased). An answer that
        is kept passes no such lock, so for its key the table is asked each time.
        """
        old = {
            j.key_id
            for j in jobs
            if not j.new and (j.kind == ANSWER or not self.sealer.known(j.key_id))
        }
        refused: dict[UUID, Refused] = dict.fromkeys(old, "unknown")
        for key_id, (wrapped, version, state) in (self._rows.keys(old) if old else {}).items():
            refused[key_id] = self._at_hand(key_id, wrapped, version, state)
        fresh: dict[UUID, bytes] = {}
        for job in jobs:
            if job.new and job.key_id not in fresh:
                fresh[job.key_id] = self.sealer.new_key(job.key_id)
        return [self._sealed(job, refused, fresh) for job in jobs]

    def open(self, row: Mapping[str, Any]) -> bytes | None:
        """Open one row. None where its subject's key was destroyed.

        Raises:
            SealError: the row was altered, or its key was.
        """
        if row["key_id"] is None or row["key_state"] != "live":
            return None
        return self.unsealed(row)[0]

    def unsealed(self, row: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return the token of a row whose key is live, and its blinding bytes.

        Raises:
            SealError: the row was altered, or its key was.
        """
        said = self._at_hand(
            row["key_id"], bytes(row["wrapped"]), row["kek_version"], row["key_state"]
        )
        envelope = bytes(row["state"])
        if said or envelope[4:20] != row["key_id"].bytes:
            raise SealError("an envelope names another key, or its key does not open")
        return self.sealer.unseal(envelope, agency=row["agency"], jti=row["jti"], kind=row["kind"])

    def bring(self, key_id: UUID) -> Refused:
        """Bring a subject's key to hand, or say why it cannot be."""
        found = self._rows.keys([key_id]).get(key_id)
        return "unknown" if found is None else self._at_hand(key_id, *found)

    def _at_hand(self, key_id: UUID, wrapped: bytes, version: int, state: str) -> Refused:
        if state != "live":
            self.sealer.forget(key_id)
            return "erased"
        if not self.sealer.known(key_id):
            try:
                self.sealer.admit(key_id, wrapped, version)
            except KekError:
                # Refused alone: an altered key row must not hold up everybody else's events.
                return "unreadable"
        return ""

    def _sealed(
        self, job: SealJob, refused: Mapping[UUID, Refused], fresh: Mapping[UUID, bytes]
    ) -> Seal:
        if why := refused.get(job.key_id):
            return Seal(refused=why)
        envelope, commitment = self.sealer.seal(
            job.key_id, job.token, agency=job.agency, jti=job.jti, kind=job.kind
        )
        return Seal(
            envelope, commitment, fresh.get(job.key_id), self.sealer.kek_version if job.new else 0
        )
