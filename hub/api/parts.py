"""The parts of one running process, as routes reach them. Built by hub.assembly alone.

In: parts. Out: one frozen record of them. Never here: how a part is made, or what it decides.
"""

from dataclasses import dataclass

from hub.api.access import AccessTokens
from hub.api.once import SharedOnce
from hub.api.tokens import TokenEndpoint
from hub.api.turns import Turns
from hub.audit.auditor import Auditor
from hub.audit.breaching import Breaches
from hub.audit.exports import Exports
from hub.audit.lawroom import Lawroom
from hub.audit.orders import Orders
from hub.audit.oversight import Oversight
from hub.clock import Clock, seconds
from hub.disclosure.cursor import Cursors
from hub.disclosure.dashboard import Dashboard
from hub.disclosure.desk import Desk
from hub.disclosure.find import Finder
from hub.disclosure.inbox import Inbox
from hub.disclosure.notices import Notices
from hub.disclosure.receipt import Receipts
from hub.disclosure.requests import Requests
from hub.disclosure.statements import Statements
from hub.ids import Source
from hub.intake.signing import Signer
from hub.ledger.append import Appender
from hub.ledger.covering import Covering
from hub.ledger.directory import Directory
from hub.ledger.frontdoor import FrontDoor
from hub.ledger.handing import Handing
from hub.ledger.keystore import Keystore
from hub.ledger.read import Pool
from hub.ledger.releases import release_first
from hub.ledger.store import HubRecorder
from hub.rulebook import Rulebook
from hub.settings import Settings
from hub.vault.client import OpeningClient, SealingClient


@dataclass(frozen=True, slots=True)
class Hub:
    """Every part of one running process."""

    settings: Settings
    clock: Clock
    source: Source
    signer: Signer
    sealing: SealingClient
    opening: OpeningClient
    recorder: HubRecorder
    appender: Appender | Handing
    directory: Directory
    door: FrontDoor
    keystore: Keystore
    receipts: Receipts
    access: AccessTokens
    tokens: TokenEndpoint
    pool: Pool
    looking: Pool
    """For the few questions that every read asks: their plans are made once."""
    once: SharedOnce
    turns: Turns
    covering: Covering
    cursors: Cursors
    desk: Desk
    requests: Requests
    finder: Finder
    notices: Notices
    inbox: Inbox
    orders: Orders
    statements: Statements
    auditor: Auditor
    oversight: Oversight
    lawroom: Lawroom
    breaches: Breaches
    exports: Exports
    dashboard: Dashboard

    @property
    def rulebook(self) -> Rulebook:
        """Return the law in force, as this process last read it.

        Raises:
            NotInForceError: there is none that this software can read.
        """
        return self.directory.now.law.at(seconds(self.clock))

    async def open(self) -> None:
        """Connect, and read which agencies there are and under what law.

        The first process of a hub finds no law in its ledger, and records the shipped one.
        """
        for pool in (self.pool, self.looking):
            await pool.open(wait=True, timeout=10.0)
        self.directory.refresh()
        if not self.directory.now.law.rows:
            await release_first(self.door, self.settings.officers, self.clock)

    async def close(self) -> None:
        """Write what is waiting, then let go of everything."""
        self.appender.close()
        for pool in (self.looking, self.pool):
            await pool.close()
        self.recorder.datastore.close()
        self.sealing.close()
        await self.opening.close()
