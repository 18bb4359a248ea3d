"""The vault itself: one method for each thing it may be asked.

In: a question. Out: its answer. Never here: a socket; plaintext for anybody but a committed record.

Why it opens, and what the log of its openings (vault.unwrap) then says:

  disclosure  an answer, once its record is committed; once
  again       the same answer to the same request
  unreleased  an answer that was built here and let go by nobody
  directory   events about keys and agencies, which are about nobody
  verify      every row, to check it here: only faults leave
  audit       evidence that an operator exports, on the other socket; its own record follows
  count       events counted by their codes, for a Board: only counts leave
  rekey       subjects' keys, to wrap them anew: nothing leaves

Before verify, audit and rekey the hub says so itself, by an event (VaultOpened).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from contracts.integrity import places_digest
from hub.clock import Clock
from hub.disclosure.measures import tallies
from hub.disclosure.opening import Built, Hole
from hub.disclosure.receipt import digest
from hub.ids import Source
from hub.ledger.kek import KeyProvider
from hub.ledger.opened import payload_of
from hub.ledger.record import SubjectErasedError, UnavailableError, VaultRefusedError
from hub.ledger.sealing import Sealer
from hub.ledger.seals import Seal, SealJob
from hub.vault.build import Builder
from hub.vault.rekey import rekey
from hub.vault.rows import Rows
from hub.vault.sealed import Envelopes
from hub.vault.wire import ANSWER, Rekeyed

GOVERNANCE = ("key", "policy")
"""Leaf kinds of events that are about agencies alone."""


class Vault:
    """Holds the master keys. Safe to call from several threads."""

    def __init__(self, keys: KeyProvider, rows: Rows, clock: Clock, source: Source) -> None:
        self.rows = rows
        self.envelopes = Envelopes(Sealer(keys, source), rows)
        self._keys = keys
        self._builder = Builder(self.envelopes, rows, clock, source)

    def blind(self, named: Sequence[tuple[str, str]]) -> list[bytes]:
        """Return what stands for each identifier (kind, value) in the index."""
        return [self._keys.blind(kind, value) for kind, value in named]

    def seal(self, jobs: Sequence[SealJob]) -> list[Seal]:
        """Seal a batch, each for itself."""
        return self.envelopes.seal(jobs)

    def build(self, chunks: Sequence[bytes], holes: Sequence[Hole]) -> Built:
        """Build an answer and keep it."""
        return self._builder.build(chunks, holes)

    def release(self, handle: bytes, dis: UUID) -> bytes:
        """Let a built answer go, for its committed record."""
        return self._builder.release(handle, dis)

    def again(self, dis: UUID, request: UUID, envelope: bytes) -> bytes:
        """Open an answer that was kept, if it is the one on record.

        Raises:
            SubjectErasedError: the subject's key was destroyed.
            VaultRefusedError: no committed record has this answer.
            SealError: it was altered, or is another's.
        """
        recorded = self.rows.recorded(dis)
        if recorded is None:
            raise VaultRefusedError("no committed record has this answer")
        partner, body_digest = recorded
        key_id = UUID(bytes=envelope[4:20])
        if why := self.envelopes.bring(key_id):
            raise _MISSING[why]("the subject's key is not there")
        body, _ = self.envelopes.sealer.unseal(envelope, agency=partner, jti=request, kind=ANSWER)
        if digest(body) != body_digest:
            raise VaultRefusedError("no committed record has this answer")
        self.rows.opened("again", items=1, dis=dis, partner=partner, digest=body_digest)
        return body

    def governance(self, positions: Sequence[int]) -> list[tuple[int, bytes]]:
        """Open events about keys and agencies; any other position is passed over."""
        rows = self.rows.sealed(positions)
        ours = [rows[p] for p in sorted(rows) if rows[p]["kind"] in GOVERNANCE]
        places = [row["position"] for row in ours]
        if places:
            self.rows.opened("directory", items=len(places), positions=places)
        opened = [(row["position"], self.envelopes.open(row)) for row in ours]
        return [(place, token) for place, token in opened if token is not None]

    def audit(self, positions: Sequence[int], dis: UUID) -> dict[int, tuple[bytes, bytes]]:
        """Open rows for evidence, as the hub's event `dis` says: each token and its blinding bytes.

        Raises:
            VaultRefusedError: no committed, unused event of the hub says this of these rows.
        """
        places = places_digest(positions)
        self.rows.say("audit", dis, items=len(positions), positions=positions, places=places)
        rows = self.rows.sealed(positions)
        return {
            place: self.envelopes.unsealed(row)
            for place, row in rows.items()
            if row["key_state"] == "live"
        }

    def count(self, positions: Sequence[int]) -> dict[str, dict[str, Counter[str]]]:
        """Count events by their codes, for a Board: nothing but counts leaves."""
        counted = tallies()
        if positions:
            self.rows.opened("count", items=len(positions), positions=positions)
        for row in self.rows.sealed(positions).values():
            token = self.envelopes.open(row)
            if row["type"] in counted:
                counted[row["type"]].sort(None if token is None else payload_of(token))
        return {type_uri: tally.cells for type_uri, tally in counted.items() if tally.cells}

    def rekey(self, *, destroy_old: bool, dis: UUID) -> Rekeyed:
        """Draw a new master key, wrap every subject's key under it, and destroy the old ones."""
        return rekey(self._keys, self.rows, destroy_old=destroy_old, dis=dis)

    def destroy(self, subject: UUID) -> bool:
        """Destroy a subject's key, if the ledger says that it is to be, and all that is cached."""
        done = self.rows.destroy(subject)
        if done:
            self.envelopes.sealer.forget(subject)
            self._builder.forget()
        return done

    def sweep(self) -> None:
        """Drop answers that nobody released."""
        self._builder.sweep()


_MISSING: dict[str, Any] = {
    "erased": SubjectErasedError,
    "unknown": SubjectErasedError,
    "unreadable": UnavailableError,
}
